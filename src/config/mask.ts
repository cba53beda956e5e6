/** Passwords and keys do not appear in anything people read, not even in a quoted line of the file. */

/** A value: in quotes with everything up to the closing one, or a word. */
const VALUE = String.raw`("[^"]*"?|'[^']*'?|[^\s#!}]+)`;
/** Keywords of a secret, and definitions that are named like one. */
const SECRET = new RegExp(
  String.raw`(^|[\s{"])(auth[_-]?pa\w*\s+|key\s+[0-9]+\s+|password\s+|\$\w*(?:pass|secret|key)\w*\s*=\s*)${VALUE}`,
  "gi",
);

/** The text with the value after a keyword that holds a secret masked; lengths stay, for carets. */
export function maskSecrets(text: string): string {
  return text.replace(
    SECRET,
    (_all, before: string, keyword: string, value: string) =>
      before + keyword + "*".repeat(value.length),
  );
}

/** Whether a keyword holds a secret, so that nothing after it may be quoted. */
export function holdsSecret(keyword: string): boolean {
  return /^(auth[_-]?pa\w*|password|key)$/i.test(keyword);
}
