/**
 * Two network namespaces joined by a veth pair, made for one test and gone with it. Each is held by
 * a small process; this one moves into them to open sockets, which stay where they were opened.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { assert } from "../../src/base/failure.ts";
import { interfaceIndex, toMilliseconds } from "../../src/base/units.ts";
import { openNetworkPorts } from "../../src/sys/linux/open-ports.ts";
import { AddressFamily, SocketType } from "../../src/sys/linux/constants.ts";
import { Descriptor } from "../../src/sys/linux/descriptor.ts";
import { must, socket } from "../../src/sys/linux/libc.ts";
import { enterNetworkNamespace } from "../../src/sys/linux/process-control.ts";
import { ReceiveBuffer } from "../../src/sys/linux/receive-buffer.ts";
import type { NetworkPorts } from "../../src/sys/ports.ts";
import { EtherType } from "../../src/wire/ethernet.ts";
import type { ContractHost, ContractNetwork } from "../contract/network.ts";
import { address, mac } from "../sim/values.ts";

const INTERFACE = "eth0";
/** Node's own timers may fire this much too early. */
const NODE_TIMER_EARLY_MS = 1;

/** Undefined when these tests can run; else why not. */
export function reasonToSkip(suite: string): string | undefined {
  if (process.getuid?.() === 0) return undefined;
  const reason = `${suite} needs root: it makes network namespaces`;
  console.log(`skipped: ${reason}`);
  return reason;
}

/** A network namespace that lasts as long as its process. */
export class Namespace implements Disposable {
  readonly #holder: ChildProcess;

  constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async open(): Promise<Namespace> {
    // It also ends when this process does: its input closes.
    const script = "echo ready; read line";
    const holder = spawn("unshare", ["--net", "sh", "-c", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    return new Namespace(holder);
  }

  get pid(): number {
    assert(this.#holder.pid !== undefined, "a process that holds the namespace");
    return this.#holder.pid;
  }

  enter(): void {
    enterNetworkNamespace(`/proc/${this.pid}/ns/net`);
  }

  /** Runs a command in there, its words separated by blanks, and returns what it prints. */
  run(command: string, input = ""): string {
    const argv = ["-t", String(this.pid), "-n", ...command.split(" ")];
    return execFileSync("nsenter", argv, { encoding: "utf8", input });
  }

  [Symbol.dispose](): void {
    this.#holder.stdin?.destroy();
    this.#holder.kill("SIGKILL");
  }
}

/** Every descriptor a test opened, so that none outlives it. */
class Opened implements Disposable {
  readonly #items: Disposable[] = [];

  add<Item extends Disposable>(item: Item): Item {
    this.#items.push(item);
    return item;
  }

  [Symbol.dispose](): void {
    for (const item of this.#items.reverse()) item[Symbol.dispose]();
  }
}

/** Real ports whose sockets are opened inside `namespace`. */
export function portsInside(namespace: Namespace, opened: Opened): NetworkPorts {
  namespace.enter();
  const ports = openNetworkPorts();
  opened.add(ports.clock);
  const inside = <Item extends Disposable>(open: () => Item): Item => {
    namespace.enter();
    return opened.add(open());
  };
  return {
    clock: ports.clock,
    openNetlink: (options) => inside(() => ports.openNetlink(options)),
    openAdvertSocket: (options) => inside(() => ports.openAdvertSocket(options)),
    openFrameSocket: () => inside(() => ports.openFrameSocket()),
    openNeighbourSocket: (options) => inside(() => ports.openNeighbourSocket(options)),
    sysctl: {
      read: (path) => {
        namespace.enter();
        return ports.sysctl.read(path);
      },
      write: (path, value) => {
        namespace.enter();
        return ports.sysctl.write(path, value);
      },
    },
    openFirewall: () => inside(() => ports.openFirewall()),
    processName: (pid) => ports.processName(pid),
    openLinkProbe: () => inside(() => ports.openLinkProbe()),
    defer: (work) => {
      ports.defer(work);
    },
  };
}

export interface RealHost extends ContractHost {
  /** Runs a command there and returns what it prints. */
  run(command: string): string;
}

export interface RealNetwork extends ContractNetwork {
  readonly a: RealHost;
  readonly b: RealHost;
}

function toHost(namespace: Namespace, opened: Opened, number: number): RealHost {
  const shown = namespace.run(`ip -o link show dev ${INTERFACE}`);
  const index = interfaceIndex(Number(shown.split(":")[0]));
  assert(index !== undefined, `an index in ${shown}`);
  return {
    ports: portsInside(namespace, opened),
    interfaceName: INTERFACE,
    index,
    mac: mac(`02:00:00:00:00:0${number}`),
    ipv4: address(`10.0.0.${number}`),
    ipv6: address(`fe80::ff:fe00:${number}`),
    addAddress: (text) => {
      namespace.run(`ip address add ${text} dev ${INTERFACE}`);
    },
    removeAddress: (text) => {
      namespace.run(`ip address del ${text} dev ${INTERFACE}`);
    },
    setUp: (isUp) => {
      namespace.run(`ip link set ${INTERFACE} ${isUp ? "up" : "down"}`);
    },
    run: (command) => namespace.run(command),
  };
}

/** Two hosts on one cable. */
export async function openRealNetwork(): Promise<RealNetwork> {
  const a = await Namespace.open();
  const b = await Namespace.open();
  const opened = new Opened();
  for (const namespace of [a, b]) {
    namespace.run("sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0");
    namespace.run("ip link set lo up");
  }
  a.run(`ip link add ${INTERFACE} type veth peer name ${INTERFACE} netns ${b.pid}`);
  for (const [i, namespace] of [a, b].entries()) {
    namespace.run(`ip link set ${INTERFACE} address 02:00:00:00:00:0${i + 1}`);
    namespace.run(`ip address add 10.0.0.${i + 1}/24 dev ${INTERFACE}`);
    namespace.run(`ip link set ${INTERFACE} up`);
  }
  b.enter();
  const capture = opened.add(new Capture());
  return {
    a: toHost(a, opened, 1),
    b: toHost(b, opened, 2),
    pass: (span) => sleep(Math.ceil(toMilliseconds(span)) + NODE_TIMER_EARLY_MS),
    framesAtB: () => capture.frames(),
    [Symbol.dispose]: () => {
      opened[Symbol.dispose]();
      a[Symbol.dispose]();
      b[Symbol.dispose]();
    },
  };
}

/** Everything that comes in through any interface, from now on (packet(7)). */
class Capture implements Disposable {
  readonly #socket: Descriptor;
  readonly #buffer = new ReceiveBuffer();
  readonly #frames: Uint8Array[] = [];

  constructor() {
    const everyProtocol = 0x0300;
    const type = SocketType.raw | SocketType.nonBlocking | SocketType.closeOnExec;
    const fd = must(socket(AddressFamily.packet, type, everyProtocol), "socket", "capture frames");
    this.#socket = new Descriptor(fd);
  }

  frames(): readonly Uint8Array[] {
    for (;;) {
      const { count } = this.#buffer.receive(this.#socket.number);
      if (count === 0) return this.#frames;
      for (let slot = 0; slot < count; slot += 1) {
        const frame = this.#buffer.bytes(slot).slice();
        const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
        if (type === EtherType.arp || type === EtherType.ipv6) this.#frames.push(frame);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
