/**
 * What a route may carry besides destination and gateway (linux/rtnetlink.h): metrics, several next
 * hops, a source prefix, realms, a tunnel. Written for requests only; nothing here is read back.
 */
import { addressBytes, familyOf } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import { FAMILY_NUMBER, LITTLE, align, encodeAttributes, uint32, viewOf } from "./message.ts";
import type { Attribute } from "./message.ts";

const RouteAttribute = {
  source: 2,
  metrics: 8,
  multipath: 9,
  flow: 11,
  gateway: 5,
  via: 18,
  preference: 20,
  encapType: 21,
  encap: 22,
  expires: 23,
  ttlPropagate: 26,
} as const;

/** RTAX_*, and what is written in another unit than the kernel's. */
const Metric = {
  lock: 1,
  mtu: 2,
  window: 3,
  rtt: 4,
  rttvar: 5,
  ssthresh: 6,
  cwnd: 7,
  advmss: 8,
  reordering: 9,
  hoplimit: 10,
  initcwnd: 11,
  features: 12,
  rto_min: 13,
  initrwnd: 14,
  quickack: 15,
  congctl: 16,
  fastopen_no_cookie: 17,
} as const;

export type NumericMetric = Exclude<keyof typeof Metric, "lock" | "congctl">;

export interface RouteMetric {
  readonly name: NumericMetric;
  /** In the kernel's unit: bytes, segments, or milliseconds; RTT in eighths, its variance in quarters. */
  readonly value: number;
  /** The kernel may not change it: `mtu lock 1400`. */
  readonly isLocked: boolean;
}

export interface NextHop {
  readonly gateway: IpAddress | undefined;
  readonly interfaceIndex: InterfaceIndex | undefined;
  /** 1 to 256. */
  readonly weight: number;
  readonly onlink: boolean;
  readonly realms: number | undefined;
  readonly encap: Encapsulation | undefined;
}

/** Lightweight tunnels (linux/lwtunnel.h). */
export type Encapsulation =
  | {
      readonly kind: "ip" | "ip6";
      readonly id: bigint | undefined;
      readonly destination: IpAddress | undefined;
      readonly source: IpAddress | undefined;
      readonly ttl: number | undefined;
      readonly tos: number | undefined;
      readonly flags: number | undefined;
    }
  | { readonly kind: "mpls"; readonly labels: readonly number[] }
  | { readonly kind: "ila"; readonly locator: bigint };

export interface RouteDetails {
  readonly tos?: number | undefined;
  /** IPv6 only. */
  readonly source?: { readonly address: IpAddress; readonly length: number } | undefined;
  readonly onlink?: boolean | undefined;
  readonly metrics?: readonly RouteMetric[] | undefined;
  readonly congestionControl?: { readonly name: string; readonly isLocked: boolean } | undefined;
  /** `from << 16 | to`. */
  readonly realms?: number | undefined;
  /** Seconds, IPv6 only. */
  readonly expires?: number | undefined;
  /** ICMPv6 router preference (RFC 4191): 0 medium, 1 high, 3 low. */
  readonly preference?: number | undefined;
  readonly ttlPropagate?: boolean | undefined;
  /** A gateway of the other family than the route. */
  readonly via?: IpAddress | undefined;
  readonly nextHops?: readonly NextHop[] | undefined;
  readonly encap?: Encapsulation | undefined;
}

/** RTNH_F_ONLINK. */
export const NEXT_HOP_ONLINK = 4;

/** The attributes of `details` for a route of `family`. */
export function encodeRouteDetails(details: RouteDetails, family: Family): readonly Attribute[] {
  const attributes: Attribute[] = [];
  const add = (type: number, value: Uint8Array | undefined): void => {
    if (value !== undefined) attributes.push({ type, value });
  };
  const number = (value: number | undefined): Uint8Array | undefined =>
    value === undefined ? undefined : uint32(value);
  add(RouteAttribute.source, details.source && addressBytes(details.source.address));
  add(RouteAttribute.metrics, encodeMetrics(details));
  add(RouteAttribute.flow, number(details.realms));
  add(RouteAttribute.expires, number(details.expires));
  if (details.preference !== undefined) {
    add(RouteAttribute.preference, Uint8Array.of(details.preference));
  }
  if (details.ttlPropagate !== undefined) {
    add(RouteAttribute.ttlPropagate, Uint8Array.of(details.ttlPropagate ? 1 : 0));
  }
  add(RouteAttribute.via, details.via && encodeVia(details.via));
  if (details.encap !== undefined) attributes.push(...encodeEncapsulation(details.encap));
  const hops = details.nextHops ?? [];
  if (hops.length > 0) {
    const encoded = hops.map((hop) => encodeNextHop(hop, family));
    add(RouteAttribute.multipath, concatenate(encoded));
  }
  return attributes;
}

function encodeMetrics({ metrics = [], congestionControl }: RouteDetails): Uint8Array | undefined {
  if (metrics.length === 0 && congestionControl === undefined) return undefined;
  const locked = [
    ...metrics.filter(({ isLocked }) => isLocked).map(({ name }) => Metric[name]),
    ...(congestionControl?.isLocked === true ? [Metric.congctl] : []),
  ];
  const inside: Attribute[] = metrics.map(({ name, value }) => ({
    type: Metric[name],
    value: uint32(value),
  }));
  if (congestionControl !== undefined) {
    const value = new TextEncoder().encode(`${congestionControl.name}\0`);
    inside.push({ type: Metric.congctl, value });
  }
  if (locked.length > 0) {
    const mask = locked.reduce((bits, metric) => bits | (1 << metric), 0);
    inside.push({ type: Metric.lock, value: uint32(mask) });
  }
  return encodeAttributes(inside);
}

/** struct rtvia: the family in front of the address. */
function encodeVia(address: IpAddress): Uint8Array {
  const bytes = addressBytes(address);
  const value = new Uint8Array(2 + bytes.length);
  viewOf(value).setUint16(0, FAMILY_NUMBER[familyOf(address)], LITTLE);
  value.set(bytes, 2);
  return value;
}

/*
 * struct rtnexthop
 * |          Length (16)          |   Flags (8)   |  Weight-1 (8) |
 * |                     Interface index (32)                      |
 */
const NEXT_HOP_LENGTH = 8;

function encodeNextHop(hop: NextHop, family: Family): Uint8Array {
  const attributes: Attribute[] = [];
  if (hop.gateway !== undefined) {
    attributes.push(
      familyOf(hop.gateway) === family
        ? { type: RouteAttribute.gateway, value: addressBytes(hop.gateway) }
        : { type: RouteAttribute.via, value: encodeVia(hop.gateway) },
    );
  }
  if (hop.realms !== undefined) {
    attributes.push({ type: RouteAttribute.flow, value: uint32(hop.realms) });
  }
  if (hop.encap !== undefined) attributes.push(...encodeEncapsulation(hop.encap));
  const inside = encodeAttributes(attributes);
  const bytes = new Uint8Array(align(NEXT_HOP_LENGTH + inside.length));
  const view = viewOf(bytes);
  view.setUint16(0, NEXT_HOP_LENGTH + inside.length, LITTLE);
  view.setUint8(2, hop.onlink ? NEXT_HOP_ONLINK : 0);
  view.setUint8(3, hop.weight - 1);
  view.setInt32(4, hop.interfaceIndex ?? 0, LITTLE);
  bytes.set(inside, NEXT_HOP_LENGTH);
  return bytes;
}

/** LWTUNNEL_ENCAP_*. */
const EncapType = { mpls: 1, ip: 2, ila: 3, ip6: 4 } as const;
/** LWTUNNEL_IP_* and LWTUNNEL_IP6_*: the same numbers. */
const Tunnel = { id: 1, destination: 2, source: 3, ttl: 4, tos: 5, flags: 6 } as const;
const MPLS_DESTINATION = 1;
const ILA_LOCATOR = 1;

function encodeEncapsulation(encap: Encapsulation): readonly Attribute[] {
  const type = new Uint8Array(2);
  viewOf(type).setUint16(0, EncapType[encap.kind], LITTLE);
  return [
    { type: RouteAttribute.encapType, value: type },
    { type: RouteAttribute.encap, value: encodeAttributes(insideOf(encap)) },
  ];
}

function insideOf(encap: Encapsulation): readonly Attribute[] {
  switch (encap.kind) {
    case "mpls":
      return [{ type: MPLS_DESTINATION, value: encodeLabels(encap.labels) }];
    case "ila":
      return [{ type: ILA_LOCATOR, value: networkOrder64(encap.locator) }];
    case "ip":
    case "ip6": {
      const inside: Attribute[] = [];
      if (encap.id !== undefined) inside.push({ type: Tunnel.id, value: networkOrder64(encap.id) });
      for (const name of ["destination", "source"] as const) {
        const address = encap[name];
        if (address !== undefined)
          inside.push({ type: Tunnel[name], value: addressBytes(address) });
      }
      for (const name of ["tos", "ttl"] as const) {
        const value = encap[name];
        if (value !== undefined) inside.push({ type: Tunnel[name], value: Uint8Array.of(value) });
      }
      if (encap.flags !== undefined) {
        const flags = new Uint8Array(2);
        viewOf(flags).setUint16(0, encap.flags);
        inside.push({ type: Tunnel.flags, value: flags });
      }
      return inside;
    }
  }
}

/** A label stack entry (RFC 3032 §2.1): 20 bits of label, the last one marked. */
function encodeLabels(labels: readonly number[]): Uint8Array {
  const stack = new Uint8Array(labels.length * 4);
  const view = viewOf(stack);
  for (const [i, label] of labels.entries()) {
    const isBottom = i === labels.length - 1;
    view.setUint32(i * 4, label * 0x1000 + (isBottom ? 0x100 : 0));
  }
  return stack;
}

function networkOrder64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, value);
  return bytes;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
