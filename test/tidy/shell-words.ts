/** Shell text cut into simple commands, as far as documentation uses the shell. */

export interface ShellCommand {
  readonly line: number;
  /** The program and its arguments, without quotes; a variable stays as it is written. */
  readonly words: readonly string[];
}

/** Words that are followed by a command. */
const OPENERS = new Set(["if", "then", "else", "elif", "while", "until", "do", "!", "{", "("]);
/** Lines that begin with these hold no command. */
const NO_COMMAND = new Set(["for", "case", "esac", "done", "fi", "}", ")", ";;", "function"]);
const HERE_DOCUMENT = /<<-?\s*(['"]?)(\w+)\1/;

export function commandsIn(text: string, firstLine: number): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let end: string | undefined;
  for (const [i, line] of joined(text).entries()) {
    if (end !== undefined) {
      if (line.trim() === end) end = undefined;
      continue;
    }
    end = HERE_DOCUMENT.exec(line)?.[2];
    commands.push(...commandsOf(line, firstLine + i));
  }
  return commands;
}

/** Lines, with those that go on after a backslash on the first of them. */
function joined(text: string): readonly string[] {
  const lines: string[] = [];
  let open = "";
  let owed = 0;
  for (const line of text.trimEnd().split("\n")) {
    if (line.endsWith("\\")) {
      open += line.slice(0, -1);
      owed += 1;
      continue;
    }
    lines.push(open + line, ...Array<string>(owed).fill(""));
    [open, owed] = ["", 0];
  }
  return open === "" ? lines : [...lines, open];
}

const TOKEN =
  /\s*(?:(#.*)|(&&|\|\||;;|[;|&])|((?:'[^']*'|"(?:\\.|[^"\\])*"|\$\([^)]*\)|\$\{[^}]*\}|\\.|[^\s;|&'"\\])+))/gy;

/** Also what stands in `$( )`. */
function commandsOf(line: string, number: number): readonly ShellCommand[] {
  const found: string[][] = [[]];
  const inner: ShellCommand[] = [];
  for (const [, comment, operator, word] of line.matchAll(TOKEN)) {
    if (comment !== undefined) break;
    if (operator !== undefined) found.push([]);
    if (word === undefined) continue;
    for (const [, text = ""] of word.matchAll(/\$\(([^)]*)\)/g)) {
      inner.push(...commandsOf(text, number));
    }
    found.at(-1)?.push(unquoted(word));
  }
  const outer = found.map((words) => ({ line: number, words: withoutOpening(words) }));
  return [...outer.filter(({ words }) => words.length > 0), ...inner];
}

const unquoted = (word: string): string =>
  word.replaceAll(
    /'([^']*)'|"((?:\\.|[^"\\])*)"/g,
    (_all, single?: string, double?: string) => single ?? (double ?? "").replaceAll(/\\(.)/g, "$1"),
  );

/** Without keywords, assignments, redirections and sudo before the program. */
function withoutOpening(words: readonly string[]): readonly string[] {
  const plain: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    if (/^\d?(>>?|<)(&\d)?$/.test(word)) i += /&\d$/.test(word) ? 0 : 1;
    else if (!/^(\d?>>?|<<?-?)\S/.test(word)) plain.push(word);
  }
  while (plain.length > 0) {
    const [first = "", second = ""] = plain;
    if (NO_COMMAND.has(first)) return [];
    if (first === "sudo" && second === "-u") plain.splice(0, 3);
    else if (OPENERS.has(first) || first === "sudo" || /^\w+=/.test(first)) plain.shift();
    else break;
  }
  return plain;
}
