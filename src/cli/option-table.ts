/** Every option of the daemon, once: names, argument, and the words of --help. */

export type OptionArgument =
  | { readonly kind: "none" }
  | { readonly kind: "required"; readonly name: string }
  /** Only taken when attached: `-tFILE`, `--config-test=FILE`. */
  | { readonly kind: "optional"; readonly name: string };

export interface OptionDeclaration {
  readonly short: string | undefined;
  readonly long: string;
  readonly argument: OptionArgument;
  readonly group: OptionGroup;
  readonly help: string;
  /** Accepted so that existing command lines work; without effect in this version. */
  readonly isInactive?: true;
}

export const OPTION_GROUPS = {
  configuration: "Configuration",
  processes: "What runs",
  log: "Logging",
  stop: "Addresses at the end",
  files: "Process files",
  ask: "Ask and leave",
} as const;

export type OptionGroup = keyof typeof OPTION_GROUPS;

const none = { kind: "none" } as const;
const takes = (name: string): { readonly kind: "required"; readonly name: string } => ({
  kind: "required",
  name,
});
const mayTake = (name: string): { readonly kind: "optional"; readonly name: string } => ({
  kind: "optional",
  name,
});

const FACILITIES = "0-7, local0-7, user or daemon";

export const OPTIONS = [
  {
    short: "f",
    long: "use-file",
    argument: takes("FILE"),
    group: "configuration",
    help: "configuration file (default /etc/keepalived/keepalived.conf)",
  },
  {
    short: "i",
    long: "config-id",
    argument: takes("ID"),
    group: "configuration",
    help: "name for lines that begin with @ID (default: the host name)",
  },
  {
    short: "e",
    long: "all-config",
    argument: none,
    group: "configuration",
    help: "a missing include file is an error",
  },
  {
    short: "s",
    long: "namespace",
    argument: takes("NAME"),
    group: "configuration",
    help: "run in this network namespace, whatever the file says",
  },
  {
    short: "n",
    long: "dont-fork",
    argument: none,
    group: "processes",
    help: "stay in the foreground",
  },
  {
    short: "P",
    long: "vrrp",
    argument: none,
    group: "processes",
    help: "run VRRP, no health checkers",
  },
  {
    short: "C",
    long: "check",
    argument: none,
    group: "processes",
    help: "run health checkers, no VRRP",
  },
  {
    short: "B",
    long: "no_bfd",
    argument: none,
    group: "processes",
    help: "do not run BFD",
  },
  {
    short: undefined,
    long: "all",
    argument: none,
    group: "processes",
    help: "start every process even without configuration for it",
  },
  {
    short: "R",
    long: "dont-respawn",
    argument: none,
    group: "processes",
    help: "end when a child process dies, instead of starting it again",
  },
  {
    short: undefined,
    long: "ignore-sigint",
    argument: none,
    group: "processes",
    help: "ignore Ctrl-C (under a debugger)",
  },
  {
    short: "l",
    long: "log-console",
    argument: none,
    group: "log",
    help: "log to standard error as well",
  },
  {
    short: "D",
    long: "log-detail",
    argument: none,
    group: "log",
    help: "log in detail",
  },
  {
    short: "G",
    long: "no-syslog",
    argument: none,
    group: "log",
    help: "do not log to syslog",
  },
  {
    short: "S",
    long: "log-facility",
    argument: takes("FACILITY"),
    group: "log",
    help: `syslog facility: ${FACILITIES} (default)`,
  },
  {
    short: "g",
    long: "log-file",
    argument: mayTake("FILE"),
    group: "log",
    help: "log to FILE as well (default /tmp/keepalived.log)",
  },
  {
    short: undefined,
    long: "flush-log-file",
    argument: none,
    group: "log",
    help: "write each line to the log file at once (it always is)",
  },
  {
    short: "d",
    long: "dump-conf",
    argument: none,
    group: "log",
    help: "log the configuration as it was understood",
  },
  {
    short: "a",
    long: "address-monitoring",
    argument: none,
    group: "log",
    help: "log every address added or removed",
    isInactive: true,
  },
  {
    short: "X",
    long: "release-vips",
    argument: none,
    group: "stop",
    help: "drop addresses on a stop by signal (it always does)",
  },
  {
    short: "V",
    long: "dont-release-vrrp",
    argument: none,
    group: "stop",
    help: "leave virtual addresses in place when the daemon ends",
  },
  {
    short: "I",
    long: "dont-release-ipvs",
    argument: none,
    group: "stop",
    help: "leave the load balancing table in place when the daemon ends",
    isInactive: true,
  },
  {
    short: "p",
    long: "pid",
    argument: takes("FILE"),
    group: "files",
    help: "pid file of the daemon",
  },
  {
    short: "r",
    long: "vrrp_pid",
    argument: takes("FILE"),
    group: "files",
    help: "pid file of the VRRP process",
  },
  {
    short: "c",
    long: "checkers_pid",
    argument: takes("FILE"),
    group: "files",
    help: "pid file of the checker process",
  },
  {
    short: "b",
    long: "bfd_pid",
    argument: takes("FILE"),
    group: "files",
    help: "pid file of the BFD process",
  },
  {
    short: "u",
    long: "umask",
    argument: takes("MASK"),
    group: "files",
    help: "mask for files it creates, as a number",
  },
  {
    short: "m",
    long: "core-dump",
    argument: none,
    group: "files",
    help: "write a core file after a crash",
    isInactive: true,
  },
  {
    short: "M",
    long: "core-dump-pattern",
    argument: mayTake("PATTERN"),
    group: "files",
    help: "name of core files",
    isInactive: true,
  },
  {
    short: "x",
    long: "snmp",
    argument: none,
    group: "files",
    help: "answer SNMP",
    isInactive: true,
  },
  {
    short: "A",
    long: "snmp-agent-socket",
    argument: takes("SOCKET"),
    group: "files",
    help: "socket of the SNMP master agent",
    isInactive: true,
  },
  {
    short: "t",
    long: "config-test",
    argument: mayTake("FILE"),
    group: "ask",
    help: "check the configuration; complaints to standard error or FILE",
  },
  {
    short: undefined,
    long: "signum",
    argument: takes("NAME"),
    group: "ask",
    help: "the number of a signal: STOP RELOAD DATA STATS STATS_CLEAR JSON",
  },
  {
    short: "v",
    long: "version",
    argument: none,
    group: "ask",
    help: "print the version",
  },
  { short: "h", long: "help", argument: none, group: "ask", help: "print this help" },
  {
    short: "T",
    long: "genhash",
    argument: none,
    group: "ask",
    help: "become genhash(1), which reads all that follows; the first option",
  },
] as const satisfies readonly OptionDeclaration[];

export type OptionName = (typeof OPTIONS)[number]["long"];
