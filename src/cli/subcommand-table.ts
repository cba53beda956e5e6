/** Every subcommand, once: its operands, its options, and the words of `help`. */

export interface SubcommandOption {
  readonly long: string;
  readonly short?: string;
  /** The name of its argument; without one it is a switch. */
  readonly argument?: string;
  /** The words an argument may be; anything else is refused. */
  readonly choices?: readonly string[];
  /** It may be given several times; every argument counts. */
  readonly repeatable?: true;
  readonly help: string;
}

/** What a shell may complete in the place of an operand. */
export type OperandKind =
  "none" | "file" | "instance" | "keyword" | "shell" | "subcommand" | "onOff";

export interface SubcommandDeclaration {
  /** One word, or two: `config show`. */
  readonly name: string;
  readonly operands: {
    readonly kind: OperandKind;
    readonly shape: string;
    readonly minimum: number;
    readonly maximum: number;
  };
  readonly options: readonly SubcommandOption[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `help NAME` says more, in whole sentences. */
  readonly description: string;
}

/** How the daemon that is asked is found. */
const DAEMON_OPTIONS: readonly SubcommandOption[] = [
  { long: "pid", short: "p", argument: "PIDFILE", help: "the daemon with this pid file" },
  { long: "socket", argument: "PATH", help: "the daemon behind this control socket" },
];

const NONE = { kind: "none", shape: "", minimum: 0, maximum: 0 } as const;
const ANY_NUMBER = 1_000;

export const SUBCOMMANDS = [
  {
    name: "status",
    operands: NONE,
    options: [{ long: "json", help: "for programs" }, ...DAEMON_OPTIONS],
    summary: "who is master, since when, and why",
    description:
      "Asks the running daemon. Exit code: 0 answered, 1 failed, 3 not running, 4 not allowed.",
  },
  {
    name: "why",
    operands: { kind: "instance", shape: "NAME", minimum: 1, maximum: 1 },
    options: DAEMON_OPTIONS,
    summary: "everything about one instance, with its history",
    description: "Asks the running daemon. Exit codes are those of status.",
  },
  {
    name: "maintenance",
    operands: { kind: "onOff", shape: "on|off", minimum: 1, maximum: 1 },
    options: [
      { long: "for", argument: "SPAN", help: "ends by itself, after 45s, 30m, 2h, 1h30m or 1d" },
      { long: "instance", argument: "INSTANCE", help: "this vrrp_instance alone" },
      { long: "reason", argument: "TEXT", help: "shown to whoever asks why" },
      { long: "json", help: "for programs" },
      ...DAEMON_OPTIONS,
    ],
    summary: "take this node, or one instance, out while you work on it",
    description:
      "on: a master resigns at once and gives its addresses up, and nothing is taken over until `off`\n" +
      "or until the time is over. Scripts and FIFOs are told FAULT. It outlives restarts and reboots.\n" +
      "off: takes part again, as at a start; a higher priority preempts as it is configured to.\n" +
      "Exit code: 0 done, 1 failed (or in force, but not written to disk), 2 wrong use, 3 not running,\n" +
      "4 not allowed, 5 not begun: nothing has changed.",
  },
  {
    name: "switchover",
    operands: { kind: "instance", shape: "NAME", minimum: 1, maximum: 1 },
    options: [
      { long: "force", help: "even if no peer is known to be there" },
      { long: "release", help: "end the holding back of an earlier switchover" },
      { long: "json", help: "for programs" },
      ...DAEMON_OPTIONS,
    ],
    summary: "hand the addresses of a master to a peer, and leave them there",
    description:
      "Resigns, waits until a peer is master, and tells who and how long nobody was. Its sync group\n" +
      "goes with it. This node then holds back, though its priority may be higher, until --release,\n" +
      "until the new master dies or resigns, or until a restart. It is not begun when this node is\n" +
      "not master, or when no peer is known that answers on the link now. Where nobody takes over\n" +
      "within the time of the slowest peer, the addresses are taken back.\n" +
      "Exit code: 0 a peer is master, 1 failed, 2 wrong use, 3 not running, 4 not allowed, 5 not begun:\n" +
      "nothing has changed, 6 nobody took over, and the addresses are back.",
  },
  {
    name: "restart",
    operands: NONE,
    options: [
      { long: "keep", help: "the addresses stay, and no peer notices" },
      { long: "json", help: "for programs" },
      ...DAEMON_OPTIONS,
    ],
    summary: "replace the running program, after an upgrade, without a failover",
    description:
      "The program on disk takes the place of the one that runs, in the same process, and goes on as\n" +
      "master with its addresses, counters and history. It is not begun when that could not work: the\n" +
      "file has errors or other addresses, a peer would take over within a second, `vip_lease off`, -V.\n" +
      "Exit code: 0 restarted, 1 failed (the old program goes on, or a master was lost), 2 wrong use,\n" +
      "3 not running, 4 not allowed, 5 not begun: nothing has changed.",
  },
  {
    name: "release",
    operands: { kind: "none", shape: "[-- OPTION...]", minimum: 0, maximum: ANY_NUMBER },
    options: [
      {
        long: "stop-post",
        help: "for systemd's ExecStopPost: spares what a new start goes on with",
      },
    ],
    summary: "take off what a daemon that was killed has left",
    description:
      "Addresses, routes, rules, firewall tables and virtual MACs that the configuration names are\n" +
      "removed, and peers told, where the addresses are still leased. Changes nothing while a daemon\n" +
      "runs. OPTIONs are those the daemon was started with; -f, -i, -s and -p count.\n" +
      "--stop-post does nothing after a daemon that ended in good order, or with -V.\n" +
      "Exit code: 0 done, 1 failed, 2 wrong use or no usable configuration, 4 not allowed, 5 not begun:\n" +
      "a daemon runs.",
  },
  {
    name: "check",
    operands: { kind: "file", shape: "[FILE...]", minimum: 0, maximum: ANY_NUMBER },
    options: [
      {
        long: "config-id",
        short: "i",
        argument: "ID",
        repeatable: true,
        help: "the id that @ID lines are for; one for each file, or several for one",
      },
      { long: "strict", help: "everything that is said counts for the exit code" },
      { long: "portable", help: "which Keepalived understands the file, and where it would not" },
      {
        long: "format",
        argument: "FORMAT",
        choices: ["text", "json", "sarif"],
        help: "how it is written",
      },
    ],
    summary: "every mistake in a file, or between the files of a cluster",
    description:
      "Reads /etc/keepalived/keepalived.conf, or the files named; FILE@ID reads it as the host with\n" +
      "that id. Several files, or ids, are also checked as a cluster: who will be master, who next,\n" +
      "and which failing checks move the address. Changes nothing.\n" +
      "Exit code: the worst of -t for each file; 5 when a cluster will have two masters or none, and\n" +
      "with --strict for anything that is said.",
  },
  {
    name: "explain",
    operands: { kind: "keyword", shape: "[KEYWORD]", minimum: 0, maximum: 10 },
    options: [{ long: "json", help: "for programs" }],
    summary: "what a keyword means, its range, its default, an example",
    description:
      "Takes a keyword, the blocks above it and the keyword (vrrp_instance.advert_int), or a value\n" +
      "(noprefixroute). Without one it lists the blocks. Exit code: 0 told, 1 not known.",
  },
  {
    name: "completion",
    operands: { kind: "shell", shape: "bash|zsh|fish", minimum: 1, maximum: 1 },
    options: DAEMON_OPTIONS,
    summary: "a script that completes commands, options and names in your shell",
    description:
      "bash and zsh: source <(keepalived completion bash). fish: keepalived completion fish | source.\n" +
      "The scripts ask `keepalived completion instances` for the names the running daemon knows.",
  },
  {
    name: "lsp",
    operands: NONE,
    options: [
      { long: "stdio", help: "speak on standard input and output, as it always does" },
      { long: "clientProcessId", argument: "PID", help: "end when this process ends" },
    ],
    summary: "a language server, for editors",
    description:
      "Checks the file while it is written, completes, explains and finds. An editor starts it.",
  },
  {
    name: "config show",
    operands: { kind: "file", shape: "[FILE]", minimum: 0, maximum: 1 },
    options: [
      { long: "config-id", short: "i", argument: "ID", help: "the id that @ID lines are for" },
      { long: "defaults", help: "also what the file does not mention" },
      { long: "json", help: "for programs" },
    ],
    summary: "the file as it is read, each line with where it comes from",
    description:
      "Includes, conditions, definitions and generators are done away with. Passwords are masked.\n" +
      "Exit code: 0 shown, 2 the file cannot be run.",
  },
  {
    name: "config diff",
    operands: { kind: "file", shape: "[OLD] NEW", minimum: 1, maximum: 2 },
    options: [
      { long: "config-id", short: "i", argument: "ID", help: "the id that @ID lines are for" },
      { long: "json", help: "for programs" },
    ],
    summary: "what a reload would change, and what it interrupts",
    description:
      "Compares two files, or /etc/keepalived/keepalived.conf with the one named. Changes nothing.\n" +
      "Exit code: 0 the same, 1 different, 2 a file cannot be run.",
  },
  {
    name: "help",
    operands: { kind: "subcommand", shape: "[COMMAND]", minimum: 0, maximum: 2 },
    options: [],
    summary: "this help, or that of one command",
    description: "",
  },
] as const satisfies readonly SubcommandDeclaration[];

export type SubcommandName = (typeof SUBCOMMANDS)[number]["name"];

/** The declaration that the first words name, and the words after its name. */
export function findSubcommand(
  words: readonly string[],
): { readonly name: SubcommandName; readonly following: readonly string[] } | undefined {
  for (const { name } of SUBCOMMANDS) {
    const parts = name.split(" ");
    if (parts.every((part, i) => words[i] === part)) {
      return { name, following: words.slice(parts.length) };
    }
  }
  return undefined;
}

export function declarationOf(name: SubcommandName): SubcommandDeclaration {
  const found: SubcommandDeclaration | undefined = SUBCOMMANDS.find((row) => row.name === name);
  // Every name is that of a row.
  return found ?? SUBCOMMANDS[0];
}
