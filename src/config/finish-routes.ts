/** Routes: family, names and defaults; what cannot be used is reported and left out. */
import { familyOf } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";
import { KEEPALIVED_PROTOCOL } from "../vrrp/route-config.ts";
import type { RouteMetric, VirtualNextHop, VirtualRoute } from "../vrrp/route-config.ts";
import type { Located } from "./diagnostics.ts";
import type { DiagnosticCode } from "./diagnostics.ts";
import type { Destination, HopDraft, RouteDraft } from "./route-drafts.ts";
import type { NameKind } from "./route-names.ts";
import { isMissing, missingInterfaceFix } from "./scope.ts";
import type { Scope } from "./scope.ts";

const MAIN_TABLE = 254;
const LARGEST = 0xffff_ffff;

/** RTN_* (linux/rtnetlink.h). */
const ROUTE_TYPES: Readonly<Record<string, number>> = {
  ...{ unicast: 1, local: 2, broadcast: 3, anycast: 4, multicast: 5, blackhole: 6 },
  ...{ unreachable: 7, prohibit: 8, throw: 9, nat: 10, xresolve: 11 },
};
const UNICAST = 1;

/** RT_SCOPE_*: Keepalived takes universe for all; the kernel has these types in smaller ones only. */
const SCOPE_OF_TYPE: Readonly<Record<string, number>> = {
  ...{ local: 254, nat: 254, broadcast: 253, anycast: 253, multicast: 253 },
};

/** RFC 4191, as the kernel numbers it. */
const PREFERENCES = { medium: 0, high: 1, low: 3 } as const;

/** The route, or undefined when it cannot be used and has been reported. */
export function finishRoute(draft: RouteDraft, scope: Scope): VirtualRoute | undefined {
  const family = familyOfRoute(draft, scope);
  if (family === undefined) return undefined;
  const numbers = lookUp(draft, scope);
  const own = finishHop(draft.own, scope);
  const hops = draft.nextHops.map((hop) => finishHop(hop, scope));
  const nextHops = hops.filter((hop) => hop !== undefined);
  if (numbers === undefined || own === undefined || nextHops.length < hops.length) return undefined;
  const destination = draft.destination?.value ?? "everywhere";
  const { interfaceName, tunnel } = own;
  checkVrf(draft.vrf, scope);
  const track = isTracked(draft, numbers.protocol, scope);
  const via = own.gateway !== undefined && familyOf(own.gateway) !== family;
  return {
    operation: draft.operation ?? "prepend",
    family,
    destination: destination === "everywhere" ? undefined : destination.address,
    prefixLength: lengthOf(destination, family),
    gateway: via || draft.secondGateway !== undefined ? undefined : own.gateway,
    interfaceName: draft.secondGateway === undefined ? interfaceName : undefined,
    preferredSource: draft.preferredSource?.value,
    priority: draft.priority?.value,
    table: numbers.table ?? MAIN_TABLE,
    ...(draft.vrf === undefined ? {} : { vrf: draft.vrf.value }),
    protocol: (draft.ignoresLoss && numbers.protocol) ?? KEEPALIVED_PROTOCOL,
    scope: numbers.scope ?? SCOPE_OF_TYPE[draft.type ?? ""] ?? 0,
    type: ROUTE_TYPES[draft.type ?? "unicast"] ?? UNICAST,
    details: {
      tos: numbers.tos,
      source: draft.source && {
        address: draft.source.value.address,
        length: lengthOf(draft.source.value, family),
      },
      onlink: own.onlink ? true : undefined,
      metrics: draft.metrics.filter((metric): metric is RouteMetric => metric.name !== "congctl"),
      congestionControl: congestionControl(draft),
      realms: own.realms,
      expires: draft.expires,
      preference: draft.preference && PREFERENCES[draft.preference],
      ttlPropagate: draft.ttlPropagate,
      via: via ? own.gateway : undefined,
    },
    nextHops: [...secondHops(draft, own), ...nextHops],
    tunnel,
    track,
  };
}

/** It may come later, as any interface; until then the route waits for it. */
function checkVrf(vrf: Located<string> | undefined, scope: Scope): void {
  if (vrf === undefined || !isMissing(scope, vrf.value)) return;
  scope.report({
    severity: "error",
    code: "interface",
    message: `VRF ${vrf.value} not found for route`,
    at: vrf.at,
    fix: missingInterfaceFix(scope, vrf.value),
  });
}

/** `or`: the deprecated way to write two next hops. */
function secondHops(draft: RouteDraft, own: VirtualNextHop): readonly VirtualNextHop[] {
  if (draft.secondGateway === undefined) return [];
  const first = { ...own, realms: undefined, tunnel: undefined };
  return [first, { ...first, gateway: draft.secondGateway.value }];
}

function congestionControl(draft: RouteDraft): VirtualRoute["details"]["congestionControl"] {
  const found = draft.metrics.find((metric) => metric.name === "congctl");
  return found?.name === "congctl" ? { name: found.value, isLocked: found.isLocked } : undefined;
}

function lengthOf(prefix: Destination, family: Family): number {
  if (prefix === "everywhere") return 0;
  return prefix.length ?? (family === "ipv4" ? 32 : 128);
}

/** The family of its addresses, which must agree; `via inet6` may differ (RFC 5549). */
function familyOfRoute(draft: RouteDraft, { report }: Scope): Family | undefined {
  const { destination, source, preferredSource, own, nextHops } = draft;
  const gateways = [own, ...nextHops]
    .filter((hop) => hop.isOtherFamily !== true)
    .map((hop) => hop.gateway?.value);
  const addresses: readonly (IpAddress | undefined)[] = [
    destination === undefined || destination.value === "everywhere"
      ? undefined
      : destination.value.address,
    source?.value.address,
    preferredSource?.value,
  ];
  const families = new Set(addresses.filter((each) => each !== undefined).map(familyOf));
  const said = draft.family;
  if (said !== undefined) families.add(said);
  for (const gateway of [...gateways, draft.secondGateway?.value]) {
    if (gateway !== undefined) families.add(familyOf(gateway));
  }
  const [first = "ipv4", second] = families;
  if (second === undefined) return first;
  report({
    severity: "error",
    code: "bad-value",
    message: "Cannot mix IPv4 and IPv6 addresses for route",
    at: draft.at,
    fix: "write one route for each family",
  });
  return undefined;
}

interface RouteNumbers {
  readonly table: number | undefined;
  readonly protocol: number | undefined;
  readonly scope: number | undefined;
  readonly tos: number | undefined;
}

function lookUp(draft: RouteDraft, scope: Scope): RouteNumbers | undefined {
  const table = resolve(draft.table, ["table", LARGEST], scope, (name) => noTable(name, "route"));
  const protocol = resolve(
    draft.protocol,
    ["protocol", 255],
    scope,
    (name) => `Protocol ${name} not found or invalid for route`,
  );
  const width = resolve(draft.scope, ["scope", 255], scope, (name) => `Invalid scope ${name}`);
  const tos = resolve(draft.tos, ["dsfield", 255], scope, (name) => `TOS value ${name} is invalid`);
  if (table === "unknown" || protocol === "unknown" || width === "unknown" || tos === "unknown") {
    return undefined;
  }
  return { table, protocol, scope: width, tos };
}

/** What to say of a table without a number. */
export const noTable = (name: string, owner: "route" | "rule"): string =>
  `Routing table ${name} not found for ${owner}`;

/** The number of a name, undefined where none is written, "unknown" once that has been reported. */
export function resolve(
  written: Located<string> | undefined,
  [kind, maximum]: readonly [NameKind, number],
  scope: Scope,
  message: (name: string) => string,
): number | undefined | "unknown" {
  if (written === undefined) return undefined;
  const number = scope.routeNames.numberOf(kind, written.value, maximum);
  if (number !== undefined) return number;
  const fix = `write its number, or a name from iproute2's files in /etc/iproute2`;
  complain(scope, { code: "bad-value", message: message(written.value), at: written.at, fix });
  return "unknown";
}

/** `[FROM/]TO`, as the kernel has it in one number. */
export function resolveRealms(
  written: Located<string> | undefined,
  scope: Scope,
  owner: "route" | "rule",
): number | undefined | "unknown" {
  if (written === undefined) return undefined;
  const parts = written.value.split("/");
  const numbers = parts.map((part) => scope.routeNames.numberOf("realm", part, 0xffff));
  const [first, second] = numbers;
  if (first !== undefined && parts.length === 1) return first;
  if (first !== undefined && second !== undefined && parts.length === 2) {
    return first * 0x1_0000 + second;
  }
  const message =
    owner === "route"
      ? `Invalid realms ${written.value} for route`
      : `invalid realms ${written.value} for rule`;
  complain(scope, { code: "bad-value", message, at: written.at, fix: "write realms FROM/TO" });
  return "unknown";
}

function complain(
  { report }: Scope,
  about: {
    readonly code: DiagnosticCode;
    readonly message: string;
    readonly at: RouteDraft["at"];
    readonly fix: string;
  },
): void {
  report({ severity: about.code === "ignored" ? "warning" : "error", ...about });
}

function finishHop(hop: HopDraft, scope: Scope): VirtualNextHop | undefined {
  const realms = resolveRealms(hop.realms, scope, "route");
  if (realms === "unknown") return undefined;
  return {
    gateway: hop.gateway?.value,
    interfaceName: hop.interfaceName?.value,
    weight: hop.weight?.value ?? 1,
    onlink: hop.isOnLink === true,
    realms,
    tunnel: hop.tunnel,
  };
}

/** Keepalived: only what goes out by a named interface, with its own protocol, can be tracked. */
function isTracked(draft: RouteDraft, protocol: number | undefined, { report }: Scope): boolean {
  if (draft.ignoresLoss === true) return false;
  const { at } = draft;
  if (protocol !== undefined && protocol !== KEEPALIVED_PROTOCOL) {
    report({
      severity: "warning",
      code: "conflict",
      message: `Route cannot be tracked if protocol is not RTPROT_KEEPALIVED(18), resetting protocol`,
      at: draft.protocol?.at ?? at,
      fix: "remove protocol, or add no_track",
    });
  }
  if (draft.own.interfaceName !== undefined) return true;
  const destination = draft.destination?.value ?? "everywhere";
  const name =
    destination === "everywhere"
      ? "default"
      : `${destination.address}${destination.length === undefined ? "" : `/${destination.length}`}`;
  report({
    severity: "warning",
    code: "conflict",
    message: `Warning - cannot track route ${name} with no interface specified, not tracking`,
    at,
    fix: "add dev and the interface, or no_track",
  });
  return false;
}
