/**
 * The kinds of argument a keyword can take: how each is written, its unit and range, and how a word
 * becomes a checked value. The descriptions feed the manual and `explain`; the parsers the model.
 */
import { parseIpAddress, parseMac } from "../../base/address.ts";
import type { IpAddress, MacAddress } from "../../base/address.ts";
import { microseconds } from "../../base/units.ts";
import type { Duration } from "../../base/units.ts";
import type { DiagnosticCode, Report } from "../diagnostics.ts";
import { nearest } from "../nearest.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";

export interface ArgumentDescription {
  readonly kind: string;
  /** How it is shown: `1-255`, `SECS`, `ADDR`. */
  readonly shape: string;
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  /** What each choice, or each way to write the argument, means; a sentence each. */
  readonly choiceHelp?: Readonly<Record<string, string>>;
}

export interface ArgumentType<Value> extends ArgumentDescription {
  /** The value, or undefined once the problem has been reported. */
  parse(word: Word, report: Report): Value | undefined;
  /** The same of a word about which nothing has to be said, undefined for others: most are so. */
  readonly plain?: (text: string) => Value | undefined;
}

export function refuse(report: Report, code: DiagnosticCode, word: Word, message: string): void {
  report({ severity: "error", code, message, at: spanOf(word) });
}

/** The same argument, with the value that stands when what is written cannot be used. */
export function orElse<Value>(type: ArgumentType<Value>, fallback: Value): ArgumentType<Value> {
  return { ...type, parse: (word, report) => type.parse(word, report) ?? fallback };
}

/** The same argument, with a code of its own for all its problems. */
export function codedAs<Value>(
  code: DiagnosticCode,
  type: ArgumentType<Value>,
): ArgumentType<Value> {
  return {
    ...type,
    parse: (word, report) =>
      type.parse(word, (diagnostic) => {
        report({ ...diagnostic, code });
      }),
  };
}

/** A count where Keepalived takes 0 for 1, and says so. */
export const countFromOne: ArgumentType<number> = {
  kind: "integer",
  shape: "N",
  minimum: 1,
  maximum: 2_147_483_647,
  parse: (word, report) => {
    const value = parseInteger(word, 0, 2_147_483_647, report);
    if (value !== 0) return value;
    report({
      severity: "warning",
      code: "out-of-range",
      message: "must be greater than 0, setting to 1",
      at: spanOf(word),
    });
    return 1;
  },
};

/** A number that is moved into its range when it is outside. */
export function clamped(minimum: number, maximum: number): ArgumentType<number> {
  return {
    ...integer(minimum, maximum),
    parse: (word, report) => {
      const value = parseInteger(word, -2_147_483_648, 2_147_483_647, report);
      if (value === undefined) return undefined;
      const nearestValue = Math.min(maximum, Math.max(minimum, value));
      if (nearestValue !== value) {
        const message = `${value} is outside [${minimum}, ${maximum}] - setting to ${nearestValue}`;
        report({ severity: "warning", code: "out-of-range", message, at: spanOf(word) });
      }
      return nearestValue;
    },
  };
}

export function integer(minimum: number, maximum: number, unit?: string): ArgumentType<number> {
  return {
    kind: "integer",
    shape: maximum >= 2 ** 31 - 1 ? "N" : `${minimum}-${maximum}`,
    minimum,
    maximum,
    ...(unit === undefined ? {} : { unit }),
    parse: (word, report) => parseInteger(word, minimum, maximum, report),
    plain: (text) => plainNumber(text, minimum, maximum),
  };
}

export const COUNT_MAXIMUM = 2_147_483_647;
/** The longest time where the manual gives no limit: 32 bits of microseconds. */
export const SECONDS_MAXIMUM = 4_294;

const ZERO = 0x30;
const MOST_PLAIN_DIGITS = 9;

/** The number in range of a word of few digits and nothing else; undefined for all others. */
function plainNumber(text: string, minimum: number, maximum: number): number | undefined {
  if (text === "" || text.length > MOST_PLAIN_DIGITS) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value >= minimum && value <= maximum ? value : undefined;
}

function parseInteger(
  word: Word,
  minimum: number,
  maximum: number,
  report: Report,
): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(word.text)) {
    refuse(report, "bad-value", word, `invalid number '${word.text}'`);
    return undefined;
  }
  const value = Number(word.text);
  if (value >= minimum && value <= maximum) return value;
  const message = `number '${word.text}' outside range [${minimum}, ${maximum}]`;
  refuse(report, "out-of-range", word, message);
  return undefined;
}

/** Decimal seconds with a resolution of one microsecond. */
export function seconds(minimum: number, maximum: number): ArgumentType<Duration> {
  return {
    kind: "seconds",
    shape: "SECS",
    unit: "s",
    minimum,
    maximum,
    parse: (word, report) => parseSeconds(word, minimum, maximum, report),
    plain: (text) => {
      const value = plainNumber(text, minimum, maximum);
      return value === undefined ? undefined : microseconds(value * 1_000_000);
    },
  };
}

/** Whole seconds, for the settings that take no fraction. */
export function wholeSeconds(minimum: number, maximum: number): ArgumentType<Duration> {
  return {
    kind: "whole seconds",
    shape: "SECS",
    unit: "s",
    minimum,
    maximum,
    parse: (word, report) => {
      const value = parseInteger(word, minimum, maximum, report);
      return value === undefined ? undefined : microseconds(value * 1_000_000);
    },
  };
}

function parseSeconds(
  word: Word,
  minimum: number,
  maximum: number,
  report: Report,
): Duration | undefined {
  const found = /^[+-]?([0-9]*)(?:\.([0-9]*))?$/.exec(word.text);
  const whole = found?.[1] ?? "";
  const fraction = found?.[2] ?? "";
  if (found === null || whole + fraction === "") {
    refuse(report, "bad-value", word, `invalid number '${word.text}'`);
    return undefined;
  }
  const sign = word.text.startsWith("-") ? -1 : 1;
  const value = sign * (Number(whole) * 1_000_000 + Number(`0.${fraction || "0"}`) * 1_000_000);
  if (value < minimum * 1_000_000 || value > maximum * 1_000_000) {
    const range = `[${minimum.toFixed(6)}, ${maximum.toFixed(6)}]`;
    refuse(report, "out-of-range", word, `number '${word.text}' outside range ${range}`);
    return undefined;
  }
  if (fraction.length > 6) {
    report({
      severity: "warning",
      code: "rounded",
      message: `'${word.text}' has too many decimal places - rounding to a microsecond`,
      at: spanOf(word),
    });
  }
  return microseconds(value);
}

export const boolean: ArgumentType<boolean> = {
  kind: "boolean",
  shape: "on|off",
  choices: ["on", "true", "yes", "off", "false", "no"],
  parse: (word, report) => {
    if (["on", "true", "yes"].includes(word.text)) return true;
    if (["off", "false", "no"].includes(word.text)) return false;
    const close = nearest(word.text, ["on", "true", "yes", "off", "false", "no"]);
    report({
      severity: "error",
      code: "bad-value",
      message: `'${word.text}' is not one of on, off, true, false, yes, no`,
      at: spanOf(word),
      ...(close === undefined ? {} : { fix: `did you mean ${close}?` }),
    });
    return undefined;
  },
};

/** Decimal milliseconds with a resolution of one microsecond. */
export function milliseconds(minimum: number, maximum: number): ArgumentType<Duration> {
  return {
    kind: "milliseconds",
    shape: "MS",
    unit: "ms",
    minimum,
    maximum,
    parse: (word, report) => parseMilliseconds(word, minimum, maximum, report),
  };
}

function parseMilliseconds(
  word: Word,
  minimum: number,
  maximum: number,
  report: Report,
): Duration | undefined {
  const found = /^\+?([0-9]*)(?:\.([0-9]*))?$/.exec(word.text);
  const whole = found?.[1] ?? "";
  const fraction = found?.[2] ?? "";
  if (found === null || whole + fraction === "") {
    refuse(report, "bad-value", word, `invalid number '${word.text}'`);
    return undefined;
  }
  const value = Number(whole) * 1_000 + Number(`0.${fraction || "0"}`) * 1_000;
  if (value < minimum * 1_000 || value > maximum * 1_000) {
    const range = `[${minimum.toFixed(3)}, ${maximum.toFixed(3)}]`;
    refuse(report, "out-of-range", word, `number '${word.text}' outside range ${range}`);
    return undefined;
  }
  if (fraction.length > 3) {
    report({
      severity: "warning",
      code: "rounded",
      message: `'${word.text}' has too many decimal places - rounding to a microsecond`,
      at: spanOf(word),
    });
  }
  return microseconds(value);
}

/** One of a few words, told apart by case. */
export function choice<Name extends string>(...names: readonly Name[]): ArgumentType<Name> {
  return {
    kind: "choice",
    shape: names.join("|"),
    choices: names,
    parse: (word, report) => {
      const found = names.find((name) => name === word.text);
      if (found !== undefined) return found;
      const close = nearest(word.text, names);
      report({
        severity: "error",
        code: "bad-value",
        message: `'${word.text}' is not one of ${names.join(", ")}`,
        at: spanOf(word),
        ...(close === undefined ? {} : { fix: `did you mean ${close}?` }),
      });
      return undefined;
    },
  };
}

/** One of a few words in whatever case, given in the case of the list. */
export function choiceInAnyCase<Name extends string>(
  ...names: readonly Name[]
): ArgumentType<Name> {
  const exact = choice(...names);
  return {
    ...exact,
    parse: (word, report) => {
      const wanted = word.text.toLowerCase();
      return names.find((name) => name.toLowerCase() === wanted) ?? exact.parse(word, report);
    },
  };
}

/** The same argument, with a sentence for each choice or way to write it. */
export function explained<Type extends ArgumentDescription>(
  type: Type,
  choiceHelp: Readonly<Record<string, string>>,
): Type {
  return { ...type, choiceHelp };
}

export const address: ArgumentType<IpAddress> = {
  kind: "address",
  shape: "ADDR",
  parse: (word, report) => {
    const value = parseIpAddress(word.text);
    if (value === undefined) {
      refuse(report, "bad-value", word, `'${word.text}' is not an IP address`);
    }
    return value;
  },
};

/** An address whose `/LEN` is accepted and has no meaning, as in `mcast_src_ip 10.0.0.1/24`. */
export const addressOfInterface: ArgumentType<IpAddress> = {
  ...address,
  parse: (word, report) => {
    const slash = word.text.indexOf("/");
    const text = slash < 0 ? word.text : word.text.slice(0, slash);
    return address.parse({ ...word, text }, report);
  },
};

export interface Prefix {
  readonly address: IpAddress;
  readonly length: number | undefined;
}

/** `ADDR` or `ADDR/LEN`; a bad length is reported and the full length taken. */
export const prefix: ArgumentType<Prefix> = {
  kind: "prefix",
  shape: "ADDR[/LEN]",
  parse: (word, report) => {
    const slash = word.text.indexOf("/");
    const value = parseIpAddress(slash < 0 ? word.text : word.text.slice(0, slash));
    if (value === undefined) {
      refuse(report, "bad-value", word, `'${word.text}' is not an IP address`);
      return undefined;
    }
    if (slash < 0) return { address: value, length: undefined };
    const full = value.includes(":") ? 128 : 32;
    const digits = word.text.slice(slash + 1);
    const length = parseInteger({ ...word, text: digits }, 0, full, (diagnostic) => {
      const fix = `write a prefix length from 0 to ${full}`;
      report({ ...diagnostic, message: `prefix length: ${diagnostic.message}`, fix });
    });
    return { address: value, length };
  },
};

export const macAddress: ArgumentType<MacAddress> = {
  kind: "MAC address",
  shape: "MAC",
  parse: (word, report) => {
    const value = parseMac(word.text);
    if (value === undefined) {
      refuse(report, "bad-value", word, `'${word.text}' is not a MAC address`);
    }
    return value;
  },
};

const MAX_INTERFACE_NAME = 15;

export const interfaceName: ArgumentType<string> = {
  kind: "interface",
  shape: "IF",
  maximum: MAX_INTERFACE_NAME,
  parse: (word, report) => {
    if (word.text !== "" && word.text.length <= MAX_INTERFACE_NAME) return word.text;
    const message = `Interface name '${word.text}' too long, at most ${MAX_INTERFACE_NAME} characters`;
    refuse(report, "bad-value", word, message);
    return undefined;
  },
};

/** Any word, shown as `shape`. */
export function text(shape: string, maximumLength = 1_000): ArgumentType<string> {
  return {
    kind: "text",
    shape,
    maximum: maximumLength,
    parse: (word, report) => {
      if (word.text.length <= maximumLength) return word.text;
      const message = `'${word.text}' is longer than ${maximumLength} characters`;
      refuse(report, "out-of-range", word, message);
      return undefined;
    },
  };
}

/** A number or the name of one, resolved elsewhere: tables, protocols, groups. */
export function numberOrName(shape: string, maximum: number): ArgumentType<string> {
  return {
    kind: "number or name",
    shape,
    minimum: 0,
    maximum,
    parse: (word, report) => {
      if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(word.text)) return word.text;
      if (Number(word.text) <= maximum) return word.text;
      refuse(report, "out-of-range", word, `number '${word.text}' outside range [0, ${maximum}]`);
      return undefined;
    },
  };
}

/** `A-B`, both whole numbers. */
export function numberRange(maximum: number): ArgumentType<readonly [number, number]> {
  return {
    kind: "range",
    shape: "A-B",
    minimum: 0,
    maximum,
    parse: (word, report) => {
      const [from, to, ...rest] = word.text.split("-").map((part) => Number(part || Number.NaN));
      if (from === undefined || to === undefined || rest.length > 0 || !(from <= to)) {
        refuse(report, "bad-value", word, `'${word.text}' is not a range such as 80-90`);
        return undefined;
      }
      if (to <= maximum) return [from, to];
      refuse(report, "out-of-range", word, `range '${word.text}' goes beyond ${maximum}`);
      return undefined;
    },
  };
}

/** A priority below the owner's, for keywords where it may be left out. */
export const optionalPriority: ArgumentType<number | undefined> = integer(1, 254);

/** A word that may be left out. */
export const optionalText = (shape: string): ArgumentType<string | undefined> => text(shape);

/** One of a few words, or nothing. */
export function optionalChoice<Name extends string>(
  ...names: readonly Name[]
): ArgumentType<Name | undefined> {
  return choice(...names);
}
