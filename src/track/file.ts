/** The number in a tracked file. keepalived.conf(5), track_file. */

/** What a look at a file found. */
export type FileContent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  /** It may not be read, or is of a kind that is never read; the reason is for people. */
  | { readonly kind: "refused"; readonly reason: string };

export type FileReading =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "empty" | "missing" }
  | { readonly kind: "invalid" | "outOfRange"; readonly text: string }
  | { readonly kind: "refused"; readonly reason: string };

/** A number of 32 bits with its sign. */
const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

export function readNumber(content: FileContent): FileReading {
  if (content.kind !== "text") return content;
  const text = content.text.trim();
  if (text === "") return { kind: "empty" };
  if (!/^[-+]?\d+$/.test(text)) return { kind: "invalid", text };
  const value = Number(text);
  // Adding 0 makes an ordinary 0 of `-0`.
  return value >= LEAST && value <= MOST
    ? { kind: "number", value: value + 0 }
    : { kind: "outOfRange", text };
}

/** Whatever is no number counts as 0. */
export const valueOf = (reading: FileReading): number =>
  reading.kind === "number" ? reading.value : 0;
