/** What is written in isolation_check and witness: part of `drafts.ts`. */
import type { IpAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";
import type { SplitPolicy } from "../track/isolation.ts";
import type { Located, Span } from "./diagnostics.ts";

export interface IsolationDraft {
  readonly at: Span;
  readonly targets: Located<IpAddress>[];
  interval?: Located<Duration>;
  fall?: Located<number>;
  rise?: Located<number>;
  policy?: Located<SplitPolicy>;
}

export interface WitnessDraft {
  readonly at: Span;
  readonly urls: Located<string>[];
  prefix?: Located<string>;
  authorities?: Located<string>;
  certificate?: Located<string>;
  privateKey?: Located<string>;
  user?: Located<string>;
  passwordFile?: Located<string>;
  ttl?: Located<Duration>;
  timeout?: Located<Duration>;
  policy?: Located<SplitPolicy>;
}
