/** Passwords and keys do not appear in anything people read, not even in a quoted line of the file. */

/** The text with the value after a keyword that holds a secret masked; lengths stay, for carets. */
export function maskSecrets(text: string): string {
  return text.replace(
    /(^|[\s{"])(auth_?pa\w*\s+|key\s+[0-9]+\s+|password\s+)([^\s#!}]+)/gi,
    (_all, before: string, keyword: string, value: string) =>
      before + keyword + "*".repeat(value.length),
  );
}
