/**
 * Who may build a lab: root, or anybody where the machine lets a user make a user namespace and be
 * root inside it. There only one user and one group exist, which is enough for the daemon, for
 * nginx and for a firewall of the host's own.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const INSIDE = "KEEPALIVED_LAB_USER_NAMESPACE";

export type Privilege =
  | { readonly kind: "root" }
  | { readonly kind: "userNamespace" }
  | { readonly kind: "none"; readonly sentence: string };

/** What this process may do as it is, or would be able to do in a user namespace. */
export function privilege(): Privilege {
  const trial = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "true"];
  if (process.geteuid?.() === 0) {
    if (spawnSync("unshare", trial).status === 0) {
      return process.env[INSIDE] === undefined ? { kind: "root" } : { kind: "userNamespace" };
    }
    return { kind: "none", sentence: "Root is not allowed to make namespaces in this container." };
  }
  if (spawnSync("unshare", ["--user", "--map-root-user", ...trial]).status === 0) {
    return { kind: "userNamespace" };
  }
  return {
    kind: "none",
    sentence: "This machine lets only root make network namespaces: please run it with sudo.",
  };
}

/**
 * Runs this very program again as root of a user namespace and resolves with its exit code;
 * resolves with undefined when it is root already and can go on.
 */
export function againInUserNamespace(): Promise<number | undefined> {
  if (process.geteuid?.() === 0) return Promise.resolve(undefined);
  const words = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const temporary = mkdtempSync(join(tmpdir(), "keepalived-demo-"));
  const child = spawn("unshare", ["--user", "--map-root-user", "--", ...words], {
    stdio: "inherit",
    // Root's own temporary files, of an earlier run as root, are not ours to write there.
    env: { ...process.env, [INSIDE]: "1", TMPDIR: temporary },
  });
  // The terminal tells both of us; the child cleans up and its end is ours.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      rmSync(temporary, { recursive: true, force: true });
      resolve(code ?? 1);
    });
  });
}
