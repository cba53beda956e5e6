/** What the parent tracks beside scripts: files, processes, and what witnesses say. */
import type { Model } from "../config/model.ts";
import type { TrackerSnapshot } from "../report/state.ts";
import type { FilePort, ProcessTable, Timers } from "../sys/ports.ts";
import type { TrackerUpdate } from "../track/verdicts.ts";
import { FileTracker } from "./file-tracker.ts";
import type { Logger } from "./logger.ts";
import type { SentVerdicts } from "./messages.ts";
import { ProcessTracker } from "./process-tracker.ts";
import { WitnessClient } from "./witness-client.ts";
import { openPoster, readPassword } from "./witness-http.ts";
import { Witnesses } from "./witness.ts";

export interface TrackersParts {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly files: FilePort;
  readonly processTable: ProcessTable;
  /** Where the adverts of an instance come from, once that is known. */
  readonly sourceOf: (instance: string) => string | undefined;
}

export class Trackers {
  readonly #files: FileTracker;
  readonly #processes: ProcessTracker;
  readonly witnesses: Witnesses;

  /** `tell` is given every change; there may be nobody to hear it yet. */
  constructor(parts: TrackersParts, tell: (update: TrackerUpdate) => boolean) {
    const { timers, logger, files, processTable, sourceOf } = parts;
    this.#files = new FileTracker({
      ...{ files, logger },
      changed: (name, value) => {
        tell({ kind: "file", name, value });
      },
    });
    this.#processes = new ProcessTracker({
      ...{ table: processTable, timers, logger },
      changed: (name, verdict) => {
        tell({ kind: "process", name, verdict });
      },
    });
    this.witnesses = new Witnesses({
      ...{ timers, logger, sourceOf, tell, random: Math.random },
      connect: (config) => new WitnessClient(config, { poster: openPoster(config), readPassword }),
    });
  }

  /** From here on what `model` tracks; all of it is known when this returns. */
  configure(model: Model): void {
    const { instances, trackFiles, trackProcesses, global } = model;
    this.witnesses.configure(model);
    const files = new Set(instances.flatMap((i) => i.trackedFiles.map(({ name }) => name)));
    const processes = new Set(instances.flatMap((i) => i.trackedProcesses.map(({ name }) => name)));
    this.#files.configure(trackFiles.filter(({ name }) => files.has(name)));
    this.#processes.configure(
      trackProcesses.filter(({ name }) => processes.has(name)),
      global.process.buffers.processMonitor,
    );
  }

  verdicts(): Pick<SentVerdicts, "files" | "processes" | "witness"> {
    const witness = this.witnesses.verdicts();
    return {
      ...{ files: this.#files.values(), processes: this.#processes.verdicts() },
      ...(Object.keys(witness).length === 0 ? {} : { witness }),
    };
  }

  snapshots(): readonly TrackerSnapshot[] {
    const tracked = [...this.#files.snapshots(), ...this.#processes.snapshots()];
    return [...tracked, ...this.witnesses.snapshots()];
  }

  /** All but the witnesses, which hear of the end before they give their keys back. */
  stop(): void {
    this.#files.stop();
    this.#processes.stop();
  }
}
