/**
 * isolation_check at work: asks the targets of each check on their link in rounds, hears who answers,
 * and tells the state machine when a verdict changes. Instances with the same check share it.
 */
import { familyOf } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import { SyscallError } from "../../base/failure.ts";
import { after, earliest, instant } from "../../base/units.ts";
import type { Instant, InterfaceIndex } from "../../base/units.ts";
import type { FrameSocket, NeighbourSocket, NetworkPorts } from "../../sys/ports.ts";
import { NOT_ASKED, endRound, hearTarget } from "../../track/isolation.ts";
import type { Isolation, IsolationConfig } from "../../track/isolation.ts";
import { sourceAddress } from "../../track/network.ts";
import type { TrackerUpdate } from "../../track/verdicts.ts";
import type { SystemConfig } from "../../vrrp/system-state.ts";
import { decodeArp } from "../../wire/arp.ts";
import { decodeNeighbourAdvertisement } from "../../wire/ndp.ts";
import { encodeSolicitation } from "../../wire/solicitation.ts";
import type { NetworkTable } from "./network-table.ts";
import { speaksEthernet } from "./network-table.ts";
import type { TimedWork } from "./timed-work.ts";

interface Check {
  readonly interfaceName: string;
  readonly config: IsolationConfig;
  /** The instances that it speaks for. */
  names: readonly string[];
  isolation: Isolation;
  /** The end of the round that runs; undefined before the first. */
  roundEnds: Instant | undefined;
  sockets: readonly { readonly index: InterfaceIndex; readonly socket: NeighbourSocket }[];
}

export interface IsolationParts {
  readonly ports: Pick<NetworkPorts, "openFrameSocket" | "openNeighbourSocket">;
  readonly table: NetworkTable;
  readonly config: () => SystemConfig;
  readonly tell: (update: TrackerUpdate) => void;
}

export class IsolationWork implements TimedWork, Disposable {
  readonly #parts: IsolationParts;
  #config: SystemConfig | undefined;
  #checks = new Map<string, Check>();
  #frames: FrameSocket | undefined;

  constructor(parts: IsolationParts) {
    this.#parts = parts;
  }

  get deadline(): Instant | undefined {
    this.#follow();
    let first: Instant | undefined;
    for (const { roundEnds } of this.#checks.values()) {
      first = earliest(first, roundEnds ?? AT_ONCE);
    }
    return first;
  }

  run(now: Instant): void {
    this.#follow();
    for (const check of this.#checks.values()) {
      if (check.roundEnds !== undefined && check.roundEnds > now) continue;
      if (check.roundEnds !== undefined) this.#turn(check, endRound(check.config, check.isolation));
      this.#ask(check);
      check.roundEnds = after(now, check.config.interval);
    }
  }

  [Symbol.dispose](): void {
    for (const check of this.#checks.values()) close(check);
    this.#checks.clear();
    this.#frames?.[Symbol.dispose]();
  }

  /** To the configuration as it is: checks that stay keep what they have found. */
  #follow(): void {
    const config = this.#parts.config();
    if (config === this.#config) return;
    this.#config = config;
    const next = new Map<string, Check>();
    for (const { config: instance } of config.routers) {
      const { isolation, interfaceName, name } = instance;
      if (isolation === undefined || interfaceName === undefined) continue;
      const key = `${interfaceName} ${JSON.stringify(isolation)}`;
      const known = next.get(key);
      if (known !== undefined) {
        known.names = [...known.names, name];
        continue;
      }
      const fresh = { isolation: NOT_ASKED, roundEnds: undefined, sockets: [] };
      const kept = this.#checks.get(key);
      this.#checks.delete(key);
      const check = kept ?? { interfaceName, config: isolation, names: [], ...fresh };
      next.set(key, Object.assign(check, { names: [name] }));
    }
    for (const gone of this.#checks.values()) close(gone);
    this.#checks = next;
  }

  #ask(check: Check): void {
    const { table } = this.#parts;
    const link = table.network.get(check.interfaceName);
    const info = link && table.link(link.index);
    if (link === undefined || info?.mac === undefined || !speaksEthernet(info)) {
      close(check);
      return;
    }
    this.#listen(check, link.index);
    const virtual = this.#config?.virtualAddresses ?? new Set();
    for (const target of check.config.targets) {
      const source = sourceAddress(link, familyOf(target), virtual);
      if (source === undefined) continue;
      const bytes = encodeSolicitation({ mac: info.mac, source, target });
      this.#frames ??= this.#parts.ports.openFrameSocket();
      // What cannot be sent is not answered, which is what counts.
      this.#frames.send(this.#frames.prepare([{ interfaceIndex: link.index, bytes }]), 0, 1);
    }
  }

  #listen(check: Check, index: InterfaceIndex): void {
    if (check.sockets.some((open) => open.index === index)) return;
    close(check);
    const families = new Set(check.config.targets.map(familyOf));
    try {
      check.sockets = [...families].map((family) => {
        const addresses = check.config.targets.filter((each) => familyOf(each) === family);
        const options = { family, interfaceIndex: index, addresses };
        const socket = this.#parts.ports.openNeighbourSocket(options);
        socket.onFrame((frame) => {
          this.#hear(check, family, frame);
        });
        return { index, socket };
      });
    } catch (error: unknown) {
      // Gone between two looks; the next round tries again.
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  #hear(check: Check, family: Family, frame: Uint8Array): void {
    const sender = family === "ipv4" ? arpSender(frame) : advertisedBy(frame);
    if (sender === undefined || !check.config.targets.includes(sender)) return;
    this.#turn(check, hearTarget(check.isolation));
  }

  #turn(check: Check, isolation: Isolation): void {
    const { verdict } = isolation;
    const isNews = verdict !== check.isolation.verdict;
    check.isolation = isolation;
    if (!isNews || verdict === undefined) return;
    for (const name of check.names) this.#parts.tell({ kind: "isolation", name, verdict });
  }
}

/** Before anything was asked: the first round begins with the loop. */
const AT_ONCE = instant(0);

function close(check: Check): void {
  for (const { socket } of check.sockets) socket[Symbol.dispose]();
  check.sockets = [];
}

function arpSender(frame: Uint8Array): IpAddress | undefined {
  const arp = decodeArp(frame);
  return arp.ok ? arp.value.sender : undefined;
}

function advertisedBy(frame: Uint8Array): IpAddress | undefined {
  const advertisement = decodeNeighbourAdvertisement(frame);
  return advertisement.ok ? advertisement.value.target : undefined;
}
