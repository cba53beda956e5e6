/** Whether to colour, and how to write without minding a reader that has gone. */
import { paintWith } from "../report/paint.ts";
import type { Paint } from "../report/paint.ts";

/** Colours for a terminal, unless NO_COLOR (no-color.org) says otherwise. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const { NO_COLOR = "", TERM } = process.env;
  return paintWith(stream.isTTY && NO_COLOR === "" && TERM !== "dumb");
}

/** Writes all of `text`; a reader such as `head` may leave early. */
export function writeOut(stream: NodeJS.WriteStream, text: string): void {
  stream.on("error", () => undefined);
  stream.write(text);
}

const USUAL_WIDTH = 80;
const WIDEST = 120;

/** Columns to write in: those of the terminal, else COLUMNS, else 80. */
export function widthOf(stream: NodeJS.WriteStream): number {
  const asked = Number(process.env["COLUMNS"] ?? "");
  const columns = stream.isTTY ? stream.columns : asked;
  return columns >= 1 ? Math.min(columns, WIDEST) : USUAL_WIDTH;
}
