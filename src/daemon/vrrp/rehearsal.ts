/**
 * A takeover runs rarely and would run cold: interpreted, and every code path for the first time.
 * So it is rehearsed at start, with this very configuration, against ports that lead nowhere. The
 * real instances are not touched, and nothing leaves the process.
 */
import type { IpAddress, MacAddress } from "../../base/address.ts";
import { after, instant, seconds } from "../../base/units.ts";
import type { Instant } from "../../base/units.ts";
import { NO_VERDICTS } from "../../track/verdicts.ts";
import type { Model } from "../../config/model.ts";
import type {
  AddressInfo,
  Clock,
  IncomingAdvert,
  LinkInfo,
  NetworkPorts,
  OutgoingAdvert,
} from "../../sys/ports.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import { encodeGratuitousArp } from "../../wire/arp.ts";
import { VrrpDriver } from "./driver.ts";
import { InterfaceFlag } from "./network-table.ts";

/** Rounds of becoming master, hearing adverts and stopping: enough for the compiler to take note. */
const ROUNDS = 40;
/** A model is cut to this size; the code is the same for the rest. */
const INSTANCES = 2;
const ADDRESSES = 8;
/** Of the machine's links as many, and those that the instances name. */
const LINKS = 16;

export interface RehearsalNetwork {
  readonly links: readonly LinkInfo[];
  readonly addresses: readonly AddressInfo[];
}

/** Plays `ROUNDS` lives of a small copy of `model` in one call: some tens of milliseconds. */
export function rehearse(model: Model, network: RehearsalNetwork): void {
  const small: Model = {
    ...model,
    global: { ...model.global, startupDelay: seconds(0), delayAfterBoot: seconds(0) },
    instances: model.instances.slice(0, INSTANCES).map(withoutTrackers),
  };
  const stage = smallNetwork(
    network,
    new Set(small.instances.flatMap(({ interfaceName }) => interfaceName ?? [])),
  );
  for (let round = 0; round < ROUNDS; round += 1) playOnce(small, stage);
}

/** Hundreds of virtual links of other instances would make each round as long as a start. */
function smallNetwork(
  { links, addresses }: RehearsalNetwork,
  named: ReadonlySet<string>,
): RehearsalNetwork {
  const kept = links.filter(({ name }, position) => position < LINKS || named.has(name));
  const indexes = new Set(kept.map(({ index }) => index));
  return {
    links: kept,
    addresses: addresses.filter(({ interfaceIndex }) => indexes.has(interfaceIndex)),
  };
}

/**
 * The kernel's side of it: requests that change nothing (an address of the documentation range is
 * removed from the loopback interface, where it is not) and frames the loopback drops.
 */
export function rehearseKernel(ports: NetworkPorts, network: RehearsalNetwork): void {
  const loopback = network.links.find(({ flags }) => (flags & InterfaceFlag.loopback) !== 0);
  if (loopback === undefined) return;
  const interfaceIndex = loopback.index;
  using netlink = ports.openNetlink();
  using frames = ports.openFrameSocket();
  const absent = { interfaceIndex, address: DOCUMENTATION_ADDRESS, prefixLength: 32 };
  const changes = netlink.prepare([{ operation: "remove", ...absent }]);
  const bytes = encodeGratuitousArp(NO_MAC, DOCUMENTATION_ADDRESS);
  const frame = frames.prepare([{ interfaceIndex, bytes }]);
  for (let round = 0; round < ROUNDS; round += 1) {
    netlink.apply(changes, 0, 1);
    frames.send(frame, 0, 1);
  }
}

/** RFC 5737: never an address of anybody. */
const DOCUMENTATION_ADDRESS = "192.0.2.1" as IpAddress;
const NO_MAC = "00:00:00:00:00:00" as MacAddress;

const withoutTrackers = (config: InstanceConfig): InstanceConfig => ({
  ...config,
  addresses: config.addresses.slice(0, ADDRESSES),
  excludedAddresses: config.excludedAddresses.slice(0, ADDRESSES),
  trackedScripts: [],
  trackedProcesses: [],
  trackedFiles: [],
  trackedInterfaces: [],
  trackPrimary: false,
  // Time passes in leaps there, and nobody else is heard.
  lease: undefined,
  receiveProof: undefined,
});

function playOnce(model: Model, network: RehearsalNetwork): void {
  const stage = new Stage(network);
  const setup = {
    model,
    options: { keepAddresses: false, detail: false },
    verdicts: NO_VERDICTS,
  };
  const silence = {
    event: () => undefined,
    line: () => undefined,
    notify: () => undefined,
    notifyGroup: () => undefined,
  };
  using driver = new VrrpDriver(stage.ports, setup, silence);
  driver.start();
  // Past the longest master-down interval (255 s adverts), then a few adverts as master.
  stage.advance(1_200);
  for (let i = 0; i < 5; i += 1) stage.advance(300);
  stage.echo();
  stage.advance(300);
  driver.stop(() => undefined);
  stage.finish();
}

/** Ports that lead nowhere, and a clock that goes where it is told. */
class Stage {
  readonly ports: NetworkPorts;
  #now: Instant = instant(1_000_000);
  #wake: (() => void) | undefined;
  #hear: ((packets: readonly IncomingAdvert[]) => void) | undefined;
  #last: OutgoingAdvert | undefined;
  #deferred: (() => void)[] = [];

  constructor(network: RehearsalNetwork) {
    const nothing = (): void => undefined;
    const clock: Clock = {
      now: () => this.#now,
      bootTime: () => this.#now,
      wallClock: () => 0,
      wakeAt: nothing,
      onWake: (handler) => {
        this.#wake = handler;
      },
      [Symbol.dispose]: nothing,
    };
    const close = { [Symbol.dispose]: nothing };
    this.ports = {
      clock,
      openNetlink: () => ({
        links: () => network.links,
        addresses: () => network.addresses,
        routes: () => [],
        rules: () => [],
        prepare: ({ length }) => ({ count: length }),
        apply: () => [],
        takeNotices: () => [],
        onNotices: nothing,
        ...close,
      }),
      openAdvertSocket: () => ({
        send: (adverts) => {
          this.#last = adverts[0];
          return [];
        },
        onPackets: (handler) => {
          this.#hear = handler;
        },
        poll: nothing,
        descriptors: [0, 0],
        ...close,
      }),
      openFrameSocket: () => ({
        prepare: ({ length }) => ({ count: length }),
        send: (_, __, sent) => ({ sent, errno: 0 }),
        ...close,
      }),
      openNeighbourSocket: () => ({ onFrame: nothing, ...close }),
      openFirewall: () => ({
        tables: () => [],
        prepare: ({ length }) => ({ count: length }),
        apply: () => 0,
        ...close,
      }),
      sysctl: { read: () => "0", write: () => 0 },
      processName: () => undefined,
      openLinkProbe: () => ({ ask: () => "up", ...close }),
      defer: (work) => {
        this.#deferred.push(work);
      },
    };
  }

  advance(s: number): void {
    this.#now = after(this.#now, seconds(s));
    this.#wake?.();
    this.finish();
  }

  /** Our own last advert comes back as if from a neighbour, which costs us mastership or not. */
  echo(): void {
    const advert = this.#last;
    if (advert === undefined || this.#hear === undefined) return;
    const isIpv4 = !advert.destination.includes(":");
    const packet: IncomingAdvert = {
      family: isIpv4 ? "ipv4" : "ipv6",
      interfaceIndex: FIRST_INTERFACE,
      source: advert.source,
      destination: advert.destination,
      ttl: 255,
      age: seconds(0),
      bytes: isIpv4 ? advert.bytes.subarray(IPV4_HEADER) : advert.bytes,
      authenticated: undefined,
    };
    this.#hear([packet]);
  }

  finish(): void {
    for (const work of this.#deferred.splice(0)) work();
  }
}

const IPV4_HEADER = 20;
const FIRST_INTERFACE = 2 as LinkInfo["index"];
