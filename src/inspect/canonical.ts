/** A statement's text as it can be written into a file again, with single blanks. */

/**
 * Blanks become one as long as no quote or escape says otherwise; a `#` or `!` that came from an
 * escape or a parameter is escaped, so that reading the text gives the same words.
 */
export function canonicalText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text;
  const careful = text.search(/["'\\]/);
  const plain = careful < 0 ? text : text.slice(0, careful);
  return escaped(plain.replace(/\s+/g, " ") + text.slice(plain.length));
}

/** What only a minority of lines has; the others stay as they are. */
const NEEDS_CARE = /\s\s|[\t\v\f\r#!]/;

/** The inverse of what the reader does with comments: see `stripComment` in src/config. */
function escaped(text: string): string {
  let made = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const isPair = !isQuoted && character === "\\" && text[at + 1] === '"';
    if (isPair) at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    const starts = !isQuoted && (character === "#" || character === "!");
    made += isPair ? '\\"' : starts ? `\\${character}` : character;
  }
  return made;
}
