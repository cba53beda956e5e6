/** Spans of time as people write them: `90s`, `30m`, `2h`, `1h30m`, `3d`. */

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Whole milliseconds; undefined for anything else. Units come once each, the largest first. */
export function parseSpan(text: string): number | undefined {
  const match = /^(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?$/.exec(
    text,
  );
  if (match === null || text === "") return undefined;
  const [, ...counts] = match;
  const units = ["d", "h", "m", "s"];
  return counts.reduce<number>(
    (sum, count: string | undefined, i) => sum + Number(count ?? 0) * (UNITS[units[i] ?? ""] ?? 0),
    0,
  );
}
