/** What the grammar fills in about interfaces of their own for instances and addresses. */
import type { IpAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";
import type { Located, Span } from "./diagnostics.ts";

/** use_vmac or use_ipvlan of an instance. */
export interface VmacDraft {
  readonly at: Span;
  readonly kind: "macvlan" | "ipvlan";
  name?: Located<string>;
  /** Five or six octets. */
  mac?: Located<string>;
  /** A number, or a name of iproute2's file of groups. */
  group?: Located<string>;
  address?: Located<{ readonly address: IpAddress; readonly length: number | undefined }>;
  flag?: "bridge" | "private" | "vepa";
}

/** use_vmac on the line of an address. */
export interface AddressVmacDraft {
  readonly at: Span;
  name?: Located<string>;
  mac?: Located<string>;
}

/** vmac_prefix and its kin in global_defs. */
export interface VmacGlobalsDraft {
  prefix?: Located<string>;
  addressPrefix?: Located<string>;
  disablesLocalIgmp?: Span;
}

/** `[all] SECS` of garp_extra_if; a period of 0 turns it off. */
export interface ExtraGarpDraft {
  readonly period: Duration;
  readonly all: boolean;
}
