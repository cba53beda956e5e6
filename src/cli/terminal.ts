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
