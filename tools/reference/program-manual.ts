/** keepalived(8), in mdoc(7), from the tables of options and subcommands. */
import { DEFAULT_CONFIG_FILE, DEFAULT_PID_FILE, SIGNALS } from "../../src/cli/command.ts";
import { OPTION_GROUPS, OPTIONS } from "../../src/cli/option-table.ts";
import type { OptionDeclaration } from "../../src/cli/option-table.ts";
import { SUBCOMMANDS } from "../../src/cli/subcommand-table.ts";
import type { SubcommandDeclaration, SubcommandOption } from "../../src/cli/subcommand-table.ts";
import { STATE_DIRECTORY } from "../../src/daemon/planned-maintenance.ts";
import { PRODUCT, PRODUCT_VERSION } from "../../src/report/version.ts";
import { argument, display, prose } from "./mdoc.ts";
import { renderOptionList } from "./option-list.ts";
import type { ListedOption } from "./option-list.ts";
import { sentence } from "./words.ts";

/** When what is written by hand here was last changed. */
const DATE = "November 23, 2026";

export function renderProgramManual(): string {
  return [
    '.\\" Made by tools/docs-reference.ts from the tables in src/cli: change it there.',
    `.Dd ${DATE}`,
    ".Dt KEEPALIVED 8",
    `.Os "${PRODUCT} ${PRODUCT_VERSION}"`,
    ".Sh NAME",
    ".Nm keepalived",
    ".Nd move addresses between machines, so that a service stays reachable",
    ".Sh SYNOPSIS",
    ".Nm",
    ".Op Ar OPTION ...",
    ".Nm",
    ".Ar COMMAND",
    ".Op Ar OPTION ...",
    ".Op Ar ARGUMENT ...",
    ".Sh DESCRIPTION",
    ...DESCRIPTION.map((text, i) => `${i === 0 ? "" : ".Pp\n"}${prose(text)}`),
    ".Sh OPTIONS",
    prose(OPTIONS_OPENING),
    ...renderOptionGroups(),
    ".Sh COMMANDS",
    prose("Each takes `--help`."),
    ...SUBCOMMANDS.map(renderSubcommand),
    ".Sh SIGNALS",
    prose(
      "They are for the process whose number is in the pid file. " +
        "`keepalived --signum=NAME` prints the number of one.",
    ),
    renderTerms([...SIGNAL_MEANINGS].map(([name, text]) => [signalTitle(name), text])),
    ".Sh ENVIRONMENT",
    renderTerms(ENVIRONMENT, "Ev"),
    ".Sh FILES",
    renderTerms(FILES, "Pa"),
    ".Sh EXIT STATUS",
    prose("Of the daemon, and of options that answer and leave:"),
    renderTerms(EXIT_CODES),
    ".Pp",
    prose("`-t` has codes of its own; each command says its codes above."),
    renderTerms(TEST_EXIT_CODES),
    ".Sh EXAMPLES",
    ...EXAMPLES.map(
      ([text, command], i) => `${i === 0 ? "" : ".Pp\n"}${prose(text)}\n${display(`# ${command}`)}`,
    ),
    ".Sh SEE ALSO",
    ".Xr genhash 1 ,",
    ".Xr keepalived.conf 5 ,",
    ".Xr ip 8",
    ".Sh STANDARDS",
    "VRRP version 3: RFC 9568, before it RFC 5798.",
    "Version 2: RFC 3768.",
    "",
  ].join("\n");
}

const DESCRIPTION = [
  "Several machines share an address; one of them, the master, has it, and when the master fails another one takes it. " +
    "They agree on that with VRRP. " +
    "Which addresses, and what counts as a failure, is said in `keepalived.conf`(5).",
  "Without a command it runs as a daemon. " +
    "Commands ask the daemon that runs, tell it to move addresses on purpose, or look at configuration files without it.",
  "It takes the place of the original Keepalived with the same file, options and signals. " +
    "What differs, and what is not there yet, is in `docs/compat.md` of the source.",
];

const OPTIONS_OPENING =
  "Short ones may be written together, long ones shortened as long as they stay unambiguous. " +
  "An optional argument is only taken when attached: `-tFILE`, `--config-test=FILE`.";

function renderOptionGroups(): readonly string[] {
  const options: readonly OptionDeclaration[] = OPTIONS;
  return Object.entries(OPTION_GROUPS).flatMap(([group, title]) => [
    `.Ss ${title}`,
    renderOptionList(
      options
        .filter((option) => option.group === group)
        .map((option) => ({
          ...option,
          help:
            option.isInactive === true
              ? `${sentence(option.help)} Accepted, not yet active.`
              : option.help,
        })),
    ),
  ]);
}

function renderSubcommand(declaration: SubcommandDeclaration): string {
  const { name, operands, summary, description, options } = declaration;
  const shape = operands.shape === "" ? "" : ` ${operands.shape}`;
  return [
    `.Ss ${name}${shape}`,
    prose(sentence(summary)),
    ...(description === "" ? [] : [prose(description.replaceAll("\n", " "))]),
    ...(options.length === 0 ? [] : [renderOptionList(options.map(listed))]),
  ].join("\n");
}

const listed = ({
  short,
  long,
  argument: name,
  choices,
  help,
}: SubcommandOption): ListedOption => ({
  short,
  long,
  argument: name === undefined ? { kind: "none" } : { kind: "required", name },
  help: choices === undefined ? help : `${help}: ${choices.join(", ")}`,
});

function renderTerms(
  terms: readonly (readonly [string, string])[],
  macro: "Pa" | "Ev" | "Li" = "Li",
): string {
  const items = terms.map(([term, text]) =>
    [`.It${macro === "Li" ? "" : ` ${macro}`} ${argument(term)}`, prose(text)].join("\n"),
  );
  return [".Bl -tag -width Ds", ...items, ".El"].join("\n");
}

type SignalName = "STOP" | "RELOAD" | "DATA" | "STATS" | "STATS_CLEAR" | "JSON";

/** Those of `SIGNALS`; a test compares. */
export const SIGNAL_MEANINGS: ReadonlyMap<SignalName, string> = new Map([
  ["STOP", "Resigns with priority 0, takes the addresses off, runs the stop scripts and ends."],
  [
    "RELOAD",
    "Reads the configuration again. One with errors is refused, and what ran before keeps running.",
  ],
  ["DATA", "Writes what it knows to keepalived.data and keepalived_parent.data."],
  ["STATS", "Writes the counters to keepalived.stats."],
  ["STATS_CLEAR", "Writes the counters, and starts them at zero."],
  ["JSON", "Writes instances and counters to keepalived.json."],
]);

const SIGNAL_WORDS: Readonly<Record<SignalName, string>> = {
  STOP: "TERM, INT",
  RELOAD: "HUP",
  DATA: "USR1",
  STATS: "USR2",
  STATS_CLEAR: "",
  JSON: "",
};

function signalTitle(name: SignalName): string {
  const number = String(SIGNALS.get(name) ?? "");
  const words = SIGNAL_WORDS[name];
  return words === "" ? `${number} (${name})` : `${words} (${name})`;
}

const FILES: readonly (readonly [string, string])[] = [
  [DEFAULT_CONFIG_FILE, "The configuration, unless `-f` names another."],
  [DEFAULT_PID_FILE, "The daemon, which takes signals."],
  ["/run/vrrp.pid", "Its process for VRRP."],
  ["/run/keepalived/control.sock", "Where commands ask. Its group may use it, too."],
  [STATE_DIRECTORY, "Maintenance and what was handed over, so that a reboot keeps it."],
  ["/tmp/keepalived.data", "What the signal DATA writes; the other dumps are beside it."],
];

const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "Stopped by a signal, or a daemon is already running; without `-n`, the daemon runs."],
  ["1", "Wrong usage, or a fatal error; with `-R`, the VRRP process died."],
  ["2", "The configuration cannot be run."],
  ["4", "Not allowed to open raw sockets or to write the pid files."],
  ["6", "There is no configuration file, or a required include is missing."],
];

const TEST_EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "No complaint that counts."],
  ["2", "A keyword without its parameter."],
  ["4", "Only an interface of linkbeat_interfaces is missing."],
  ["5", "Any other complaint, warnings included."],
  ["6", "Script security, or a required include is missing."],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["TMPDIR", "Where dumps are written unless the configuration says otherwise."],
  ["PATH", "Where scripts that are named without a directory are looked for."],
  ["NOTIFY_SOCKET", "Where systemd is told that the daemon is ready, reloads or stops."],
  ["NO_COLOR", "When it is not empty, nothing is coloured."],
  ["COLUMNS", "How wide explanations are written when they do not go to a terminal."],
  [
    "NODE_OPTIONS, NODE_EXTRA_CA_CERTS",
    "Set aside at the start: they are meant for other programs. Scripts get them back.",
  ],
];

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["Who is master, and why:", "keepalived status"],
  ["Everything about one instance, with its history:", "keepalived why VI_1"],
  ["Every mistake in the file:", "keepalived check"],
  ["The files of two nodes, and who will be master:", "keepalived check lb1.conf lb2.conf"],
  ["Reload, if the file is right:", "keepalived -t && systemctl reload keepalived"],
  ["What a reload would change and interrupt:", "keepalived config diff new.conf"],
  ["What a keyword means:", "keepalived explain vrrp_instance.advert_int"],
  ["Take this node out for an hour:", "keepalived maintenance on --for 1h --reason 'new kernel'"],
  ["Watch it work, in the foreground:", "keepalived -n -l -D -f my.conf"],
];
