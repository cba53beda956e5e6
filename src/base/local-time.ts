/** A point in time as a clock on the wall shows it: what a time zone makes of an instant. */
export interface LocalTime {
  readonly year: number;
  /** 1..12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Milliseconds since 1970 to local time. */
export type ToLocalTime = (ms: number) => LocalTime;
