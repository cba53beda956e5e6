/**
 * One life of the VRRP process: what its parent says, turned into calls on the driver, and what the
 * driver says, turned into messages. Sending is bounded: a parent that does not read costs words,
 * never adverts.
 */
import { Errno, SyscallError, unreachable } from "../../base/failure.ts";
import type { NetworkPorts } from "../../sys/ports.ts";
import { NO_VERDICTS } from "../../track/verdicts.ts";
import type { Verdicts } from "../../track/verdicts.ts";
import type { DriverOutput } from "./driver-setup.ts";
import type { PlannedOutcome } from "./planned-work.ts";
import type { FromVrrp, SentVerdicts, ToVrrp, VrrpProcessOptions } from "../messages.ts";
import { changedModel } from "../model-change.ts";
import type { ModelChange } from "../model-change.ts";
import { VrrpDriver } from "./driver.ts";
import { rehearse, rehearseKernel } from "./rehearsal.ts";
import type { Model } from "../../config/model.ts";

/** Messages under way to the parent before words are dropped. */
const OUTBOX_LIMIT = 10_000;
/** Least time between two snapshots, so that a thousand transitions make one. */
const SNAPSHOT_DELAY_MS = 100;
/** A snapshot at least so often, for the counters; less often the more there is to tell. */
const SNAPSHOT_PERIOD_MS = 5_000;
const INSTANCES_A_PERIOD = 100;

/** After the start, before the earliest takeover that does not happen at once. */
const REHEARSAL_DELAY_MS = 20;

/** Exit codes a parent takes as permanent (Keepalived: 1 fatal, 4 missing permission). */
const ExitCode = { ok: 0, fatal: 1, permission: 4 } as const;

export interface SessionPorts {
  readonly network: NetworkPorts;
  readonly pid: number;
  /** Sends to the parent; `whenSent` is called when the message has left. */
  send(message: FromVrrp, whenSent: () => void): void;
  /** Calls `work` once after about `ms`; for words only, never for the protocol. */
  later(ms: number, work: () => void): void;
  /** Process settings that need the model: names, scheduling, locked memory. What failed, in words. */
  configure(model: Model, options: VrrpProcessOptions): readonly string[];
  /** The same at a reload, for what may change. */
  reconfigure(model: Model): readonly string[];
  exit(code: number): void;
}

export class VrrpSession {
  readonly #ports: SessionPorts;
  #driver: VrrpDriver | undefined;
  /** What the driver works with. */
  #model: Model | undefined;
  #underWay = 0;
  #dropped = 0;
  #snapshotIsDue = false;
  #isStopping = false;
  #instances = 0;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.#send({ kind: "loaded", pid: ports.pid });
    this.#everyPeriod();
  }

  receive(message: ToVrrp): void {
    switch (message.kind) {
      case "configure":
        this.#guard(() => {
          this.#start(message);
        });
        return;
      case "giveUp":
        this.#guard(() => {
          this.#giveUp(message);
        });
        return;
      case "reload":
        this.#reload(message.change, message.verdicts);
        return;
      case "tracker":
        this.#driver?.update(message.update);
        return;
      case "snapshot":
        this.#sendSnapshot();
        return;
      case "clearCounters":
        this.#sendSnapshot();
        this.#driver?.clearCounters();
        this.#snapshotSoon();
        return;
      case "switchover":
      case "release":
        this.#order(message);
        return;
      case "leave":
        this.#leave();
        return;
      case "ping":
        this.#send({ kind: "alive", sequence: message.sequence });
        return;
      case "stop":
        this.stop();
        return;
      default:
        unreachable(message);
    }
  }

  /** Resigns, gives the addresses up, says so and ends. Harmless when repeated. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const end = (): void => {
      this.#sayEnd();
    };
    if (this.#driver === undefined) end();
    else this.#driver.stop(end);
  }

  #sayEnd(): void {
    this.#sendSnapshot();
    this.#send({ kind: "stopped" });
    this.#ports.later(0, () => {
      this.#ports.exit(ExitCode.ok);
    });
  }

  /** An operator's order; what came of it is told in any case. */
  #order(message: Extract<ToVrrp, { kind: "switchover" | "release" }>): void {
    const { id, instance } = message;
    const planned = this.#driver?.planned;
    const tell = (outcome: PlannedOutcome): void => {
      this.#send({ kind: "planned", id, outcome });
      this.#snapshotSoon();
    };
    if (planned === undefined) tell({ kind: "refused", refusal: { kind: "unknownInstance" } });
    else if (message.kind === "release") tell(planned.release(instance));
    else planned.switchover(instance, message.force, tell);
  }

  /** As `stop`, but everything stays for the process that follows. */
  #leave(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const end = (): void => {
      this.#sayEnd();
    };
    if (this.#driver === undefined) end();
    else this.#driver.leave(end);
  }

  /** For a predecessor that will not be followed soon: its last words, then the end. */
  #giveUp(message: Extract<ToVrrp, { kind: "giveUp" }>): void {
    const { model, options, predecessors, spares } = message;
    this.#ports.configure(model, options);
    const setup = { model, options, verdicts: NO_VERDICTS, predecessors };
    this.#driver = new VrrpDriver(this.#ports.network, setup, this.#output());
    const end = (): void => {
      this.#ports.later(0, () => {
        this.#ports.exit(ExitCode.ok);
      });
    };
    const instances = spares ? this.#driver.clear() : this.#driver.giveUp(end);
    this.#send({ kind: "gaveUp", instances });
    if (spares) end();
  }

  #start(message: Extract<ToVrrp, { kind: "configure" }>): void {
    const { model, options, verdicts, predecessors } = message;
    this.#model = model;
    this.#sayRefusals(this.#ports.configure(model, options));
    const setup = { model, options, verdicts: receivedVerdicts(verdicts), predecessors };
    this.#driver = new VrrpDriver(this.#ports.network, setup, this.#output());
    this.#driver.start();
    this.#send({ kind: "running" });
    this.#ports.later(REHEARSAL_DELAY_MS, () => {
      const network = this.#driver?.network();
      if (network === undefined) return;
      rehearse(model, network);
      this.#ports.later(REHEARSAL_DELAY_MS, () => {
        rehearseKernel(this.#ports.network, network);
      });
    });
    this.#snapshotSoon();
  }

  #output(): DriverOutput {
    return {
      event: (event) => {
        this.#sayWords({ kind: "event", at: this.#wallClock(), event });
        this.#snapshotSoon();
      },
      line: (level, text, detail) => {
        this.#sayWords({ kind: "line", at: this.#wallClock(), level, detail, text });
      },
      notify: (instance, state, priority) => {
        this.#send({ kind: "notify", instance, state, priority });
      },
      notifyGroup: (group, state) => {
        this.#send({ kind: "notifyGroup", group, state });
      },
    };
  }

  #reload(change: ModelChange, verdicts: SentVerdicts): void {
    if (this.#model === undefined) return;
    const model = changedModel(this.#model, change);
    this.#model = model;
    this.#sayRefusals(this.#ports.reconfigure(model));
    const started = this.#ports.network.clock.now();
    const touched = this.#driver?.reload(model, receivedVerdicts(verdicts)) ?? 0;
    const tookUs = this.#ports.network.clock.now() - started;
    this.#send({ kind: "reloaded", tookUs, touched });
    this.#snapshotSoon();
  }

  /** The kernel will not let us work at all: the parent is told why, and that trying again is no use. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      const denied = error.errno === Errno.EPERM || error.errno === Errno.EACCES;
      const code = denied ? ExitCode.permission : ExitCode.fatal;
      this.#send({ kind: "fatal", code, text: error.message });
      this.#ports.later(0, () => {
        this.#ports.exit(code);
      });
    }
  }

  #send(message: FromVrrp): void {
    this.#underWay += 1;
    this.#ports.send(message, () => {
      this.#underWay -= 1;
    });
  }

  #sayRefusals(refusals: readonly string[]): void {
    const line = { kind: "line", level: "warning", detail: false } as const;
    for (const text of refusals) this.#sayWords({ ...line, at: this.#wallClock(), text });
  }

  #sayWords(message: Extract<FromVrrp, { kind: "event" | "line" }>): void {
    if (this.#underWay >= OUTBOX_LIMIT) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) {
      const text = `${this.#dropped} log lines were dropped: the parent process did not read them`;
      this.#dropped = 0;
      this.#send({ kind: "line", at: message.at, level: "warning", detail: false, text });
    }
    this.#send(message);
  }

  #snapshotSoon(): void {
    if (this.#snapshotIsDue) return;
    this.#snapshotIsDue = true;
    this.#ports.later(SNAPSHOT_DELAY_MS, () => {
      this.#sendSnapshot();
    });
  }

  #sendSnapshot(): void {
    this.#snapshotIsDue = false;
    if (this.#driver === undefined || this.#underWay >= OUTBOX_LIMIT) return;
    const snapshot = { ...this.#driver.snapshot(), pid: this.#ports.pid };
    this.#instances = snapshot.instances.length;
    this.#send({ kind: "snapshot", snapshot });
  }

  #everyPeriod(): void {
    const periods = Math.max(1, this.#instances / INSTANCES_A_PERIOD);
    this.#ports.later(SNAPSHOT_PERIOD_MS * periods, () => {
      this.#sendSnapshot();
      this.#everyPeriod();
    });
  }

  #wallClock(): number {
    return this.#ports.network.clock.wallClock();
  }
}

const receivedVerdicts = ({
  scripts,
  processes,
  files,
  bfds,
  witness,
  maintenance,
}: SentVerdicts): Verdicts => ({
  scripts: new Map(Object.entries(scripts)),
  processes: new Map(Object.entries(processes)),
  files: new Map(Object.entries(files)),
  bfds: new Map(Object.entries(bfds ?? {})),
  isolation: new Map(),
  witness: new Map(Object.entries(witness ?? {})),
  maintenance: maintenance ?? [],
});
