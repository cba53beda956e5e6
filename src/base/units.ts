/**
 * Units and identifiers as types. A bare number never carries time, a priority or a router id
 * across a function boundary; the cast stands in the constructor of each type and nowhere else.
 */

declare const tag: unique symbol;
export type Tagged<Name extends string, Base = number> = Base & { readonly [tag]: Name };

/** A span of time in whole microseconds. */
export type Duration = Tagged<"Duration">;
/** A point on the monotonic clock, in whole microseconds. */
export type Instant = Tagged<"Instant">;
/** A virtual router id, 1..255 (RFC 9568 §5.2.3). */
export type Vrid = Tagged<"Vrid">;
/** A VRRP priority, 1..255; 255 is the address owner (RFC 9568 §5.2.4). */
export type Priority = Tagged<"Priority">;
/** A kernel interface index, 1 or more. */
export type InterfaceIndex = Tagged<"InterfaceIndex">;

export const microseconds = (n: number): Duration => Math.round(n) as Duration;
export const milliseconds = (n: number): Duration => Math.round(n * 1_000) as Duration;
export const centiseconds = (n: number): Duration => Math.round(n * 10_000) as Duration;
export const seconds = (n: number): Duration => Math.round(n * 1_000_000) as Duration;

export const toSeconds = (d: Duration): number => d / 1_000_000;
export const toMilliseconds = (d: Duration): number => d / 1_000;

/** A point on the monotonic clock from its reading in microseconds. */
export const instant = (us: number): Instant => Math.round(us) as Instant;
export const after = (start: Instant, span: Duration): Instant => (start + span) as Instant;
export const before = (end: Instant, span: Duration): Instant => (end - span) as Instant;
/** The span from `earlier` to `later`; negative when they are the other way round. */
export const between = (earlier: Instant, later: Instant): Duration =>
  (later - earlier) as Duration;
/** `span` times `factor`, rounded to the nearest microsecond. */
export const times = (span: Duration, factor: number): Duration =>
  Math.round(span * factor) as Duration;
export const plus = (a: Duration, b: Duration): Duration => (a + b) as Duration;
export const earliest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined ? b : b === undefined || a <= b ? a : b;

export const NO_TIME = 0 as Duration;

/** A checked router id, or undefined when out of range. */
export function vrid(n: number): Vrid | undefined {
  return Number.isInteger(n) && n >= 1 && n <= 255 ? (n as Vrid) : undefined;
}

/** A checked priority, or undefined when out of range. */
export function priority(n: number): Priority | undefined {
  return Number.isInteger(n) && n >= 1 && n <= 255 ? (n as Priority) : undefined;
}

/** A checked interface index, or undefined when not a positive integer. */
export function interfaceIndex(n: number): InterfaceIndex | undefined {
  return Number.isInteger(n) && n >= 1 ? (n as InterfaceIndex) : undefined;
}

export const OWNER = 255 as Priority;
