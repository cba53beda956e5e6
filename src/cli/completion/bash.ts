/** Completion for bash; it needs nothing but bash itself. */
import { commands, daemonOptions, firstWords } from "./words.ts";
import type { Completion, OptionWords } from "./words.ts";

export function renderBash(): string {
  const all = commands();
  const names = all.map(({ name }) => name);
  const pairs = names.filter((name) => name.includes(" "));
  const sets = [
    { name: "", options: daemonOptions() },
    ...all.map(({ name, options }) => ({ name, options })),
  ];
  return [
    "# Completion of keepalived for bash. Made by `keepalived completion bash`; to use it:",
    "#   source <(keepalived completion bash)",
    "",
    FUNCTIONS,
    "",
    "_keepalived() {",
    OPENING,
    "    # The command, of one word or of two.",
    caseOf('"$COMP_CWORD ${COMP_WORDS[1]} ${COMP_WORDS[2]}"', [
      ...pairs.map((name) => ({
        patterns: [`[3-9]* ${name}`],
        raw: true as const,
        does: `command=${quote(name)}`,
      })),
      { patterns: ["1 *"], raw: true, does: "" },
      ...names
        .filter((name) => !name.includes(" "))
        .map((name) => ({
          patterns: [`* ${name} *`],
          raw: true as const,
          does: `command=${name}`,
        })),
    ]),
    "    # The value of an option.",
    caseOf('"$command $option"', sets.flatMap(valuesOf)),
    "    # An option.",
    "    if [[ $current == -* ]]; then",
    caseOf(
      '"$command"',
      sets.map(({ name, options }) => ({
        patterns: [name],
        does: wordsCall(options.flatMap(namesOf)),
      })),
      2,
    ),
    "        return",
    "    fi",
    "    # A command, the second word of one, or what it is about.",
    caseOf('"$COMP_CWORD ${COMP_WORDS[1]}"', [
      { patterns: ["1 *"], raw: true, does: `${wordsCall(firstWords())}; return` },
      ...firstWords()
        .map((first) => ({ first, second: secondWords(pairs, first) }))
        .filter(({ second }) => second.length > 0)
        .map(({ first, second }) => ({
          patterns: [`2 ${first}`],
          does: `${wordsCall(second)}; return`,
        })),
    ]),
    caseOf(
      '"$command"',
      all
        .filter(({ operand }) => operand.kind !== "nothing")
        .map(({ name, operand }) => ({ patterns: [name], does: call(operand) })),
    ),
    "}",
    "",
    "complete -F _keepalived keepalived",
    "",
  ].join("\n");
}

/** The second words of the commands that begin with `first`. */
export function secondWords(pairs: readonly string[], first: string): readonly string[] {
  const start = `${first} `;
  return pairs.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
}

const FUNCTIONS = `_keepalived_words() {
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$*" -- "$current")
}

_keepalived_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

# Names that others made up are compared, never expanded.
_keepalived_names() {
    local name
    while IFS= read -r name; do
        [[ $name == "$current"* ]] && COMPREPLY+=("$(printf %q "$name")")
    done
}

_keepalived_namespaces() {
    _keepalived_names < <(ls /run/netns 2>/dev/null)
}

# The names that the running daemon knows. Another program of this name is not asked: the original
# Keepalived starts when it is given words it does not know.
_keepalived_instances() {
    local program=\${COMP_WORDS[0]} at value which=()
    timeout 2 "$program" --version </dev/null 2>&1 | grep -q keepalived-ts || return
    for ((at = 1; at < COMP_CWORD - 1; at++)); do
        case "\${COMP_WORDS[at]}" in
            -p | --pid | --socket)
                value=\${COMP_WORDS[at + 1]}
                [[ $value == = ]] && value=\${COMP_WORDS[at + 2]}
                which+=("\${COMP_WORDS[at]}" "$value")
                ;;
        esac
    done
    _keepalived_names < <(timeout 2 "$program" completion instances "\${which[@]}" </dev/null 2>/dev/null)
}`;

const OPENING = `    local current=\${COMP_WORDS[COMP_CWORD]} option='' command=''
    COMPREPLY=()
    # --option=value comes as three words.
    if [[ $current == = ]]; then
        option=\${COMP_WORDS[COMP_CWORD - 1]}=
        current=''
    elif ((COMP_CWORD > 1)) && [[ \${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
        option=\${COMP_WORDS[COMP_CWORD - 2]}=
    elif ((COMP_CWORD > 1)) && [[ \${COMP_WORDS[COMP_CWORD - 1]} == -* ]]; then
        option=\${COMP_WORDS[COMP_CWORD - 1]}
    fi`;

interface Branch {
  readonly patterns: readonly string[];
  readonly does: string;
  /** The patterns hold wildcards. */
  readonly raw?: true;
}

function caseOf(subject: string, branches: readonly Branch[], depth = 1): string {
  const indent = "    ".repeat(depth);
  const lines = branches
    .filter(({ patterns }) => patterns.length > 0)
    .map(({ patterns, does, raw }) => {
      const written = patterns.map((text) =>
        raw === true ? text.replaceAll(" ", "\\ ") : quote(text),
      );
      return `${indent}    ${written.join(" | ")}) ${does} ;;\n`;
    });
  return `${indent}case ${subject} in\n${lines.join("")}${indent}esac`;
}

function valuesOf({
  name,
  options,
}: {
  readonly name: string;
  readonly options: readonly OptionWords[];
}): readonly Branch[] {
  return options
    .filter(({ takes }) => takes !== "nothing")
    .map((option) => {
      const attached = `${name} --${option.long}=`;
      const separate = namesOf(option).map((word) => `${name} ${word}`);
      return {
        patterns: option.takes === "optional" ? [attached] : [attached, ...separate],
        does: `${call(option.value)}; return`,
      };
    });
}

function namesOf({ short, long }: OptionWords): readonly string[] {
  return short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
}

function call(value: Completion): string {
  switch (value.kind) {
    case "nothing":
      return ":";
    case "file":
      return "_keepalived_files";
    case "instance":
      return "_keepalived_instances";
    case "namespace":
      return "_keepalived_namespaces";
    case "words":
      return wordsCall(value.words);
  }
}

const wordsCall = (words: readonly string[]): string => `_keepalived_words ${words.join(" ")}`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
