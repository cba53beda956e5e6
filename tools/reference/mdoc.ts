/** Text as mdoc(7): escapes, and sentences on lines of their own, as manual pages are kept. */

/** Characters that roff would take for its own. */
export function escapeRoff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti");
}

/** An argument of a macro, in quotes where it has blanks or could be taken for punctuation. */
export function argument(text: string): string {
  const escaped = escapeRoff(text).replaceAll('"', "\\(dq");
  const needsQuotes = escaped === "" || /\s/.test(escaped);
  if (needsQuotes) return `"${escaped}"`;
  return /^[[\](){}.,:;?!|]/.test(escaped) || /^[A-Z][a-z]$/.test(escaped)
    ? `\\&${escaped}`
    : escaped;
}

const LONGEST_LINE = 78;

/** Prose with code in backticks as lines of text: a sentence begins a line. */
export function prose(text: string): string {
  const marked = text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith("`")
        ? `\\fB${escapeRoff(part.slice(1, -1)).replaceAll(" ", "\\~")}\\fR`
        : plain(part),
    )
    .join("");
  return marked
    .split(/(?<=[.!?:;])\s+(?=[A-Z\\])/)
    .flatMap((sentence) => wrap(sentence))
    .map(protect)
    .join("\n");
}

/** Outside of code a hyphen is one, and quotes are typographic enough as they are. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha")
    .replaceAll(/(?<=\s|^)-(?=\d)/g, "\\-");
}

function wrap(sentence: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of sentence.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > LONGEST_LINE) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

/** A line that begins with a control character is text all the same. */
const protect = (line: string): string => (/^[.']/.test(line) ? `\\&${line}` : line);

/** A file, as it is. */
export function display(text: string): string {
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => protect(escapeRoff(line)));
  return [".Bd -literal -offset 2n", ...lines, ".Ed"].join("\n");
}
