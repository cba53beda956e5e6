/** The text of `--help`: what the program is for, by example, then every option by what it does. */
import { DEFAULT_CONFIG_FILE } from "./command.ts";
import { OPTIONS, OPTION_GROUPS } from "./option-table.ts";
import type { OptionDeclaration, OptionGroup } from "./option-table.ts";
import type { Paint } from "../report/paint.ts";
import { PRODUCT } from "../report/version.ts";
import { SUBCOMMANDS } from "./subcommand-table.ts";

interface Example {
  readonly command: string;
  readonly meaning: string;
}

const EXAMPLES: readonly Example[] = [
  { command: "keepalived", meaning: `run in the background with ${DEFAULT_CONFIG_FILE}` },
  {
    command: "keepalived -n -l -D -f my.conf",
    meaning: "watch it work: foreground, full log here",
  },
  { command: "keepalived -t && killall -HUP keepalived", meaning: "reload, if the file is right" },
  { command: "kill -USR1 $(cat /run/keepalived.pid)", meaning: "write /tmp/keepalived.data" },
];

/** Where explanations start, unless what stands before is longer. */
const COLUMN = 34;

export function renderHelp(paint: Paint): string {
  const title = (text: string): string => `${paint("bold", text)}\n`;
  const groups = (Object.keys(OPTION_GROUPS) as OptionGroup[]).map(
    (group) => `${title(OPTION_GROUPS[group])}${renderGroup(group)}`,
  );
  return [
    title("Usage: keepalived [OPTION...]") +
      "       keepalived COMMAND [OPTION...] [ARGUMENT...]\n",
    `${PRODUCT} moves addresses between machines with VRRP, so that a service stays\n` +
      "reachable when one of them fails. It is a drop-in replacement for Keepalived.\n",
    `${title("Commands (keepalived help COMMAND says more)")}${renderCommands()}`,
    `${title("Examples")}${renderExamples(EXAMPLES)}`,
    ...groups,
    `(*) ${INACTIVE_NOTE}\n`,
  ].join("\n");
}

const INACTIVE_NOTE = "accepted, so that existing command lines work; no effect yet";

const renderCommands = (): string =>
  SUBCOMMANDS.map(({ name, operands, summary }) =>
    renderRow(`${name} ${operands.shape}`.trim(), summary),
  ).join("");

const renderExamples = (examples: readonly Example[]): string =>
  examples.map(({ command, meaning }) => renderRow(command, meaning)).join("");

function renderGroup(group: OptionGroup): string {
  const options: readonly OptionDeclaration[] = OPTIONS;
  return options
    .filter((option) => option.group === group)
    .map((option) => renderRow(renderNames(option), renderMeaning(option)))
    .join("");
}

function renderRow(left: string, right: string): string {
  return left.length < COLUMN - 2
    ? `  ${left.padEnd(COLUMN - 2)}${right}\n`
    : `  ${left}\n${" ".repeat(COLUMN)}${right}\n`;
}

function renderNames({ short, long, argument }: OptionDeclaration): string {
  const names = `${short === undefined ? "    " : `-${short}, `}--${long}`;
  switch (argument.kind) {
    case "none":
      return names;
    case "required":
      return `${names}=${argument.name}`;
    case "optional":
      return `${names}[=${argument.name}]`;
  }
}

const renderMeaning = ({ help, isInactive }: OptionDeclaration): string =>
  isInactive === true ? `${help} (*)` : help;
