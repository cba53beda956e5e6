/** What the parent tracks beside scripts: files and processes, as far as an instance asks for them. */
import type { Model } from "../config/model.ts";
import type { TrackerSnapshot } from "../report/state.ts";
import type { FilePort, ProcessTable, Timers } from "../sys/ports.ts";
import type { TrackerUpdate } from "../track/verdicts.ts";
import { FileTracker } from "./file-tracker.ts";
import type { Logger } from "./logger.ts";
import type { SentVerdicts } from "./messages.ts";
import { ProcessTracker } from "./process-tracker.ts";

export interface TrackersParts {
  readonly timers: Timers;
  readonly logger: Logger;
  readonly files: FilePort;
  readonly processTable: ProcessTable;
}

export class Trackers {
  readonly #files: FileTracker;
  readonly #processes: ProcessTracker;

  /** `tell` is given every change; there may be nobody to hear it yet. */
  constructor(parts: TrackersParts, tell: (update: TrackerUpdate) => boolean) {
    const { timers, logger, files, processTable } = parts;
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
  }

  /** From here on what `model` tracks; all of it is known when this returns. */
  configure({ instances, trackFiles, trackProcesses, global }: Model): void {
    const files = new Set(instances.flatMap((i) => i.trackedFiles.map(({ name }) => name)));
    const processes = new Set(instances.flatMap((i) => i.trackedProcesses.map(({ name }) => name)));
    this.#files.configure(trackFiles.filter(({ name }) => files.has(name)));
    this.#processes.configure(
      trackProcesses.filter(({ name }) => processes.has(name)),
      global.process.buffers.processMonitor,
    );
  }

  verdicts(): Pick<SentVerdicts, "files" | "processes"> {
    return { files: this.#files.values(), processes: this.#processes.verdicts() };
  }

  snapshots(): readonly TrackerSnapshot[] {
    return [...this.#files.snapshots(), ...this.#processes.snapshots()];
  }

  stop(): void {
    this.#files.stop();
    this.#processes.stop();
  }
}
