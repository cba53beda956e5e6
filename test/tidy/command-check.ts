/** Whether a command that the documentation shows could be typed: what it names has to be there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseInvocation } from "../../src/cli/command.ts";
import { parseGenhash } from "../../src/cli/genhash-arguments.ts";
import { readSubcommand } from "../../src/cli/subcommand-arguments.ts";
import { declarationOf } from "../../src/cli/subcommand-table.ts";
import { ROOT } from "./documents.ts";

/** Programs of others that the documentation may use. A new one is added here on purpose. */
const PROGRAMS: ReadonlySet<string> = new Set(
  (
    "apt apt-get awk bash cat cd chmod chown chronyc command cp crictl curl date dig diff dpkg docker " +
    "echo etcdctl exec exit export false find firewall-cmd getent git grep groupadd gpg head hostname id " +
    "install ip ip6tables iptables jq journalctl kill killall kubectl less ln logger ls man mkdir mv nc " +
    "nft nginx node npm pgrep pidof ping pkill podman printf ps read reboot rm rpm sed set sh " +
    "shutdown sleep source ss stat sudo sysctl systemctl systemd-run systemd-sysusers systemd-tmpfiles " +
    "tail tar tcpdump tee test timeout touch tr true tshark ufw umask uname useradd usermod wc wget which " +
    "dnf yum zypper apk sha256sum chrt setcap getcap update-rc.d service modprobe ethtool arping [ : [["
  ).split(" "),
);

const OUR_NAMES = /(^|\/)keepalived$/;

/** What keeps it from being typed, in one sentence. */
export function complaintAbout(words: readonly string[]): string | undefined {
  const [program = "", ...following] = words;
  if (program.endsWith("/init.d/keepalived")) return complaintAboutInit(following);
  if (OUR_NAMES.test(program)) return complaintAboutOurs(following);
  if (program === "genhash") return complaintAboutGenhash(following);
  if (program === "make") return complaintAboutMake(following);
  if (program === "npx") return complaintAboutNpx(following);
  if (program.includes("/") || program.startsWith("$")) return undefined;
  return PROGRAMS.has(program)
    ? undefined
    : `'${program}' is not among the programs of test/tidy/command-check.ts: add it there if it is one`;
}

/** The arguments of `keepalived`, read as it reads them. */
export function complaintAboutOurs(following: readonly string[]): string | undefined {
  const parsed = parseInvocation(following);
  if (!parsed.ok) return parsed.error.message;
  const { value } = parsed;
  switch (value.kind) {
    case "daemon":
      return value.remarks.find((remark) => remark.startsWith("Unexpected"));
    case "genhash":
      return complaintAboutGenhash(value.arguments);
    case "subcommand": {
      const given = readSubcommand(declarationOf(value.name), value.arguments);
      return given.ok ? undefined : given.error;
    }
    default:
      return undefined;
  }
}

function complaintAboutGenhash(following: readonly string[]): string | undefined {
  const parsed = parseGenhash(following);
  return parsed.ok ? undefined : parsed.error;
}

const INIT_ACTIONS = new Set(
  [
    ...readFileSync(join(ROOT, "packaging/sysv/keepalived.in"), "utf8").matchAll(
      /^ *([a-z |-]+)\)/gm,
    ),
  ].flatMap((match) => (match[1] ?? "").split(/ *\| */)),
);

function complaintAboutInit([action = ""]: readonly string[]): string | undefined {
  return INIT_ACTIONS.has(action) ? undefined : `the init script has no '${action}'`;
}

const TARGETS = new Set(
  [...readFileSync(join(ROOT, "Makefile"), "utf8").matchAll(/^([a-z-]+):/gm)].map((m) => m[1]),
);

function complaintAboutMake(following: readonly string[]): string | undefined {
  const unknown = following.find((word) => !/[=-]/.test(word.charAt(0)) && !isTarget(word));
  return unknown === undefined ? undefined : `the Makefile has no target '${unknown}'`;
}

const isTarget = (word: string): boolean => TARGETS.has(word) || /^[A-Z_]+=/.test(word);

/** `npx tsx tools/x.ts`, `npx tsx --test test/x.test.ts`: the file must be there. */
function complaintAboutNpx(following: readonly string[]): string | undefined {
  const file = following.find((word) => /^[\w./-]+\.(ts|mts|mjs)$/.test(word));
  return file === undefined || existsSync(join(ROOT, file)) ? undefined : `there is no ${file}`;
}
