/** The promises of `Netlink` about routes, whoever implements it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Errno } from "../../src/base/failure.ts";
import { milliseconds } from "../../src/base/units.ts";
import type {
  AddressChange,
  ChangeFailure,
  Netlink,
  NetworkChange,
  NetworkNotice,
  RouteChange,
  RouteInfo,
  RuleInfo,
} from "../../src/sys/ports.ts";
import { address, index } from "../sim/values.ts";
import type { ContractHost, OpenNetwork } from "./network.ts";

const SOON = milliseconds(30);
const EHOSTUNREACH = 113;
const NO_DAD = 0x02;
const MAIN = 254;
const LOCAL = 255;
const KEEPALIVED = 18;
const BLACKHOLE = 6;
const SCOPE_LINK = 253;

/** A route to `text` through the host's interface, as the kernel reports it. */
function routeOf(host: ContractHost, text: string, details: Partial<RouteInfo> = {}): RouteInfo {
  const [network = "", length] = text.split("/");
  const isIpv6 = network.includes(":");
  return {
    family: isIpv6 ? "ipv6" : "ipv4",
    destination: address(network),
    prefixLength: Number(length),
    gateway: address(isIpv6 ? "fe80::99" : "10.0.0.99"),
    interfaceIndex: host.index,
    preferredSource: undefined,
    priority: isIpv6 ? 1024 : undefined,
    table: MAIN,
    protocol: KEEPALIVED,
    scope: 0,
    type: 1,
    ...details,
  };
}

const ruleOf = (family: "ipv4" | "ipv6", preference: number): RuleInfo => ({
  family,
  preference,
  action: { kind: "table", table: 100 },
  protocol: KEEPALIVED,
});

const added = (route: RouteInfo): RouteChange => ({ operation: "add", route });
const removed = (route: RouteInfo): RouteChange => ({ operation: "remove", route });

function perform(netlink: Netlink, ...changes: readonly NetworkChange[]): readonly ChangeFailure[] {
  return netlink.apply(netlink.prepare(changes), 0, changes.length);
}

/** Routes we made: connected ones and those of the local table carry another protocol. */
const ours = (netlink: Netlink): readonly RouteInfo[] =>
  netlink.routes().filter((route) => route.protocol === KEEPALIVED);

function vip(host: ContractHost, text: string): AddressChange {
  const isIpv6 = text.includes(":");
  return {
    operation: "add",
    interfaceIndex: host.index,
    address: address(text),
    prefixLength: isIpv6 ? 128 : 32,
    flags: isIpv6 ? NO_DAD : undefined,
  };
}

/** Kind and destination of the notices about routes that we made. */
function told(notices: readonly NetworkNotice[]): readonly string[] {
  return notices.flatMap((notice) => {
    if (notice.kind !== "routeAdded" && notice.kind !== "routeRemoved") return [];
    if (notice.route.protocol !== KEEPALIVED) return [];
    return [`${notice.kind} ${notice.route.destination ?? "default"}`];
  });
}

function listen(netlink: Netlink): readonly NetworkNotice[] {
  const notices: NetworkNotice[] = [];
  netlink.onNotices((batch) => {
    notices.push(...batch);
  });
  return notices;
}

export function netlinkRoutesContract(name: string, open: OpenNetwork): void {
  describe(`netlink routes of ${name}`, () => {
    test("routes() shows what was added, of both families and any table", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const { ipv4 } = network.a;
      const routes = [
        routeOf(network.a, "198.51.100.0/24", { preferredSource: ipv4, priority: 7 }),
        routeOf(network.a, "198.51.100.0/24", { table: 1_000 }),
        routeOf(network.a, "203.0.113.0/24", { gateway: undefined, scope: SCOPE_LINK }),
        routeOf(network.a, "0.0.0.0/0", { destination: undefined }),
        routeOf(network.a, "192.0.2.0/24", {
          gateway: undefined,
          interfaceIndex: undefined,
          type: BLACKHOLE,
        }),
        routeOf(network.a, "2001:db8::/32"),
        routeOf(network.a, "::/0", { destination: undefined, priority: 7, table: 1_000 }),
      ];
      assert.deepEqual(perform(netlink, ...routes.map(added)), []);
      const byText = (list: readonly RouteInfo[]): readonly string[] =>
        list.map((route) => JSON.stringify(Object.entries(route).sort())).sort();
      assert.deepEqual(byText(ours(netlink)), byText(routes));
      assert.deepEqual(perform(netlink, ...routes.map(removed)), []);
      assert.deepEqual(ours(netlink), []);
    });

    test("what a request leaves out, the kernel fills in", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const ipv4 = routeOf(network.a, "198.51.100.0/24");
      const ipv6 = routeOf(network.a, "2001:db8::/32");
      const requests = [
        { ...ipv4, interfaceIndex: undefined, priority: 0 },
        { ...ipv6, priority: undefined, scope: SCOPE_LINK },
      ];
      assert.deepEqual(perform(netlink, ...requests.map(added)), []);
      assert.deepEqual(ours(netlink), [ipv4, ipv6]);
      assert.deepEqual(perform(netlink, ...requests.map(removed)), []);
      assert.deepEqual(ours(netlink), []);
    });

    test("addresses and routes go in one list, and refusals come by position", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const first = vip(network.a, "10.0.7.1");
      const second = vip(network.a, "fd00::7");
      const source = { preferredSource: first.address };
      const viaVip = routeOf(network.a, "198.51.100.0/24", source);
      const lost = routeOf(network.a, "203.0.113.0/24", { gateway: address("10.77.0.1") });
      const lost6 = routeOf(network.a, "2001:db9::/32", { gateway: address("fd77::1") });
      const failures = perform(
        netlink,
        added(viaVip), // 0: the source is not there yet
        first,
        added(viaVip),
        added(lost), // 3
        added(viaVip), // 4
        first, // 5
        removed(routeOf(network.a, "192.0.2.0/24")), // 6
        second,
        added(lost6), // 8
        added(routeOf(network.a, "2001:db8::/32", { preferredSource: second.address })),
        removed(routeOf(network.a, "192.0.2.0/24", { table: 77 })), // 10
        removed(routeOf(network.a, "2001:dba::/32")), // 11
      );
      assert.deepEqual(failures, [
        { index: 0, errno: Errno.EINVAL },
        { index: 3, errno: Errno.ENETUNREACH },
        { index: 4, errno: Errno.EEXIST },
        { index: 5, errno: Errno.EEXIST },
        { index: 6, errno: Errno.ESRCH },
        { index: 8, errno: EHOSTUNREACH },
        { index: 10, errno: Errno.ESRCH },
        { index: 11, errno: Errno.ESRCH },
      ]);
      const found = ours(netlink).map((route) => route.destination);
      assert.deepEqual(found, ["198.51.100.0", "2001:db8::"]);
      const texts = netlink.addresses().map((info) => info.address);
      assert.ok(texts.includes(first.address) && texts.includes(second.address));
    });

    test("a part of a mixed list can be applied, and again", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const route = routeOf(network.a, "198.51.100.0/24");
      const prepared = netlink.prepare([vip(network.a, "10.0.7.1"), added(route)]);
      assert.equal(prepared.count, 2);
      assert.deepEqual(netlink.apply(prepared, 1, 1), []);
      assert.deepEqual(ours(netlink), [route]);
      assert.deepEqual(netlink.apply(prepared, 0, 2), [{ index: 1, errno: Errno.EEXIST }]);
    });

    test("a link that is missing or down takes no route", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const onLink = { gateway: undefined, scope: SCOPE_LINK };
      const route = routeOf(network.a, "198.51.100.0/24", onLink);
      const missing = { ...route, interfaceIndex: index(4_000) };
      const none = { ...route, interfaceIndex: undefined };
      network.a.setUp(false);
      assert.deepEqual(perform(netlink, added(missing), added(none), added(route)), [
        { index: 0, errno: Errno.ENODEV },
        { index: 1, errno: Errno.ENODEV },
        { index: 2, errno: Errno.ENETDOWN },
      ]);
    });

    test("a rival is refused, replaced, or gets company before and behind it", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const via = (last: number): RouteInfo =>
        routeOf(network.a, "198.51.100.0/24", { gateway: address(`10.0.0.${last}`) });
      const failures = perform(
        netlink,
        added(via(10)),
        added(via(11)), // 1: whatever its gateway
        added({ ...via(11), priority: 5 }),
        { operation: "append", route: via(12) },
        { operation: "append", route: via(12) }, // 4
        { operation: "prepend", route: via(13) },
        { operation: "prepend", route: via(12) }, // 6
        { operation: "replace", route: via(14) },
        { operation: "replace", route: via(14) },
        { operation: "replace", route: via(12) }, // 9: there, but not in the first place
        { operation: "replace", route: routeOf(network.a, "203.0.113.0/24") },
      );
      assert.deepEqual(
        failures,
        [1, 4, 6, 9].map((position) => ({ index: position, errno: Errno.EEXIST })),
      );
      const found = ours(netlink)
        .filter((route) => route.priority === undefined)
        .map((route) => `${route.destination ?? ""} via ${route.gateway ?? ""}`);
      assert.deepEqual(found, [
        "198.51.100.0 via 10.0.0.14",
        "198.51.100.0 via 10.0.0.10",
        "198.51.100.0 via 10.0.0.12",
        "203.0.113.0 via 10.0.0.99",
      ]);
    });

    test("replacing an IPv6 route leaves one", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const route = routeOf(network.a, "2001:db8::/32");
      const other = { ...route, gateway: address("fe80::98") };
      const replacement: RouteChange = { operation: "replace", route: other };
      assert.deepEqual(perform(netlink, added(route), added(other), replacement), [
        { index: 1, errno: Errno.EEXIST },
      ]);
      assert.deepEqual(ours(netlink), [other]);
    });

    test("a removal leaves routes alone that differ from it", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const route = routeOf(network.a, "198.51.100.0/24", { priority: 7 });
      const route6 = routeOf(network.a, "2001:db8::/32", { priority: 7 });
      perform(netlink, added(route), added(route6));
      const others = [route, route6].flatMap((kept) => [
        { ...kept, protocol: 4 },
        { ...kept, priority: 8 },
        { ...kept, table: MAIN - 1 },
        { ...kept, gateway: address(kept === route ? "10.0.0.98" : "fe80::98") },
      ]);
      const failures = perform(netlink, ...others.map(removed));
      assert.deepEqual(
        failures,
        others.map((_, position) => ({ index: position, errno: Errno.ESRCH })),
      );
      assert.deepEqual(ours(netlink), [route, route6]);
    });

    test("a link that goes down loses its routes", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const routes = ["198.51.100.0/24", "2001:db8::/32"].map((text) => routeOf(network.a, text));
      assert.deepEqual(perform(netlink, ...routes.map(added)), []);
      network.a.setUp(false);
      assert.deepEqual(ours(netlink), []);
    });

    test("an IPv4 route goes with its source, and with the last address of its link", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink();
      const source = vip(network.a, "10.0.7.1");
      const plain = routeOf(network.a, "203.0.113.0/24");
      const bound = routeOf(network.a, "198.51.100.0/24", { preferredSource: source.address });
      assert.deepEqual(perform(netlink, source, added(bound), added(plain)), []);
      perform(netlink, { ...source, operation: "remove" });
      assert.deepEqual(ours(netlink), [plain]);
      network.a.removeAddress(`${network.a.ipv4}/24`);
      assert.deepEqual(ours(netlink), []);
    });

    test("notices tell of the routes of others when asked for, and only then", async () => {
      using network = await open();
      using watcher = network.a.ports.openNetlink({ routes: true });
      using silent = network.a.ports.openNetlink();
      using other = network.a.ports.openNetlink();
      const heard = listen(watcher);
      const unheard = listen(silent);
      const routes = ["198.51.100.0/24", "2001:db8::/32"].map((text) => routeOf(network.a, text));
      perform(other, ...routes.map(added));
      await network.pass(SOON);
      assert.deepEqual(
        heard.filter(({ kind }) => kind === "routeAdded"),
        routes.map((route) => ({ kind: "routeAdded", route })),
      );
      const replacement = routeOf(network.a, "198.51.100.0/24", { gateway: address("10.0.0.98") });
      perform(other, { operation: "replace", route: replacement }, removed(replacement));
      await network.pass(SOON);
      assert.deepEqual(told(heard).slice(2), [
        "routeAdded 198.51.100.0",
        "routeRemoved 198.51.100.0",
      ]);
      assert.ok(!unheard.some(({ kind }) => kind === "routeAdded" || kind === "routeRemoved"));
    });

    test("notices tell of rules that others remove, together with routes", async () => {
      using network = await open();
      using watcher = network.a.ports.openNetlink({ routes: true, links: false });
      using silent = network.a.ports.openNetlink();
      using other = network.a.ports.openNetlink();
      const heard = listen(watcher);
      const unheard = listen(silent);
      const rules = [ruleOf("ipv4", 1_000), ruleOf("ipv6", 1_001)];
      const changes = (operation: "add" | "remove"): readonly NetworkChange[] =>
        rules.map((rule) => ({ operation, rule }));
      perform(other, ...changes("add"));
      perform(other, ...changes("remove"), vip(network.a, "10.0.7.3"));
      perform(watcher, ...changes("add"), ...changes("remove"));
      await network.pass(SOON);
      assert.deepEqual(
        heard.map((notice) =>
          notice.kind === "ruleRemoved"
            ? [notice.rule.family, notice.rule.preference, notice.rule.action]
            : notice.kind,
        ),
        [
          ["ipv4", 1_000, { kind: "table", table: 100 }],
          ["ipv6", 1_001, { kind: "table", table: 100 }],
        ],
      );
      assert.deepEqual(
        unheard.filter(({ kind }) => kind !== "linkChanged").map(({ kind }) => kind),
        ["addressAdded"],
      );
    });

    test("notices leave out our own routes and the local table", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink({ routes: true });
      using other = network.a.ports.openNetlink();
      const notices = listen(netlink);
      const route = routeOf(network.a, "198.51.100.0/24");
      const route6 = routeOf(network.a, "2001:db8::/32");
      perform(netlink, added(route), added(route6), vip(network.a, "10.0.7.1"));
      perform(netlink, removed(route), removed(route6));
      const local = { gateway: undefined, scope: SCOPE_LINK, table: LOCAL };
      perform(other, added(routeOf(network.a, "203.0.113.0/24", local)));
      network.a.addAddress("10.0.7.2/32");
      await network.pass(SOON);
      assert.deepEqual(
        notices.map((notice) =>
          notice.kind === "addressAdded" ? notice.address.address : notice.kind,
        ),
        ["10.0.7.2"],
      );
    });

    test("IPv6 tells of routes that go with their link, IPv4 does not", async () => {
      using network = await open();
      using netlink = network.a.ports.openNetlink({ routes: true });
      const notices = listen(netlink);
      const routes = ["198.51.100.0/24", "2001:db8::/32"].map((text) => routeOf(network.a, text));
      perform(netlink, ...routes.map(added));
      network.a.setUp(false);
      await network.pass(SOON);
      assert.deepEqual(told(notices), ["routeRemoved 2001:db8::"]);
    });
  });
}
