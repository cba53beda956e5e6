/**
 * Keeps the service manager informed: readiness, reloads, one line of status, and a sign of life
 * for its watchdog, which the parent gives only while the VRRP process answers.
 */
import { between, seconds, times } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import { serviceStatus } from "../report/service-status.ts";
import type { VrrpSnapshot } from "../report/state.ts";
import type { ServiceManager } from "../sys/telling-ports.ts";
import type { Timer, Timers } from "../sys/ports.ts";
import { FIRST_SERVICE_STATE, statusLines, stepService } from "./service-protocol.ts";
import type { ServiceEvent } from "./service-protocol.ts";

/** Least time between two lines of status. */
const STATUS_INTERVAL = seconds(1);

export interface ServiceReportsParts {
  readonly timers: Timers;
  readonly serviceManager: ServiceManager;
  /** Whether the daemon does its work; asked at half the watchdog's time. */
  readonly isAlive: () => boolean;
}

export class ServiceReports {
  readonly #parts: ServiceReportsParts;
  #state = FIRST_SERVICE_STATE;
  /** The last line of status that was sent. */
  #status = "";
  #statusAt: Instant | undefined;
  #statusTimer: Timer | undefined;

  constructor(parts: ServiceReportsParts) {
    this.#parts = parts;
    const { watchdog } = parts.serviceManager;
    if (watchdog !== undefined) this.#watch(times(watchdog, 1 / 2));
  }

  ready(): void {
    this.#step({ kind: "ready", mainPid: this.#parts.serviceManager.mainPid });
  }

  reloading(): void {
    this.#step({ kind: "reload", at: this.#parts.timers.now() });
  }

  reloaded(): void {
    this.#step({ kind: "reloaded" });
  }

  reloadRefused(): void {
    this.#step({ kind: "reloadRefused" });
  }

  stopping(): void {
    this.#statusTimer?.cancel();
    this.#step({ kind: "stop" });
  }

  /** Undefined: there is no VRRP process at the moment. */
  setSnapshot(snapshot: VrrpSnapshot | undefined): void {
    const text = snapshot === undefined ? "the VRRP process does not run" : serviceStatus(snapshot);
    this.#step({ kind: "summary", text });
    this.#statusSoon();
  }

  #step(event: ServiceEvent): void {
    const { state, told } = stepService(this.#state, event);
    this.#state = state;
    if (told === undefined) return;
    this.#parts.serviceManager.tell(told);
    this.#noteStatus();
  }

  /** At once after a quiet time, else at its end: the last word is always told. */
  #statusSoon(): void {
    if (this.#statusTimer !== undefined || this.#statusText() === this.#status) return;
    const { timers } = this.#parts;
    const since = this.#statusAt;
    const rest = since === undefined ? 0 : STATUS_INTERVAL - between(since, timers.now());
    if (rest <= 0) this.#tellStatus();
    else {
      this.#statusTimer = timers.after(rest as Duration, () => {
        this.#statusTimer = undefined;
        this.#tellStatus();
      });
    }
  }

  #tellStatus(): void {
    const text = this.#statusText();
    if (text === this.#status || this.#state.phase === "stopping") return;
    this.#parts.serviceManager.tell(text);
    this.#noteStatus();
  }

  #noteStatus(): void {
    this.#status = this.#statusText();
    this.#statusAt = this.#parts.timers.now();
  }

  #statusText(): string {
    return statusLines(this.#state).join("\n");
  }

  #watch(half: Duration): void {
    const { timers, serviceManager, isAlive } = this.#parts;
    if (isAlive()) serviceManager.tell("WATCHDOG=1");
    timers.after(half, () => {
      this.#watch(half);
    });
  }
}
