/** Passwords and keys do not appear in anything people read, not even in a quoted line of the file. */

/** What stands after the keyword up to a brace or comment: a password may have blanks in it. */
const VALUE = String.raw`((?:"[^"]*"?|'[^']*'?|[^"'#!}])+)`;
/** Keywords of a secret, and definitions that are named like one. */
const SECRET = new RegExp(
  String.raw`(^|[\s{"])(auth[_-]?pa\w*\s+|key\s+[0-9]+\s+|password\s+|\$(?=\w*(?:pass|secret|key))\w+\s*=\s*)${VALUE}`,
  "gi",
);

/** The user and password of a URL. */
const IN_URL = /(?<=[a-z]:\/\/)[^\s/@]+(?=@)/gi;

/** The text with what follows the keyword of a secret masked; lengths stay, for carets. */
export function maskSecrets(text: string): string {
  return text
    .replace(
      SECRET,
      (_all, before: string, keyword: string, value: string) =>
        before + keyword + value.replace(/\S/g, "*"),
    )
    .replace(IN_URL, (user) => "*".repeat(user.length));
}

/** Whether a keyword holds a secret, so that nothing after it may be quoted. */
export function holdsSecret(keyword: string): boolean {
  return /^(auth[_-]?pa\w*|password|key)$/i.test(keyword);
}
