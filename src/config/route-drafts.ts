/** Routes and rules as they are read: every value with its place, names not yet looked up. */
import type { Family, IpAddress } from "../base/address.ts";
import type { NumericMetric, RouteTunnel, RuleAction } from "../vrrp/route-config.ts";
import type { Located, Span } from "./diagnostics.ts";

/** An address with the length of its prefix; undefined for the full length. */
export interface PrefixDraft {
  readonly address: IpAddress;
  readonly length: number | undefined;
}

/** `default`, `any` and `all` are everywhere. */
export type Destination = PrefixDraft | "everywhere";

/** What the words before the first `nexthop`, and those after each, say about one way out. */
export interface HopDraft {
  gateway?: Located<IpAddress>;
  /** `via inet6`: it may be of another family than the route. */
  isOtherFamily?: boolean;
  interfaceName?: Located<string>;
  isOnLink?: boolean;
  weight?: Located<number>;
  realms?: Located<string>;
  tunnel?: RouteTunnel;
}

export type MetricValue =
  | { readonly name: NumericMetric; readonly value: number; readonly isLocked: boolean }
  | { readonly name: "congctl"; readonly value: string; readonly isLocked: boolean };

export interface RouteDraft {
  readonly at: Span;
  /** Its own way out, and those that `nexthop` introduces. */
  readonly own: HopDraft;
  readonly nextHops: HopDraft[];
  readonly metrics: MetricValue[];
  family?: Family;
  destination?: Located<Destination>;
  type?: string;
  operation?: "add" | "prepend" | "append";
  preferredSource?: Located<IpAddress>;
  /** The deprecated second gateway, `or`. */
  secondGateway?: Located<IpAddress>;
  source?: Located<PrefixDraft>;
  tos?: Located<string>;
  table?: Located<string>;
  protocol?: Located<string>;
  scope?: Located<string>;
  priority?: Located<number>;
  vrf?: Located<string>;
  expires?: number;
  preference?: "low" | "medium" | "high";
  ttlPropagate?: boolean;
  ignoresLoss?: true;
  trackGroup?: Located<string>;
  /** A value could not be used: the whole line is left out. */
  isSpoiled?: true;
}

export interface RuleDraft {
  readonly at: Span;
  /** Every action that is given; one is right. Tables are still names. */
  readonly actions: RuleActionDraft[];
  family?: Family;
  isInverted?: boolean;
  from?: Located<Destination>;
  to?: Located<Destination>;
  preference?: number;
  tos?: Located<string>;
  fwmark?: Located<string>;
  realms?: Located<string>;
  suppressPrefixLength?: Located<number>;
  suppressGroup?: Located<string>;
  inputInterface?: Located<string>;
  outputInterface?: Located<string>;
  tunnelId?: number;
  uids?: readonly [number, number];
  protocol?: Located<string>;
  ipProtocol?: Located<string>;
  sourcePorts?: readonly [number, number];
  destinationPorts?: readonly [number, number];
  ignoresLoss?: true;
  trackGroup?: Located<string>;
  isSpoiled?: true;
}

export type RuleActionDraft =
  | Exclude<RuleAction, { readonly kind: "table" }>
  | { readonly kind: "table"; readonly table: Located<string> };
