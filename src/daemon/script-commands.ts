/**
 * From the commands of the configuration to programs that may be run: users looked up, paths found
 * and checked. keepalived(8) and keepalived.conf(5), script_user and enable_script_security.
 */
import type { Command } from "../base/command.ts";
import type { GlobalConfig } from "../config/model.ts";
import type { ProcessConfig } from "../config/process-config.ts";
import {
  defaultUserMissingLine,
  notExecutableLine,
  noGroupsLine,
  notFoundInPathLine,
  resolvedInPathLine,
  scriptMissingLine,
  unknownGroupLine,
  unknownUserLine,
  unsafeLine,
  wrongFileTypeLine,
} from "../report/script-check-lines.ts";
import type { LogLine } from "../report/log-line.ts";
import { inspectScript, searchProgram } from "./script-files.ts";
import type { ScriptIdentity } from "./script-files.ts";

/** keepalived.conf(5): the user scripts run as when none is named, if it exists. */
export const DEFAULT_SCRIPT_USER = "keepalived_script";

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Users and groups of the system, by name or number. */
export interface Accounts {
  user(name: string): Account | undefined;
  group(name: string): number | undefined;
  /** The groups of a user, by name or number, beside the primary one. */
  supplementary(user: string): readonly number[];
}

export interface CommandContext {
  readonly global: Pick<GlobalConfig, "scriptUser" | "scriptSecurity"> & {
    readonly process?: Pick<ProcessConfig, "keepsSymlinks" | "supplementaryGroups">;
  };
  readonly accounts: Accounts;
  /** The daemon's own. */
  readonly self: Account;
  readonly searchPath: string;
  /** Whether programs can be given groups beside their primary one; only asked when wanted. */
  readonly canSetGroups?: boolean;
}

export interface ReadyCommand {
  readonly argv: readonly [string, ...string[]];
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly groups?: readonly number[] | undefined;
  readonly isUnsafe: boolean;
}

export type PreparedCommand =
  | { readonly kind: "ready"; readonly ready: ReadyCommand; readonly lines: readonly LogLine[] }
  | {
      readonly kind: "disabled";
      readonly why: "missing" | "insecure" | "user";
      readonly lines: readonly LogLine[];
    };

export function prepareCommand(command: Command, context: CommandContext): PreparedCommand {
  const identity = identityFor(command, context);
  if ("problem" in identity) return { kind: "disabled", why: "user", lines: [identity.problem] };
  const [program] = command.argv;
  // keepalived.conf(5) vrrp_script: `</path` asks whether the file can be opened.
  if (program.startsWith("<")) {
    const argv = [SHELL, "-c", command.text] as const;
    return ready({ argv: [...argv], isUnsafe: false }, { identity, context, lines: [] });
  }
  const found = findProgram(program, context.searchPath);
  if (found.path === undefined) return { kind: "disabled", why: "missing", lines: found.lines };
  return checkProgram(command, { path: found.path, lines: found.lines, identity, context });
}

interface FoundProgram {
  readonly path: string;
  readonly lines: readonly LogLine[];
  readonly identity: ScriptIdentity;
  readonly context: CommandContext;
}

const SHELL = "/bin/sh";

function checkProgram(command: Command, found: FoundProgram): PreparedCommand {
  const { path, identity, context } = found;
  const [, ...rest] = command.argv;
  const verdict = inspectScript(path, identity);
  switch (verdict.kind) {
    case "missing":
      return { kind: "disabled", why: "missing", lines: [scriptMissingLine(path, verdict.reason)] };
    case "notAFile":
      return { kind: "disabled", why: "insecure", lines: [wrongFileTypeLine(path)] };
    case "notExecutable":
      return { kind: "disabled", why: "missing", lines: [notExecutableLine(path, identity)] };
    case "usable": {
      const { isUnsafe, isExecutableFormat } = verdict;
      const disables = isUnsafe && context.global.scriptSecurity;
      const lines = [...found.lines, ...(isUnsafe ? [unsafeLine(path, disables)] : [])];
      if (disables) return { kind: "disabled", why: "insecure", lines };
      const file = context.global.process?.keepsSymlinks === true ? path : verdict.resolved;
      const argv: [string, ...string[]] = isExecutableFormat
        ? [file, ...rest]
        : [SHELL, file, ...rest];
      return ready({ argv, isUnsafe }, { identity, context, lines });
    }
  }
}

function ready(
  program: Pick<ReadyCommand, "argv" | "isUnsafe">,
  about: Pick<FoundProgram, "identity" | "context" | "lines">,
): PreparedCommand {
  const { identity, context, lines } = about;
  // Only a change of identity is asked for: an ordinary user may not even ask for its own.
  const uid = identity.uid === context.self.uid ? undefined : identity.uid;
  const gid = identity.gid === context.self.gid ? undefined : identity.gid;
  const { groups } = identity;
  if (groups === undefined) return { kind: "ready", ready: { ...program, uid, gid }, lines };
  // Without the means a script still runs: its primary group is what it had before.
  return context.canSetGroups === true
    ? { kind: "ready", ready: { ...program, uid, gid, groups }, lines }
    : {
        kind: "ready",
        ready: { ...program, uid, gid },
        lines: [...lines, noGroupsLine(program.argv[0])],
      };
}

/** Who runs scripts that name nobody; undefined where those are not run. */
export function standardIdentity(
  context: Pick<CommandContext, "global" | "accounts" | "self">,
): ScriptIdentity | undefined {
  const nobody = { argv: [""], text: "", user: undefined, group: undefined } as const;
  const identity = identityFor(nobody, { ...context, searchPath: "" });
  return "problem" in identity ? undefined : identity;
}

/** The user named by the command, by `script_user`, the default user, or the daemon's own. */
export function identityFor(
  command: Command,
  { global, accounts, self }: CommandContext,
): ScriptIdentity | { readonly problem: LogLine } {
  const named =
    command.user === undefined ? global.scriptUser : { user: command.user, group: command.group };
  const wantsAll = global.process?.supplementaryGroups === true;
  if (named !== undefined) return namedIdentity(named, wantsAll, command, accounts);
  const standard = accounts.user(DEFAULT_SCRIPT_USER);
  if (standard === undefined && global.scriptSecurity) {
    return { problem: defaultUserMissingLine(command.text) };
  }
  const account = standard ?? self;
  if (!wantsAll) return account;
  const name = standard === undefined ? String(self.uid) : DEFAULT_SCRIPT_USER;
  return { ...account, groups: [account.gid, ...accounts.supplementary(name)] };
}

/** keepalived.conf(5) script_user: a group after a colon comes with the others of the user. */
function namedIdentity(
  named: { readonly user: string; readonly group: string | undefined },
  wantsAll: boolean,
  { text }: Command,
  accounts: Accounts,
): ScriptIdentity | { readonly problem: LogLine } {
  const user = accounts.user(named.user);
  if (user === undefined) return { problem: unknownUserLine(named.user, text) };
  const asksAll = named.group?.startsWith(":") === true;
  const group = asksAll ? named.group.slice(1) : (named.group ?? "");
  const gid = group === "" ? user.gid : accounts.group(group);
  if (gid === undefined) return { problem: unknownGroupLine(group, text) };
  if (!asksAll && !wantsAll) return { uid: user.uid, gid };
  return { uid: user.uid, gid, groups: [gid, ...accounts.supplementary(named.user)] };
}

export function findProgram(
  program: string,
  searchPath: string,
): { readonly path: string | undefined; readonly lines: readonly LogLine[] } {
  if (program.includes("/")) return { path: program, lines: [] };
  const path = searchProgram(program, searchPath);
  return path === undefined
    ? { path, lines: [notFoundInPathLine(program)] }
    : { path, lines: [resolvedInPathLine(program, path)] };
}
