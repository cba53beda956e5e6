/** Completion for fish. */
import { secondWords } from "./bash.ts";
import { commands, daemonOptions, firstWords } from "./words.ts";
import type { CommandWords, Completion, OptionWords } from "./words.ts";

export function renderFish(): string {
  const all = commands();
  const pairs = all.map(({ name }) => name).filter((name) => name.includes(" "));
  return [
    "# Completion of keepalived for fish. Made by `keepalived completion fish`; to use it:",
    "#   keepalived completion fish | source",
    "",
    FUNCTIONS,
    "",
    "complete -c keepalived -f",
    ...daemonOptions().map((option) => renderOption("__keepalived_runs", option)),
    ...firstWords().map((first) => {
      const seconds = secondWords(pairs, first);
      const about = all.find(({ name }) => name === first)?.summary ?? seconds.join(", ");
      return completion(quote("__keepalived_is_first"), `-a ${first} -d ${quote(about)}`);
    }),
    ...pairs.map((name) => {
      const [first = "", second = ""] = name.split(" ");
      const about = all.find((command) => command.name === name)?.summary ?? "";
      const place = `__keepalived_in ${first}; and test (count (commandline -opc)) -eq 2`;
      return completion(quote(place), `-a ${second} -d ${quote(about)}`);
    }),
    ...all.flatMap(renderCommand),
    "",
  ].join("\n");
}

const FUNCTIONS = `# Whether the command line is that of this command.
function __keepalived_in
    set -l words (commandline -opc)
    set -e words[1]
    set -l count (count $argv)
    test (count $words) -ge $count; or return 1
    test "$words[1..$count]" = "$argv"
end

# Whether a command may stand here.
function __keepalived_is_first
    test (count (commandline -opc)) -eq 1
end

# Whether the daemon itself is meant, with its options.
function __keepalived_runs
    set -l words (commandline -opc)
    test (count $words) -eq 1; or string match -q -- '-*' $words[2]
end

# The names that the running daemon knows. Another program of this name is not asked: the original
# Keepalived starts when it is given words it does not know.
function __keepalived_instances
    set -l words (commandline -opc)
    timeout 2 $words[1] --version </dev/null 2>&1 | string match -q '*keepalived-ts*'; or return
    set -l which
    for at in (seq 2 (count $words))
        switch $words[$at]
            case -p --pid --socket
                set -l value (math $at + 1)
                set -a which $words[$at] $words[$value]
            case '--pid=*' '--socket=*'
                set -a which $words[$at]
        end
    end
    timeout 2 $words[1] completion instances $which </dev/null 2>/dev/null
end`;

function renderCommand({ name, options, operand }: CommandWords): readonly string[] {
  const place = `__keepalived_in ${name}`;
  const lines = options.map((option) => renderOption(place, option));
  const words = argumentsOf(operand);
  return words === "" ? lines : [...lines, completion(quote(place), words)];
}

function renderOption(place: string, { short, long, takes, value, help }: OptionWords): string {
  const names = `${short === undefined ? "" : `-s ${short} `}-l ${long}`;
  const words = takes === "nothing" ? "" : argumentsOf(value);
  // Without -r an argument is optional, and then only taken when attached.
  const needs = takes === "required" ? " -r" : "";
  const parts = [names, words, `-d ${quote(help)}`].filter((part) => part !== "");
  return completion(quote(place), `${parts.join(" ")}${needs}`);
}

const completion = (place: string, rest: string): string =>
  `complete -c keepalived -n ${place} ${rest}`;

function argumentsOf(value: Completion): string {
  switch (value.kind) {
    case "nothing":
      return "";
    case "file":
      return "-F";
    case "instance":
      return "-a '(__keepalived_instances)'";
    case "namespace":
      return "-a '(ls /run/netns 2>/dev/null)'";
    case "words":
      return `-a ${quote(value.words.join(" "))}`;
  }
}

const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
