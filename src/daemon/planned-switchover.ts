/**
 * Switchovers under way: the order goes to the VRRP process, and what it tells afterwards is
 * gathered into one answer for whoever asked.
 */
import { seconds, toMilliseconds } from "../base/units.ts";
import type { Successor } from "../report/planned-results.ts";
import { renderSwitchoverRefusal, switchoverBegunLine } from "../report/planned-lines.ts";
import type { Timer, Timers } from "../sys/ports.ts";
import type { VrrpEvent } from "../vrrp/events.ts";
import type { OrderResponse, SwitchoverRequest } from "./control-protocol.ts";
import type { Logger } from "./logger.ts";
import type { FromVrrp, ToVrrp } from "./messages.ts";

/** The longest that the slowest peer may wait: three of the longest intervals, and a skew. */
const LONGEST_WAIT = seconds(1_100);
/** Orders that wait for an answer at one time. */
const WAITING_ORDERS = 32;

export interface SwitchoverParts {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly tell: (message: Extract<ToVrrp, { kind: "switchover" | "release" }>) => boolean;
  readonly note: (text: string) => void;
}

interface Waiting {
  readonly request: SwitchoverRequest;
  readonly by: string;
  readonly answer: (response: OrderResponse) => void;
  readonly impatience: Timer;
  begunAt: number;
  /** Who has not found a new master yet. */
  awaited: Set<string>;
  readonly successors: Successor[];
}

export class Switchovers {
  readonly #parts: SwitchoverParts;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(parts: SwitchoverParts) {
    this.#parts = parts;
  }

  /** Answers when a peer is master, when nobody took over, or when it is not begun. */
  order(request: SwitchoverRequest, by: string): Promise<OrderResponse> {
    const { instance, force, release } = request;
    if (this.#waiting.size >= WAITING_ORDERS) {
      return Promise.resolve(failed("too many switchovers are under way"));
    }
    const id = (this.#last += 1);
    return new Promise((resolve) => {
      const answer = (response: OrderResponse): void => {
        this.#waiting.get(id)?.impatience.cancel();
        this.#waiting.delete(id);
        resolve(response);
      };
      const impatience = this.#parts.timers.after(LONGEST_WAIT, () => {
        answer(failed(`nothing was heard of the switchover of ${instance}`));
      });
      const rest = { begunAt: 0, awaited: new Set<string>(), successors: [] };
      this.#waiting.set(id, { request, by, answer, impatience, ...rest });
      const message = release
        ? ({ kind: "release", id, instance } as const)
        : ({ kind: "switchover", id, instance, force } as const);
      if (!this.#parts.tell(message)) answer(failed("the VRRP process does not run"));
    });
  }

  /** What the VRRP process says to an order. */
  answered({ id, outcome }: Extract<FromVrrp, { kind: "planned" }>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const { request, by, answer } = waiting;
    if (outcome.kind === "refused") {
      const error = renderSwitchoverRefusal(request.instance, outcome.refusal);
      answer({ ok: false, refused: true, error });
      return;
    }
    const names = outcome.instances;
    if (request.release) {
      this.#parts.note(`the switchover of ${names.join(", ")} was released by ${by}`);
      answer({ ok: true, done: { kind: "released", instances: names } });
      return;
    }
    this.#parts.logger.log(switchoverBegunLine(names, by));
    this.#parts.note(`switchover of ${names.join(", ")}, ordered by ${by}`);
    waiting.begunAt = this.#parts.timers.wallClock();
    waiting.awaited = new Set(names);
  }

  heard({ instance, event }: VrrpEvent): void {
    for (const waiting of this.#waiting.values()) {
      if (!waiting.awaited.has(instance)) continue;
      if (event.kind === "handedOver") {
        const { to, priority, gap } = event;
        const gapMs = toMilliseconds(gap);
        waiting.successors.push({ instance, address: to, priority, gapMs });
        waiting.awaited.delete(instance);
        this.#finish(waiting);
      } else if (event.kind === "entered" && event.state !== "backup") {
        this.#cutShort(waiting, instance, event.state);
      } else if (event.kind === "stopped") {
        waiting.answer(failed(`${instance} was stopped during the switchover`));
      }
    }
  }

  /** The VRRP process has ended: what it was asked is not answered any more. */
  lost(): void {
    for (const { answer, request } of [...this.#waiting.values()]) {
      answer(failed(`the VRRP process ended during the switchover of ${request.instance}`));
    }
  }

  #finish({ awaited, successors, answer }: Waiting): void {
    if (awaited.size === 0) {
      answer({ ok: true, done: { kind: "handedOver", successors } });
    }
  }

  #cutShort(waiting: Waiting, instance: string, state: "master" | "fault"): void {
    const { answer, awaited, begunAt } = waiting;
    if (state === "fault") {
      answer(failed(`${instance} went into FAULT during the switchover`));
      return;
    }
    const afterMs = this.#parts.timers.wallClock() - begunAt;
    answer({ ok: true, done: { kind: "takenBack", instances: [...awaited], afterMs } });
  }
}

const failed = (error: string): OrderResponse => ({ ok: false, refused: false, error });
