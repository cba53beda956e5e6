/**
 * Whether this machine can run a judge. What is missing is named in the test's own skip message,
 * with what to do about it; a daemon that was not built is a failure, not a reason to skip.
 */
import { existsSync } from "node:fs";
import { daemonProgram, type DaemonKind } from "../lab/keepalived.ts";
import { privilege } from "../lab/privilege.ts";
import { isInstalled, REQUIREMENTS } from "../lab/requirements.ts";

const ALWAYS = ["unshare", "nsenter", "ip", "tcpdump"];

/** The reason to skip a judge that needs `programs`, or false when it can run. */
export function skipUnless(...programs: readonly string[]): string | false {
  if (privilege().kind !== "root") return "needs root: run the suite with sudo";
  const missing = [...ALWAYS, ...programs].filter((program) => !isInstalled(program));
  if (missing.length === 0) return false;
  const packages = REQUIREMENTS.interop
    .filter((one) => missing.includes(one.program))
    .map((one) => one.package);
  return `needs ${missing.join(", ")}: apt-get install ${packages.join(" ")}`;
}

/** What to install to have a daemon as a partner. */
export function programsOf(kinds: readonly DaemonKind[]): readonly string[] {
  return kinds.includes("real") ? ["keepalived"] : [];
}

export function requireBuilt(kinds: readonly DaemonKind[]): void {
  if (kinds.includes("ours") && !existsSync(daemonProgram("ours"))) {
    throw new Error("bin/keepalived is not there: run `make build` first");
  }
}
