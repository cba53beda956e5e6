/**
 * The route tables of one simulated kernel, without the connected routes that come with addresses:
 * those are looked up in the address table. Several IPv6 routes to one destination stay apart here,
 * where a kernel makes one route with several next hops of them.
 */
import { familyOf, inSubnet, isLinkLocal } from "../../src/base/address.ts";
import type { Family, IpAddress } from "../../src/base/address.ts";
import { Errno, unreachable } from "../../src/base/failure.ts";
import { fail, ok } from "../../src/base/result.ts";
import type { Result } from "../../src/base/result.ts";
import type { InterfaceIndex } from "../../src/base/units.ts";
import type {
  AddressInfo,
  LinkInfo,
  NetworkNotice,
  RouteChange,
  RouteInfo,
} from "../../src/sys/ports.ts";

const EHOSTUNREACH = 113;
/** RTN_UNICAST, RT_SCOPE_LINK and RT_SCOPE_NOWHERE (linux/rtnetlink.h). */
const UNICAST = 1;
const SCOPE_LINK = 253;
const SCOPE_NOWHERE = 255;
/** IP6_RT_PRIO_USER (linux/ipv6_route.h). */
const IPV6_PRIORITY = 1024;

/** What routes depend on. */
export interface RouteSurroundings {
  links(): readonly LinkInfo[];
  linkAt(index: InterfaceIndex): LinkInfo | undefined;
  isUp(index: InterfaceIndex): boolean;
  addresses(): readonly AddressInfo[];
}

type Tell = (notice: NetworkNotice, origin: object | undefined) => void;

export class FakeRoutes {
  readonly #around: RouteSurroundings;
  readonly #tell: Tell;
  /** Rivals in the order in which the kernel looks at them. */
  #routes: readonly RouteInfo[] = [];

  constructor(around: RouteSurroundings, tell: Tell) {
    this.#around = around;
    this.#tell = tell;
  }

  all(): readonly RouteInfo[] {
    return this.#routes;
  }

  /** Performs `change` and returns 0 or the errno. */
  change({ operation, route }: RouteChange, origin: object | undefined): number {
    if (operation === "remove") return this.#remove(route, origin);
    const settled = this.#settle(route);
    if (!settled.ok) return settled.error;
    const errno = this.#put(operation, settled.value);
    if (errno === 0) this.#tell({ kind: "routeAdded", route: settled.value }, origin);
    return errno;
  }

  /** A link went down or away: its routes go, and IPv4 says nothing of it. */
  dropOf(index: InterfaceIndex): void {
    const tells = (route: RouteInfo): boolean => route.family === "ipv6";
    this.#drop((route) => route.interfaceIndex === index, tells);
  }

  /** IPv4 routes go with their source, and silently with the last address of their link. */
  afterLossOf({ address, interfaceIndex }: AddressInfo): void {
    if (familyOf(address) === "ipv6") return;
    const left = this.#around.addresses().filter((info) => familyOf(info.address) === "ipv4");
    if (!left.some((info) => info.address === address)) {
      this.#drop(
        (route) => route.preferredSource === address,
        () => true,
      );
    }
    if (left.some((info) => info.interfaceIndex === interfaceIndex)) return;
    this.#drop(
      (route) => route.family === "ipv4" && route.interfaceIndex === interfaceIndex,
      () => false,
    );
  }

  #drop(matches: (route: RouteInfo) => boolean, tells: (route: RouteInfo) => boolean): void {
    const gone = this.#routes.filter(matches);
    this.#routes = this.#routes.filter((route) => !matches(route));
    for (const route of gone) {
      if (tells(route)) this.#tell({ kind: "routeRemoved", route }, undefined);
    }
  }

  #remove(wanted: RouteInfo, origin: object | undefined): number {
    const found = this.#routes.find((route) => isMeant(route, wanted));
    if (found === undefined) return Errno.ESRCH;
    this.#routes = this.#routes.filter((route) => route !== found);
    this.#tell({ kind: "routeRemoved", route: found }, origin);
    return 0;
  }

  #put(operation: Exclude<RouteChange["operation"], "remove">, route: RouteInfo): number {
    const rivals = this.#routes.filter((other) => isRival(other, route));
    const [first] = rivals;
    if (first === undefined) {
      this.#routes = [...this.#routes, route];
      return 0;
    }
    const isTwin = rivals.some((rival) => isSame(rival, route));
    const others = this.#routes.filter((other) => !rivals.includes(other));
    switch (operation) {
      case "add":
        return Errno.EEXIST;
      case "replace":
        if (isTwin && !isSame(first, route)) return Errno.EEXIST;
        this.#routes = [...others, route, ...rivals.slice(1)];
        return 0;
      case "prepend":
      case "append":
        if (isTwin) return Errno.EEXIST;
        this.#routes =
          operation === "append" ? [...others, ...rivals, route] : [...others, route, ...rivals];
        return 0;
      default:
        return unreachable(operation);
    }
  }

  /** The route as the kernel would keep it, or why it would not. */
  #settle(route: RouteInfo): Result<RouteInfo, number> {
    const { family, preferredSource } = route;
    const nextHop = route.type === UNICAST ? this.#nextHop(route) : this.#nowhere(family);
    if (!nextHop.ok) return nextHop;
    const holds = (address: IpAddress): boolean =>
      this.#around.addresses().some((info) => info.address === address);
    if (preferredSource !== undefined && !holds(preferredSource)) return fail(Errno.EINVAL);
    const priority = route.priority === 0 ? undefined : route.priority;
    return ok({
      ...route,
      interfaceIndex: nextHop.value,
      priority: family === "ipv6" ? (priority ?? IPV6_PRIORITY) : priority,
      scope: family === "ipv6" ? 0 : route.scope,
    });
  }

  /** Blackholes and the like: IPv6 keeps them on the loopback interface. */
  #nowhere(family: Family): Result<InterfaceIndex | undefined, number> {
    const loopback = this.#around.links().find((link) => link.name === "lo");
    return ok(family === "ipv6" ? loopback?.index : undefined);
  }

  #nextHop(route: RouteInfo): Result<InterfaceIndex | undefined, number> {
    const { family, gateway, interfaceIndex } = route;
    if (interfaceIndex !== undefined && this.#around.linkAt(interfaceIndex) === undefined) {
      return fail(Errno.ENODEV);
    }
    if (gateway === undefined) {
      if (interfaceIndex === undefined) return fail(Errno.ENODEV);
      return this.#around.isUp(interfaceIndex) ? ok(interfaceIndex) : fail(Errno.ENETDOWN);
    }
    if (family === "ipv4" && route.scope >= SCOPE_LINK) return fail(Errno.EINVAL);
    if (isLinkLocal(gateway) && interfaceIndex === undefined) return fail(Errno.EINVAL);
    const through = this.#onLink(gateway).find(
      (index) => interfaceIndex === undefined || index === interfaceIndex,
    );
    if (through !== undefined) return ok(through);
    return fail(family === "ipv4" ? Errno.ENETUNREACH : EHOSTUNREACH);
  }

  /** The links a gateway can be on: those with an address, or a route, for its network. */
  #onLink(gateway: IpAddress): readonly InterfaceIndex[] {
    const family = familyOf(gateway);
    const connected = this.#around
      .addresses()
      .filter(({ address }) => familyOf(address) === family)
      .filter(({ address, prefixLength }) => inSubnet(gateway, address, prefixLength))
      .map((info) => info.interfaceIndex);
    const routed = this.#routes
      .filter((route) => route.family === family && route.gateway === undefined)
      .filter(({ destination: network, prefixLength }) =>
        network === undefined ? false : inSubnet(gateway, network, prefixLength),
      )
      .map((route) => route.interfaceIndex);
    return [...connected, ...routed].filter(
      (index): index is InterfaceIndex => index !== undefined && this.#around.isUp(index),
    );
  }
}

const isPlace = (a: RouteInfo, b: RouteInfo): boolean =>
  a.family === b.family &&
  a.table === b.table &&
  a.destination === b.destination &&
  a.prefixLength === b.prefixLength;

const isRival = (a: RouteInfo, b: RouteInfo): boolean =>
  isPlace(a, b) && (a.priority ?? 0) === (b.priority ?? 0);

const isSame = (a: RouteInfo, b: RouteInfo): boolean =>
  isRival(a, b) &&
  a.gateway === b.gateway &&
  a.interfaceIndex === b.interfaceIndex &&
  a.preferredSource === b.preferredSource &&
  a.protocol === b.protocol &&
  a.scope === b.scope &&
  a.type === b.type;

/** Whether a removal of `wanted` takes `route`: what is left out does not matter. */
function isMeant(route: RouteInfo, wanted: RouteInfo): boolean {
  const fits = <Value>(value: Value, asked: Value): boolean =>
    asked === undefined || asked === 0 || value === asked;
  const isIpv4 = route.family === "ipv4";
  const isScope = !isIpv4 || wanted.scope === SCOPE_NOWHERE || wanted.scope === route.scope;
  return (
    isPlace(route, wanted) &&
    isScope &&
    fits(route.priority, wanted.priority) &&
    fits(route.gateway, wanted.gateway) &&
    fits(route.interfaceIndex, wanted.interfaceIndex) &&
    fits(route.protocol, wanted.protocol) &&
    (!isIpv4 ||
      (fits(route.type, wanted.type) && fits(route.preferredSource, wanted.preferredSource)))
  );
}
