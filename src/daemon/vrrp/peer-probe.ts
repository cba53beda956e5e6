/**
 * Asks peers on the link whether they are there, by ARP or neighbour solicitation from our own
 * address. What is opened for it is closed with the answer.
 */
import { familyOf } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import { SyscallError } from "../../base/failure.ts";
import { after, milliseconds } from "../../base/units.ts";
import type { Instant, InterfaceIndex } from "../../base/units.ts";
import type { NeighbourSocket, NetworkPorts } from "../../sys/ports.ts";
import { encodeSolicitation } from "../../wire/solicitation.ts";
import type { PeerQuestion } from "../../vrrp/switchover.ts";
import { adClaim, arpClaim } from "./neighbour-watch.ts";
import { speaksEthernet } from "./network-table.ts";
import type { NetworkTable } from "./network-table.ts";
import type { TimedWork } from "./timed-work.ts";

/** Between two questions to the same peer. */
const PERIOD = milliseconds(250);
/** After so many the peer is taken for dead. */
const QUESTIONS = 4;
/** A configuration may name more peers; so many are asked. */
const PEERS_ASKED = 16;

interface Round {
  readonly questions: readonly PeerQuestion[];
  readonly unanswered: Set<number>;
  readonly sockets: readonly NeighbourSocket[];
  readonly done: (unanswered: ReadonlySet<number>) => void;
  sent: number;
  nextAt: Instant;
}

export interface PeerProbeParts {
  readonly ports: NetworkPorts;
  readonly table: NetworkTable;
  /** The deadline has changed. */
  readonly arm: () => void;
}

export class PeerProbe implements TimedWork {
  readonly #parts: PeerProbeParts;
  #round: Round | undefined;

  constructor(parts: PeerProbeParts) {
    this.#parts = parts;
  }

  get isBusy(): boolean {
    return this.#round !== undefined;
  }

  get deadline(): Instant | undefined {
    return this.#round?.nextAt;
  }

  /** Calls `done` with the positions of instances none of whose peers has answered. */
  ask(questions: readonly PeerQuestion[], done: Round["done"]): void {
    const { ports } = this.#parts;
    const bounded = questions.map((each) => ({ ...each, peers: each.peers.slice(0, PEERS_ASKED) }));
    const unanswered = new Set(bounded.map(({ router }) => router));
    this.#round = {
      questions: bounded,
      unanswered,
      sockets: this.#open(bounded),
      done,
      sent: 0,
      nextAt: ports.clock.now(),
    };
    this.run(ports.clock.now());
    this.#parts.arm();
  }

  run(now: Instant): void {
    const round = this.#round;
    if (round === undefined || now < round.nextAt) return;
    if (round.sent >= QUESTIONS || round.unanswered.size === 0) {
      this.#finish(round);
      return;
    }
    round.sent += 1;
    round.nextAt = after(now, PERIOD);
    this.#send(round);
  }

  #finish(round: Round): void {
    this.#round = undefined;
    for (const socket of round.sockets) socket[Symbol.dispose]();
    round.done(round.unanswered);
  }

  #open(questions: readonly PeerQuestion[]): readonly NeighbourSocket[] {
    const places = new Map<string, { index: InterfaceIndex; family: Family; list: IpAddress[] }>();
    for (const { interfaceIndex, peers } of questions) {
      const link =
        interfaceIndex === undefined ? undefined : this.#parts.table.link(interfaceIndex);
      if (interfaceIndex === undefined || link === undefined || !speaksEthernet(link)) continue;
      for (const peer of peers) {
        const family = familyOf(peer);
        const place = `${interfaceIndex} ${family}`;
        const entry = places.get(place) ?? { index: interfaceIndex, family, list: [] };
        entry.list.push(peer);
        places.set(place, entry);
      }
    }
    return [...places.values()].flatMap(({ index, family, list }) => {
      try {
        const options = { family, interfaceIndex: index, addresses: list };
        const socket = this.#parts.ports.openNeighbourSocket(options);
        socket.onFrame((frame) => {
          this.#hear(index, family, frame);
        });
        return [socket];
      } catch (error: unknown) {
        // Then nobody is heard to answer, which is what is said.
        if (!(error instanceof SyscallError)) throw error;
        return [];
      }
    });
  }

  #send({ questions, unanswered }: Round): void {
    const frames = questions.flatMap(({ router, interfaceIndex, source, peers }) => {
      const mac =
        interfaceIndex === undefined ? undefined : this.#parts.table.link(interfaceIndex)?.mac;
      if (interfaceIndex === undefined || source === undefined || mac === undefined) return [];
      if (!unanswered.has(router)) return [];
      return peers.map((target) => ({
        interfaceIndex,
        bytes: encodeSolicitation({ mac, source, target }),
      }));
    });
    try {
      using socket = this.#parts.ports.openFrameSocket();
      socket.send(socket.prepare(frames), 0, frames.length);
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  #hear(index: InterfaceIndex, family: Family, frame: Uint8Array): void {
    const round = this.#round;
    const claim = family === "ipv4" ? arpClaim(frame) : adClaim(frame);
    if (round === undefined || claim === undefined) return;
    if (claim.mac === this.#parts.table.link(index)?.mac) return;
    for (const { router, interfaceIndex, peers } of round.questions) {
      if (interfaceIndex === index && peers.includes(claim.address))
        round.unanswered.delete(router);
    }
    // Finished by the next wake-up: the sockets must not close under the hand of one of them.
    if (round.unanswered.size > 0) return;
    round.nextAt = this.#parts.ports.clock.now();
    this.#parts.arm();
  }
}
