/** Colours for a terminal, or none. */

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Puts `text` in `style`, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

const CODES: Readonly<Record<Style, string>> = {
  bold: "1",
  dim: "2",
  red: "1;31",
  green: "1;32",
  yellow: "1;33",
  cyan: "36",
};

export const paintWith =
  (colours: boolean): Paint =>
  (style, text) =>
    colours ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
