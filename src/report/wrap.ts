/** Paragraphs broken at blanks, so that no line is longer than the terminal is wide. */

/** Lines of at most `width` characters; a word that is longer stands alone on its line. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** The same behind a label: the label on the first line, blanks under it on the others. */
export function wrapLabelled(label: string, text: string, width: number): readonly string[] {
  const lines = wrap(text, Math.max(MIN_TEXT, width - label.length));
  return lines.map((line, i) => `${i === 0 ? label : " ".repeat(label.length)}${line}`);
}

/** Text is not squeezed into less than this, however narrow the terminal is. */
const MIN_TEXT = 20;
