/** How many columns of a terminal a text takes, so that a caret stands under the word it means. */

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\u200b-\u200d\ufe00-\ufe0f]$/u;
/** East Asian wide and fullwidth characters, and emoji (Unicode Standard Annex 11). */
const DOUBLE_WIDTH =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;

/** Columns of a text without tabs. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return DOUBLE_WIDTH.test(character) ? 2 : 1;
}

/** Blanks as wide as the text; tabs stay tabs, so that both lines jump to the same column. */
export function blanksFor(text: string): string {
  return text
    .split("\t")
    .map((part) => " ".repeat(displayWidth(part)))
    .join("\t");
}
