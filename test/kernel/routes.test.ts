/** Routes and rules with everything they can carry, put into a kernel and read back with ip(8). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { IpAddress } from "../../src/base/address.ts";
import { Errno } from "../../src/base/failure.ts";
import type { NetworkChange, RouteInfo } from "../../src/sys/ports.ts";
import type { RouteDetails } from "../../src/wire/netlink/route-details.ts";
import type { Rule } from "../../src/wire/netlink/rule.ts";
import type { ContractHost } from "../contract/network.ts";
import { address } from "../sim/values.ts";
import { openRealNetwork, reasonToSkip } from "./real-network.ts";

const skip = reasonToSkip("routes and rules on the kernel");

interface Wanted {
  readonly name: string;
  readonly destination: string;
  readonly gateway?: string;
  readonly more?: Partial<RouteInfo>;
  readonly details?: (host: ContractHost) => RouteDetails;
  /** What `ip route show` must say of it, besides the destination. */
  readonly shows: readonly string[];
}

const locked = (name: "mtu" | "advmss", value: number) =>
  ({ name, value, isLocked: true }) as const;
const free = (name: "window" | "hoplimit" | "initcwnd" | "rtt" | "rto_min", value: number) =>
  ({ name, value, isLocked: false }) as const;

const ROUTES: readonly Wanted[] = [
  {
    name: "metrics",
    destination: "192.0.2.0/24",
    gateway: "10.0.0.9",
    details: () => ({
      metrics: [locked("mtu", 1400), free("window", 1000), free("hoplimit", 7)],
    }),
    shows: ["via 10.0.0.9", "mtu lock 1400", "window 1000", "hoplimit 7"],
  },
  {
    name: "times in the kernel's units",
    destination: "192.0.3.0/24",
    gateway: "10.0.0.9",
    details: () => ({ metrics: [free("rtt", 8 * 100), free("rto_min", 250)] }),
    shows: ["rtt 100ms", "rto_min 250ms"],
  },
  {
    name: "a congestion control algorithm",
    destination: "192.0.4.0/24",
    gateway: "10.0.0.9",
    details: () => ({ congestionControl: { name: "reno", isLocked: true } }),
    shows: ["congctl lock reno"],
  },
  {
    name: "several next hops",
    destination: "192.0.5.0/24",
    details: (host) => ({
      nextHops: [
        hop(host, "10.0.0.9", { weight: 3 }),
        hop(host, "10.9.9.9", { weight: 1, onlink: true }),
      ],
    }),
    shows: ["nexthop via 10.0.0.9", "weight 3", "nexthop via 10.9.9.9", "weight 1 onlink"],
  },
  {
    name: "type of service and a gateway beyond the subnet",
    destination: "192.0.6.0/24",
    gateway: "172.16.0.1",
    details: () => ({ tos: 0x10, onlink: true }),
    shows: ["tos", "via 172.16.0.1", "onlink"],
  },
  {
    name: "a gateway of the other family",
    destination: "192.0.7.0/24",
    details: () => ({ via: address("fe80::9") }),
    shows: ["via inet6 fe80::9"],
  },
  {
    name: "a blackhole with a metric",
    destination: "192.0.8.0/24",
    more: { type: 6, interfaceIndex: undefined, priority: 9 },
    shows: ["blackhole", "metric 9"],
  },
  {
    name: "an IPv6 source prefix, preference and lifetime",
    destination: "2001:db8:1::/48",
    gateway: "fe80::9",
    details: () => ({ preference: 1, expires: 600 }),
    shows: ["via fe80::9", "pref high", "expires"],
  },
];

function hop(
  host: ContractHost,
  gateway: string,
  more: { readonly weight: number; readonly onlink?: boolean },
): NonNullable<RouteDetails["nextHops"]>[number] {
  return {
    gateway: address(gateway),
    interfaceIndex: host.index,
    weight: more.weight,
    onlink: more.onlink === true,
    realms: undefined,
    encap: undefined,
  };
}

function routeOf(wanted: Wanted, host: ContractHost): RouteInfo {
  const [network = "", length] = wanted.destination.split("/");
  const isIpv6 = network.includes(":");
  return {
    family: isIpv6 ? "ipv6" : "ipv4",
    destination: address(network),
    prefixLength: Number(length),
    gateway: wanted.gateway === undefined ? undefined : address(wanted.gateway),
    interfaceIndex: host.index,
    preferredSource: undefined,
    priority: isIpv6 ? 1024 : undefined,
    table: 254,
    protocol: 18,
    scope: 0,
    type: 1,
    ...wanted.more,
    details: wanted.details?.(host),
  };
}

const words = (text: string): string => text.replaceAll(/\s+/g, " ");

const PREFERENCE = 10_000;
const prefix = (text: string): { readonly address: IpAddress; readonly length: number } => {
  const [network = "", length] = text.split("/");
  return { address: address(network), length: Number(length) };
};

const RULES: readonly (readonly [Partial<Rule>, string])[] = [
  [
    {
      from: prefix("10.1.0.0/16"),
      to: prefix("10.2.3.4/32"),
      action: { kind: "table", table: 1000 },
    },
    "from 10.1.0.0/16 to 10.2.3.4 lookup 1000",
  ],
  [
    { inverted: true, from: prefix("10.3.0.0/16"), action: { kind: "blackhole" } },
    "not from 10.3.0.0/16 blackhole",
  ],
  [
    {
      inputInterface: "lo",
      fwmark: { value: 5, mask: 0xff },
      action: { kind: "unreachable" },
    },
    "from all fwmark 0x5/0xff iif lo unreachable",
  ],
  [{ outputInterface: "eth0", tos: 0x10, action: { kind: "prohibit" } }, "oif eth0 prohibit"],
  [
    { ipProtocol: 6, sourcePorts: [80, 90], destinationPorts: [1, 2], action: { kind: "nop" } },
    "ipproto tcp sport 80-90 dport 1-2 nop",
  ],
  [{ uids: [0, 100], action: { kind: "table", table: 10 } }, "uidrange 0-100 lookup 10"],
  [
    { suppressPrefixLength: 0, action: { kind: "table", table: 254 } },
    "lookup main suppress_prefixlength 0",
  ],
  [{ action: { kind: "goto", target: 20_000 } }, "goto 20000"],
  [
    { family: "ipv6", from: prefix("2001:db8::/32"), action: { kind: "table", table: 77 } },
    "from 2001:db8::/32 lookup 77",
  ],
];

describe("routes and rules on the kernel", { skip: skip ?? false }, () => {
  test("each route is as ip(8) shows it, and can be taken off again", async () => {
    using network = await openRealNetwork();
    const { a } = network;
    using netlink = a.ports.openNetlink();
    for (const wanted of ROUTES) {
      const route = routeOf(wanted, a);
      const apply = (operation: "prepend" | "remove"): readonly { readonly errno: number }[] =>
        netlink.apply(netlink.prepare([{ operation, route }]), 0, 1);
      assert.deepEqual(apply("prepend"), [], wanted.name);
      const family = route.family === "ipv4" ? "-4" : "-6";
      const shown = words(a.run(`ip ${family} route show ${wanted.destination}`));
      for (const part of wanted.shows) {
        assert.ok(shown.includes(part), `${wanted.name}: '${part}' in '${shown}'`);
      }
      assert.deepEqual(apply("remove"), [], wanted.name);
      assert.equal(words(a.run(`ip ${family} route show ${wanted.destination}`)), "");
    }
  });

  test("each rule is as ip(8) shows it, is read back, and can be taken off again", async () => {
    using network = await openRealNetwork();
    using netlink = network.a.ports.openNetlink();
    for (const [i, [some, shows]] of RULES.entries()) {
      const base = { family: "ipv4", protocol: 18, action: { kind: "nop" } } as const;
      const rule: Rule = { ...base, ...some, preference: PREFERENCE + i };
      const perform = (operation: "add" | "remove"): number => {
        const change: NetworkChange = { operation, rule };
        return netlink.apply(netlink.prepare([change]), 0, 1)[0]?.errno ?? 0;
      };
      assert.equal(perform("add"), 0, shows);
      assert.equal(perform("add"), Errno.EEXIST, shows);
      const family = rule.family === "ipv4" ? "-4" : "-6";
      const shown = words(network.a.run(`ip ${family} rule show pref ${rule.preference}`));
      assert.ok(shown.includes(shows), `'${shows}' in '${shown}'`);
      const read = netlink.rules().find(({ preference }) => preference === rule.preference);
      assert.deepEqual(read?.action, rule.action, shows);
      assert.equal(read.protocol, 18);
      assert.equal(perform("remove"), 0, shows);
      assert.equal(perform("remove"), Errno.ENOENT, shows);
    }
  });
});
