/** What a command line asks for: one of our subcommands, or the daemon with its options. */
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import { nearest } from "../config/nearest.ts";
import { parseArguments } from "./arguments.ts";
import type { ArgumentError, GivenOption } from "./arguments.ts";
import { OPTIONS } from "./option-table.ts";
import type { OptionName } from "./option-table.ts";
import { findSubcommand, SUBCOMMANDS } from "./subcommand-table.ts";
import type { SubcommandName } from "./subcommand-table.ts";

export const DEFAULT_CONFIG_FILE = "/etc/keepalived/keepalived.conf";
/** Where the daemon of a machine that runs only one says who it is. */
export const DEFAULT_PID_FILE = "/run/keepalived.pid";
const DEFAULT_LOG_FILE = "/tmp/keepalived.log";
/** keepalived(8): files are for their owner only unless -u or `umask` says otherwise. */
export const DEFAULT_UMASK = 0o177;

export interface DaemonOptions {
  readonly configFile: string;
  readonly configId: string | undefined;
  readonly missingIncludesAreErrors: boolean;
  readonly netNamespace: string | undefined;
  readonly foreground: boolean;
  readonly runsVrrp: boolean;
  readonly runsAll: boolean;
  readonly respawns: boolean;
  readonly ignoresInterrupt: boolean;
  readonly logsToConsole: boolean;
  readonly detail: boolean;
  readonly logsToSyslog: boolean;
  readonly facility: number;
  readonly logFile: string | undefined;
  readonly dumpsConfiguration: boolean;
  readonly keepsAddresses: boolean;
  readonly pidFiles: {
    readonly parent: string | undefined;
    readonly vrrp: string | undefined;
    readonly checkers: string | undefined;
    readonly bfd: string | undefined;
  };
  readonly umask: number | undefined;
}

export type Invocation =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "signum"; readonly name: string }
  | { readonly kind: "genhash"; readonly arguments: readonly string[] }
  | {
      readonly kind: "configTest";
      readonly options: DaemonOptions;
      readonly logFile: string | undefined;
    }
  | {
      readonly kind: "daemon";
      readonly options: DaemonOptions;
      /** Said on standard error; nothing else comes of them. */
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: "subcommand";
      readonly name: SubcommandName;
      readonly arguments: readonly string[];
    };

export interface UsageError {
  readonly message: string;
  readonly exitCode: number;
}

export function parseInvocation(argv: readonly string[]): Result<Invocation, UsageError> {
  const [first, ...following] = argv;
  if (first === "-T" || first === "--genhash") return ok({ kind: "genhash", arguments: following });
  const found = findSubcommand(argv);
  if (found !== undefined) {
    return ok({ kind: "subcommand", name: found.name, arguments: found.following });
  }
  const mistyped = mistypedSubcommand(argv);
  if (mistyped !== undefined) return fail(mistyped);
  const parsed = parseArguments(argv, OPTIONS);
  if (!parsed.ok) return fail(usageError(parsed.error));
  const { options: given, words } = parsed.value;
  const answer = given.find((o) => ANSWERS.has(o.name));
  switch (answer?.name) {
    case "version":
      return ok({ kind: "version" });
    case "help":
      return ok({ kind: "help" });
    case "signum":
      return ok({ kind: "signum", name: answer.argument ?? "" });
    case "genhash":
      return fail({ message: "--genhash must be the first option", exitCode: 1 });
    default:
      return daemonInvocation(given, words);
  }
}

/**
 * A word in the place of a subcommand. Keepalived would remark on it and start; on a node that was
 * stopped on purpose, `keepalived stauts` must not become a second master.
 */
function mistypedSubcommand([first, second]: readonly string[]): UsageError | undefined {
  if (first === undefined || first.startsWith("-")) return undefined;
  const names = SUBCOMMANDS.map(({ name }) => name);
  const isHalf = names.some((name) => name.startsWith(`${first} `));
  const written = isHalf && second !== undefined ? `${first} ${second}` : first;
  const meant = nearest(written, names);
  const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
  const known = names.join(", ");
  return {
    message: `keepalived has no command \`${written}\`${hint} Commands: ${known}; options begin with -`,
    exitCode: 1,
  };
}

/** Options that end the program with an answer; the first one given counts. */
const ANSWERS: ReadonlySet<OptionName> = new Set(["version", "help", "signum", "genhash"]);

function daemonInvocation(
  given: readonly GivenOption<OptionName>[],
  words: readonly string[],
): Result<Invocation, UsageError> {
  const options = daemonOptions(given);
  if (!options.ok) return options;
  const test = given.find((o) => o.name === "config-test");
  if (test !== undefined) {
    return ok({ kind: "configTest", options: options.value, logFile: test.argument });
  }
  return ok({ kind: "daemon", options: options.value, remarks: remarksOn(given, words) });
}

function remarksOn(
  given: readonly GivenOption<OptionName>[],
  words: readonly string[],
): readonly string[] {
  const inactive = OPTIONS.filter(
    (option) => "isInactive" in option && given.some((o) => o.name === option.long),
  );
  return [
    ...(words.length === 0 ? [] : [`Unexpected argument(s): ${words.join(" ")}`]),
    ...inactive.map(({ long }) => `Option --${long} is accepted, but not yet active`),
  ];
}

function daemonOptions(
  given: readonly GivenOption<OptionName>[],
): Result<DaemonOptions, UsageError> {
  const has = (name: OptionName): boolean => given.some((o) => o.name === name);
  const last = (name: OptionName): string | undefined =>
    given.findLast((o) => o.name === name)?.argument;
  const facility = parseFacility(last("log-facility") ?? "daemon");
  if (facility === undefined) {
    const value = last("log-facility") ?? "";
    return fail(invalid("log facility", value, "use 0-7, local0-7, user or daemon"));
  }
  const mask = last("umask");
  const umask = mask === undefined ? undefined : parseMask(mask);
  if (mask !== undefined && umask === undefined) {
    return fail(invalid("umask", mask, "use an octal number such as 0177"));
  }
  return ok({
    configFile: last("use-file") ?? DEFAULT_CONFIG_FILE,
    configId: last("config-id"),
    missingIncludesAreErrors: has("all-config"),
    netNamespace: last("namespace"),
    foreground: has("dont-fork"),
    // -P and -C together ask for both.
    runsVrrp: !has("check") || has("vrrp"),
    runsAll: has("all"),
    respawns: !has("dont-respawn"),
    ignoresInterrupt: has("ignore-sigint"),
    logsToConsole: has("log-console"),
    detail: has("log-detail"),
    logsToSyslog: !has("no-syslog"),
    facility,
    logFile: has("log-file") ? (last("log-file") ?? DEFAULT_LOG_FILE) : undefined,
    dumpsConfiguration: has("dump-conf"),
    keepsAddresses: has("dont-release-vrrp"),
    pidFiles: {
      parent: last("pid"),
      vrrp: last("vrrp_pid"),
      checkers: last("checkers_pid"),
      bfd: last("bfd_pid"),
    },
    umask,
  });
}

const USER_FACILITY = 1;
const DAEMON_FACILITY = 3;
const LOCAL0_FACILITY = 16;

/** RFC 3164 §4.1.1. */
function parseFacility(text: string): number | undefined {
  if (text === "user") return USER_FACILITY;
  if (text === "daemon") return DAEMON_FACILITY;
  const local = /^(?:local)?([0-7])$/.exec(text);
  return local === null ? undefined : LOCAL0_FACILITY + Number(local[1]);
}

/** A number as strtol(3) reads it with base 0: octal after a leading zero. */
function parseMask(text: string): number | undefined {
  const value = /^0x[0-9a-f]+$/i.test(text)
    ? parseInt(text, 16)
    : /^0[0-7]*$/.test(text)
      ? parseInt(text, 8)
      : /^[1-9][0-9]*$/.test(text)
        ? Number(text)
        : undefined;
  return value !== undefined && value <= 0o777 ? value : undefined;
}

const invalid = (what: string, value: string, fix: string): UsageError => ({
  message: `Invalid ${what} '${value}': ${fix}`,
  exitCode: 1,
});

function usageError(error: ArgumentError): UsageError {
  return error.kind === "unknown"
    ? { message: `Unknown option ${error.option}`, exitCode: 1 }
    : { message: `Missing parameter for option ${error.option}`, exitCode: 2 };
}

/** Signals of keepalived(8) --signum, with glibc's real-time numbers. */
export const SIGNALS: ReadonlyMap<string, number> = new Map([
  ["STOP", 15],
  ["RELOAD", 1],
  ["DATA", 10],
  ["STATS", 12],
  ["STATS_CLEAR", 63],
  ["JSON", 36],
]);
