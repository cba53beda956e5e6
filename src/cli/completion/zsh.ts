/** Completion for zsh: to be sourced, or to be put into a directory of $fpath as _keepalived. */
import { secondWords } from "./bash.ts";
import { commands, daemonOptions, firstWords } from "./words.ts";
import type { CommandWords, Completion, OptionWords } from "./words.ts";

export function renderZsh(): string {
  const all = commands();
  const pairs = all.map(({ name }) => name).filter((name) => name.includes(" "));
  return [
    "#compdef keepalived",
    "# Completion of keepalived for zsh. Made by `keepalived completion zsh`; to use it:",
    "#   source <(keepalived completion zsh)",
    "",
    INSTANCES,
    "",
    "_keepalived() {",
    "  local -a commands",
    `  commands=(\n${firstWords()
      .map((first) => `    ${quote(`${colons(first)}:${summaryOf(first, all)}`)}\n`)
      .join("")}  )`,
    "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then",
    "    _describe -t commands command commands",
    "    return",
    "  fi",
    ...firstWords()
      .map((first) => ({ first, second: secondWords(pairs, first) }))
      .filter(({ second }) => second.length > 0)
      .flatMap(({ first, second }) => [
        `  if (( CURRENT == 3 )) && [[ $words[2] == ${first} ]]; then`,
        `    compadd -- ${second.join(" ")}`,
        "    return",
        "  fi",
      ]),
    ...(pairs.length === 0 ? [] : ['  case "$words[2] $words[3]" in']),
    ...all.filter(({ name }) => name.includes(" ")).map((command) => renderCommand(command, 2)),
    ...(pairs.length === 0 ? [] : ["  esac"]),
    '  case "$words[2]" in',
    ...all.filter(({ name }) => !name.includes(" ")).map((command) => renderCommand(command, 1)),
    "  esac",
    `  _arguments -s \\\n${daemonOptions()
      .map((option) => `    ${specOf(option)}`)
      .join(" \\\n")}`,
    "}",
    "",
    'if [[ "$funcstack[1]" == _keepalived ]]; then',
    '  _keepalived "$@"',
    "else",
    "  compdef _keepalived keepalived",
    "fi",
    "",
  ].join("\n");
}

const INSTANCES = `# The names that the running daemon knows. Another program of this name is not asked: the original
# Keepalived starts when it is given words it does not know.
_keepalived_instances() {
  local program=\${_keepalived_program:-keepalived} at
  local -a which names
  timeout 2 $program --version </dev/null 2>&1 | grep -q keepalived-ts || return 1
  for (( at = 2; at < CURRENT; at++ )); do
    case $words[at] in
      (-p|--pid|--socket) which+=($words[at] $words[at+1]) ;;
      (--pid=*|--socket=*) which+=($words[at]) ;;
    esac
  done
  names=(\${(f)"$(timeout 2 $program completion instances $which </dev/null 2>/dev/null)"})
  compadd -a names
}`;

/** The summary of a one-word command, or the names of the two-word ones. */
function summaryOf(first: string, all: readonly CommandWords[]): string {
  const whole = all.find(({ name }) => name === first)?.summary;
  const seconds = secondWords(
    all.map(({ name }) => name),
    first,
  );
  return whole ?? seconds.join(", ");
}

/** One branch: the words of the command are taken away, and the rest are its arguments. */
function renderCommand({ name, options, operand }: CommandWords, count: number): string {
  const specs = [...options.map(specOf), ...operandSpec(operand)];
  const shift = count === 1 ? "shift words; (( CURRENT-- ))" : "shift 2 words; (( CURRENT -= 2 ))";
  return [
    `    (${quote(name)})`,
    "      local _keepalived_program=$words[1]",
    `      ${shift}`,
    `      _arguments -s \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")}`,
    "      return",
    "      ;;",
  ].join("\n");
}

function operandSpec(operand: Completion): readonly string[] {
  if (operand.kind === "nothing") return [];
  return [quote(`*::${operand.kind === "words" ? "word" : operand.kind}:${action(operand)}`)];
}

/** As _arguments has it: `'(-f --use-file)'{-f+,--use-file=}'[help]:FILE:_files'`. */
function specOf(option: OptionWords): string {
  const { short, long, takes, help, argument, value } = option;
  const about = `[${escaped(help)}]`;
  const suffix = { nothing: ["", ""], required: ["+", "="], optional: ["-", "=-"] }[takes];
  const colon = takes === "optional" ? "::" : ":";
  const taken = takes === "nothing" ? "" : `${colon}${escaped(argument)}:${action(value)}`;
  const longName = `--${long}${suffix[1] ?? ""}`;
  if (short === undefined) return quote(`${longName}${about}${taken}`);
  return `'(-${short} --${long})'{-${short}${suffix[0] ?? ""},${longName}}${quote(`${about}${taken}`)}`;
}

function action(value: Completion): string {
  switch (value.kind) {
    case "nothing":
      return " ";
    case "file":
      return "_files";
    case "instance":
      return "_keepalived_instances";
    case "namespace":
      return "_files -W /run/netns";
    case "words":
      return `(${value.words.join(" ")})`;
  }
}

const escaped = (text: string): string => text.replaceAll(/[[\]:\\]/g, (c) => `\\${c}`);
const colons = (text: string): string => text.replaceAll(":", "\\:");
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
