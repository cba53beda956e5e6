/** The file creation mask: a number (0177) or permission names joined by bars (IRUSR|IWUSR). */
import type { ArgumentType } from "./arguments.ts";
import { refuse } from "./arguments.ts";

/** chmod(2). */
const BITS: ReadonlyMap<string, number> = new Map([
  ["IRUSR", 0o400],
  ["IWUSR", 0o200],
  ["IXUSR", 0o100],
  ["IRGRP", 0o040],
  ["IWGRP", 0o020],
  ["IXGRP", 0o010],
  ["IROTH", 0o004],
  ["IWOTH", 0o002],
  ["IXOTH", 0o001],
]);

export const umask: ArgumentType<number> = {
  kind: "umask",
  shape: "NUMBER|BITS",
  minimum: 0,
  maximum: 0o777,
  parse: (word, report) => {
    if (/^(0[0-7]*|0x[0-9a-f]+|[1-9][0-9]*)$/i.test(word.text)) {
      const isOctal = /^0[0-7]+$/.test(word.text);
      const value = isOctal ? parseInt(word.text, 8) : Number(word.text);
      if (value <= 0o777) return value;
      refuse(report, "out-of-range", word, `umask '${word.text}' is greater than 0777`);
      return undefined;
    }
    let mask = 0;
    for (const name of word.text.split("|")) {
      const bit = BITS.get(name.trim());
      if (bit === undefined) {
        refuse(report, "bad-value", word, `Unknown umask bit '${name}'`);
        return undefined;
      }
      mask |= bit;
    }
    return mask;
  },
};
