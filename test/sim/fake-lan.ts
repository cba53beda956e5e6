/**
 * A network in a test: hosts with kernels, interfaces and clocks on Ethernet segments, in virtual
 * time, with loss, delay and partitions to order. The same seed gives the same run.
 *
 *     const lan = new FakeLan({ seed: 1 });
 *     lan.connect("r1", "eth0", { mac: "02:00:00:00:00:01", addresses: ["10.9.9.1/24"] });
 *     const ports = lan.host("r1");          // a NetworkPorts
 *     lan.advance(seconds(5));
 */
import { isMulticast, parseIpAddress, parseMac } from "../../src/base/address.ts";
import type { IpAddress } from "../../src/base/address.ts";
import { assert } from "../../src/base/failure.ts";
import { NO_TIME, plus, times } from "../../src/base/units.ts";
import type { Duration, InterfaceIndex } from "../../src/base/units.ts";
import type {
  AdvertSocket,
  AdvertSocketOptions,
  Firewall,
  FrameSocket,
  LinkProbe,
  NeighbourSocket,
  NeighbourSocketOptions,
  Netlink,
  NetlinkOptions,
  NetworkPorts,
} from "../../src/sys/ports.ts";
import { ArpOperation, decodeArp, encodeArp } from "../../src/wire/arp.ts";
import { FakeClock, VirtualTime } from "./fake-clock.ts";
import { FakeFirewall, FakeRules } from "./fake-firewall.ts";
import { carrierOf, childrenOf } from "./fake-links.ts";
import { FakeLinkProbe } from "./fake-link-probe.ts";
import { FakeNetlink, STRANGER, STRANGER_PID } from "./fake-netlink-socket.ts";
import { FakeKernel } from "./fake-netlink.ts";
import { FakeAdvertSocket, FakeFrameSocket, FakeNeighbourSocket } from "./fake-sockets.ts";
import { FakeSysctl } from "./fake-sysctl.ts";
import type { Packet, SocketHost } from "./fake-sockets.ts";
import { seededRandom } from "./seeded-random.ts";

export interface LanOptions {
  readonly seed: number;
  /** From sending to arrival; default 50 microseconds. */
  readonly delay?: Duration;
}

export interface Connection {
  readonly mac: string;
  /** As `10.9.9.1/24`. */
  readonly addresses: readonly string[];
  readonly mtu?: number;
  /** Default "lan". */
  readonly segment?: string;
}

/** A VRRP message as it left a host, whether or not anybody received it. */
export interface SentAdvert extends Packet {
  /** Since the simulation began. */
  readonly at: Duration;
  readonly host: string;
  readonly interfaceName: string;
}

/** A link-layer frame as it left a host. */
export interface SentFrame {
  readonly at: Duration;
  readonly host: string;
  readonly interfaceName: string;
  readonly bytes: Uint8Array;
}

interface Attachment {
  readonly host: FakeHost;
  readonly index: InterfaceIndex;
  readonly segment: string;
}

export class FakeLan {
  readonly time = new VirtualTime();
  readonly adverts: SentAdvert[] = [];
  readonly frames: SentFrame[] = [];
  readonly #hosts = new Map<string, FakeHost>();
  readonly #attachments: Attachment[] = [];
  readonly #blocked = new Set<string>();
  readonly #random: () => number;
  #partition: ReadonlyMap<string, number> | undefined;
  #delay: Duration;
  #jitter: Duration = NO_TIME;
  #filtered = false;
  /** Whose own firewall drops protocol 112 on the way in. */
  readonly #deaf = new Set<string>();
  #loss = 0;

  constructor(options: LanOptions) {
    this.#random = seededRandom(options.seed);
    this.#delay = options.delay ?? (50 as Duration);
  }

  /** The time since the simulation began. */
  get elapsed(): Duration {
    return this.time.elapsed;
  }

  advance(span: Duration): void {
    this.time.advance(span);
  }

  /** The host of that name, made when first asked for. */
  host(name: string): FakeHost {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host = new FakeHost(name, this);
    this.#hosts.set(name, host);
    return host;
  }

  /** Gives a host an interface on a segment, up, with its addresses. */
  connect(hostName: string, interfaceName: string, connection: Connection): InterfaceIndex {
    const host = this.host(hostName);
    const mac = parseMac(connection.mac);
    assert(mac !== undefined, `a MAC address: ${connection.mac}`);
    const { index } = host.kernel.addLink({
      name: interfaceName,
      mac,
      mtu: connection.mtu ?? 1500,
      kind: "veth",
    });
    for (const text of connection.addresses) host.addAddress(interfaceName, text, true);
    this.#attachments.push({ host, index, segment: connection.segment ?? "lan" });
    return index;
  }

  /** Every packet is lost with this probability. */
  setLoss(ratio: number): void {
    this.#loss = ratio;
  }

  /** Packets take `delay` and up to `jitter` more, so they may overtake each other. */
  setDelay(delay: Duration, jitter: Duration = NO_TIME): void {
    this.#delay = delay;
    this.#jitter = jitter;
  }

  /** Only hosts of the same group hear each other; hosts named in no group form one more. */
  partition(...groups: readonly (readonly string[])[]): void {
    this.#partition = new Map(groups.flatMap((group, i) => group.map((name) => [name, i])));
  }

  /** Nothing from `sender` reaches `receiver`; the other direction is not touched. */
  block(sender: string, receiver: string): void {
    this.#blocked.add(`${sender}>${receiver}`);
  }

  /** A firewall drops protocol 112 everywhere, or on the way into a host; ARP and neighbour discovery go through. */
  filterAdverts(receiver?: string): void {
    if (receiver === undefined) this.#filtered = true;
    else this.#deaf.add(receiver);
  }

  /** Ends every partition, block and filter. */
  heal(): void {
    this.#filtered = false;
    this.#deaf.clear();
    this.#partition = undefined;
    this.#blocked.clear();
  }

  /** A packet of a router that is not simulated, heard by every host of the segment. */
  inject(packet: Packet, segment = "lan"): void {
    for (const to of this.#attachments) {
      if (to.segment === segment) this.#carry(to, packet);
    }
  }

  /** For hosts: what `host` sends from its interface `index`. */
  transmit(host: FakeHost, index: InterfaceIndex, packet: Packet): void {
    const interfaceName = host.kernel.linkAt(index)?.name ?? "";
    this.adverts.push({ ...packet, at: this.elapsed, host: host.name, interfaceName });
    const from = this.#attachmentOf(host, index);
    if (from === undefined || !host.kernel.isRunning(index)) return;
    for (const to of this.#attachments) {
      if (to.segment !== from.segment || to.host === host) continue;
      if (this.#hears(host.name, to.host.name)) this.#carry(to, packet);
    }
  }

  /** For hosts: a link-layer frame leaves `host`; whoever hears it may answer it. */
  transmitFrame(host: FakeHost, index: InterfaceIndex, bytes: Uint8Array): void {
    const from = this.#attachmentOf(host, index);
    if (from === undefined || !host.kernel.isRunning(index)) return;
    for (const to of this.#attachments) {
      if (to.segment !== from.segment || to.host === host) continue;
      if (!this.#hears(host.name, to.host.name, "frames")) continue;
      if (this.#loss > 0 && this.#random() < this.#loss) continue;
      this.time.after(this.#delay, () => {
        if (to.host.kernel.isRunning(to.index)) to.host.receiveFrame(to.index, bytes);
      });
    }
  }

  /** A macvlan's packets take the cable of its parent. */
  #attachmentOf(host: FakeHost, index: InterfaceIndex): Attachment | undefined {
    const carrier = carrierOf(host.kernel, index);
    return this.#attachments.find((a) => a.host === host && a.index === carrier);
  }

  #hears(sender: string, receiver: string, what: "adverts" | "frames" = "adverts"): boolean {
    if (what === "adverts" && (this.#filtered || this.#deaf.has(receiver))) return false;
    if (this.#blocked.has(`${sender}>${receiver}`)) return false;
    return this.#partition?.get(sender) === this.#partition?.get(receiver);
  }

  #carry(to: Attachment, packet: Packet): void {
    if (this.#loss > 0 && this.#random() < this.#loss) return;
    const extra = this.#jitter === NO_TIME ? NO_TIME : times(this.#jitter, this.#random());
    this.time.after(plus(this.#delay, extra), () => {
      if (to.host.kernel.isRunning(to.index)) to.host.receive(to.index, packet);
    });
  }
}

/** One machine: its kernel, and the ports of the daemon that runs on it. */
export class FakeHost implements NetworkPorts {
  readonly name: string;
  readonly kernel: FakeKernel;
  readonly clock: FakeClock;
  readonly rules = new FakeRules();
  readonly sysctl = new FakeSysctl();
  /** A firewall of its own drops protocol 112 on the way out. */
  isMute = false;
  /** Interfaces that run but have no link when they are asked. */
  readonly silentLinks = new Set<string>();
  readonly #lan: FakeLan;
  readonly #advertSockets = new Set<FakeAdvertSocket>();
  readonly #netlinks = new Set<FakeNetlink>();
  readonly #neighbourSockets = new Set<FakeNeighbourSocket>();
  /** Undefined while the daemon runs; what waits for it while it is frozen. */
  #backlog: (() => void)[] | undefined;
  /** Counts crashes: what was scheduled for a dead daemon is not delivered to the next. */
  #life = 0;
  #isAsleep = false;
  #nextDescriptor = 10;

  constructor(name: string, lan: FakeLan) {
    this.name = name;
    this.#lan = lan;
    this.kernel = new FakeKernel(lan.time);
    this.clock = new FakeClock(lan.time, { deliver: this.#deliver });
  }

  openNetlink(options: NetlinkOptions = {}): Netlink {
    const host = { kernel: this.kernel, time: this.#lan.time, deliver: this.#deliver };
    const netlink = new FakeNetlink(host, options);
    this.#netlinks.add(netlink);
    return netlink;
  }

  openAdvertSocket(options: AdvertSocketOptions): AdvertSocket {
    const socket = new FakeAdvertSocket(this.#socketHost(), options, this.#nextDescriptor);
    this.#nextDescriptor += 2;
    this.#advertSockets.add(socket);
    return socket;
  }

  openFrameSocket(): FrameSocket {
    return new FakeFrameSocket(this.#socketHost());
  }

  openNeighbourSocket(options: NeighbourSocketOptions): NeighbourSocket {
    const socket = new FakeNeighbourSocket(options, (closed) => {
      this.#neighbourSockets.delete(closed);
    });
    this.#neighbourSockets.add(socket);
    return socket;
  }

  openLinkProbe(): LinkProbe {
    return new FakeLinkProbe(this.kernel, this.silentLinks);
  }

  openFirewall(): Firewall {
    return new FakeFirewall(this.rules);
  }

  /** For the LAN: a frame has arrived; the kernel answers ARP requests for its addresses. */
  receiveFrame(index: InterfaceIndex, bytes: Uint8Array): void {
    for (const socket of [...this.#neighbourSockets]) {
      if (socket.options.interfaceIndex === index)
        this.#deliver(() => {
          socket.hear(bytes);
        });
    }
    const arp = decodeArp(bytes);
    if (this.#isAsleep || !arp.ok || arp.value.operation !== ArpOperation.request) return;
    const { sender, senderMac, target } = arp.value;
    const holder = this.kernel.addresses().find((info) => info.address === target);
    const holderIndex = holder?.interfaceIndex ?? index;
    const isNear = carrierOf(this.kernel, holderIndex) === index;
    const mac = this.kernel.linkAt(isNear ? holderIndex : index)?.mac;
    if (sender === target || holder === undefined || mac === undefined) return;
    const answer = { senderMac: mac, sender: target, targetMac: senderMac, target: sender };
    this.#lan.transmitFrame(this, index, encodeArp({ operation: ArpOperation.reply, ...answer }));
  }

  /** Whoever changes the kernel from outside is called that. */
  processName(pid: number): string | undefined {
    return pid === STRANGER_PID ? "ip" : undefined;
  }

  defer(work: () => void): void {
    const life = this.#life;
    this.#lan.time.at(this.#lan.time.now, () => {
      this.#deliver(() => {
        if (life === this.#life) work();
      });
    });
  }

  /** The index of an interface that exists. */
  index(interfaceName: string): InterfaceIndex {
    const link = this.kernel.link(interfaceName);
    assert(link !== undefined, `${this.name} has no interface ${interfaceName}`);
    return link.index;
  }

  /** The addresses on an interface now, in the order they came. */
  addressesOn(interfaceName: string): readonly IpAddress[] {
    const index = this.index(interfaceName);
    return this.kernel
      .addresses()
      .filter((info) => info.interfaceIndex === index)
      .map((info) => info.address);
  }

  /** What an operator's `ip address add` does; `automatic` ones come back with the link. */
  addAddress(interfaceName: string, text: string, automatic = false): void {
    const { address, prefixLength } = parsePrefix(text);
    const change = { operation: "add", interfaceIndex: this.index(interfaceName) } as const;
    const isKept = automatic && address.includes(":");
    const errno = this.kernel.change({ ...change, address, prefixLength }, undefined, isKept);
    assert(errno === 0, `adding ${text} gave errno ${errno}`);
  }

  /** What an operator's `ip address del` does. */
  removeAddress(interfaceName: string, text: string): void {
    const { address, prefixLength } = parsePrefix(text);
    const change = { operation: "remove", interfaceIndex: this.index(interfaceName) } as const;
    const errno = this.kernel.change({ ...change, address, prefixLength }, STRANGER);
    assert(errno === 0, `removing ${text} gave errno ${errno}`);
  }

  /** Pulls the cable of an interface: it stays up but does not run. */
  unplug(interfaceName: string): void {
    this.kernel.changeLink(this.index(interfaceName), { running: false });
  }

  plug(interfaceName: string): void {
    this.kernel.changeLink(this.index(interfaceName), { running: true });
  }

  setUp(interfaceName: string, isUp: boolean): void {
    this.kernel.changeLink(this.index(interfaceName), { up: isUp });
  }

  /** Stops the daemon, not the kernel: nothing is delivered to it until `thaw`. */
  freeze(): void {
    this.#backlog ??= [];
  }

  /** Delivers what has waited, in order. */
  thaw(): void {
    const waiting = this.#backlog ?? [];
    this.#backlog = undefined;
    for (const work of waiting) work();
  }

  /** Freezes the daemon for `span`. */
  stall(span: Duration): void {
    this.freeze();
    this.#lan.time.after(span, () => {
      this.thaw();
    });
  }

  /** The whole machine sleeps for `span`: monotonic clock and leases stand still. */
  suspend(span: Duration): void {
    this.clock.suspend(span);
    this.kernel.suspend(span);
    this.#isAsleep = true;
    this.freeze();
    this.#lan.time.after(span, () => {
      this.#isAsleep = false;
      this.thaw();
    });
  }

  /** SIGKILL: sockets close, nothing is sent, addresses stay until their lease ends. */
  crash(): void {
    this.#life += 1;
    this.#backlog = undefined;
    for (const netlink of this.#netlinks) netlink[Symbol.dispose]();
    for (const socket of [...this.#advertSockets]) socket[Symbol.dispose]();
    for (const socket of [...this.#neighbourSockets]) socket[Symbol.dispose]();
    this.#netlinks.clear();
    this.clock[Symbol.dispose]();
  }

  /** The cables go dead and the daemon with them. */
  powerOff(): void {
    this.crash();
    for (const link of this.kernel.links()) this.kernel.changeLink(link.index, { running: false });
  }

  /** The machine that was powered off boots; its addresses are those of its configuration. */
  reboot(): void {
    this.clock.boot();
  }

  /** For the LAN: a packet has arrived on interface `index`. */
  receive(index: InterfaceIndex, packet: Packet): void {
    if (this.#isAsleep) return;
    if (!isMulticast(packet.destination) && !this.kernel.holds(packet.destination)) return;
    const links = [index, ...childrenOf(this.kernel, index).map((child) => child.index)];
    for (const socket of this.#advertSockets) {
      for (const link of links) if (socket.accepts(link, packet)) socket.enqueue(link, packet);
    }
  }

  readonly #deliver = (work: () => void): void => {
    if (this.#backlog === undefined) work();
    else this.#backlog.push(work);
  };

  #socketHost(): SocketHost {
    return {
      kernel: this.kernel,
      time: this.#lan.time,
      deliver: this.#deliver,
      mayAdvertise: () => !this.isMute,
      transmit: (index, packet) => {
        this.#lan.transmit(this, index, packet);
      },
      recordFrame: (index, bytes) => {
        const interfaceName = this.kernel.linkAt(index)?.name ?? "";
        this.#lan.frames.push({ at: this.#lan.elapsed, host: this.name, interfaceName, bytes });
        this.#lan.transmitFrame(this, index, bytes);
      },
      closed: (socket) => {
        this.#advertSockets.delete(socket);
      },
    };
  }
}

function parsePrefix(text: string): {
  readonly address: IpAddress;
  readonly prefixLength: number;
} {
  const [addressText = "", lengthText] = text.split("/");
  const address = parseIpAddress(addressText);
  assert(address !== undefined, `an address: ${text}`);
  const longest = address.includes(":") ? 128 : 32;
  return { address, prefixLength: lengthText === undefined ? longest : Number(lengthText) };
}
