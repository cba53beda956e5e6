/** What the grammar fills in for a bfd_instance. */
import type { IpAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";
import type { Located, Span } from "./diagnostics.ts";

export interface BfdDraft {
  readonly name: Located<string>;
  /** What is no address has been reported; the instance goes without a further word. */
  neighbor?: Located<IpAddress | "malformed">;
  source?: Located<IpAddress>;
  minRx?: Located<Duration>;
  minTx?: Located<Duration>;
  idleTx?: Located<Duration>;
  multiplier?: Located<number>;
  passive?: Span;
  ttl?: Located<number>;
  maxHops?: Located<number>;
  multihop?: Located<boolean>;
  weight?: Located<number>;
  isReversed?: boolean;
  tellsVrrp?: Span;
  tellsCheckers?: Span;
}
