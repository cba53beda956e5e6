/**
 * Tracked files: watched from the parent, read when they change, their numbers told to the VRRP
 * process. What stays over a reload keeps its number and its watch.
 */
import {
  fileNotMadeLine,
  fileNotWatchedLine,
  fileValueLine,
  fileWithoutNumberLine,
} from "../report/tracker-lines.ts";
import type { TrackerSnapshot } from "../report/state.ts";
import type { FilePort } from "../sys/ports.ts";
import type { TrackFileConfig } from "../track/config.ts";
import { readNumber, valueOf } from "../track/file.ts";
import type { FileReading } from "../track/file.ts";
import type { Logger } from "./logger.ts";

export interface FileTrackerParts {
  readonly files: FilePort;
  readonly logger: Logger;
  readonly changed: (name: string, value: number) => void;
}

interface Tracked {
  readonly config: TrackFileConfig;
  readonly watch: Disposable | undefined;
  reading: FileReading;
}

export class FileTracker {
  readonly #parts: FileTrackerParts;
  #tracked = new Map<string, Tracked>();
  #hasStarted = false;

  constructor(parts: FileTrackerParts) {
    this.#parts = parts;
  }

  /** Watches `configs` and no others; their numbers are known when this returns. */
  configure(configs: readonly TrackFileConfig[]): void {
    const before = this.#tracked;
    this.#tracked = new Map();
    for (const config of configs) {
      const old = before.get(config.name);
      if (old?.config.path === config.path) {
        before.delete(config.name);
        this.#tracked.set(config.name, { ...old, config });
      } else this.#tracked.set(config.name, this.#start(config));
    }
    this.#hasStarted = true;
    for (const { watch } of before.values()) watch?.[Symbol.dispose]();
  }

  values(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#tracked].map(([name, { reading }]) => [name, valueOf(reading)]),
    );
  }

  snapshots(): readonly TrackerSnapshot[] {
    return [...this.#tracked.values()].map(({ config: { name, path }, reading }) => ({
      ...{ kind: "file", name, path, value: valueOf(reading) },
      trouble: reading.kind === "number" ? undefined : reading.kind,
    }));
  }

  stop(): void {
    for (const { watch } of this.#tracked.values()) watch?.[Symbol.dispose]();
    this.#tracked.clear();
  }

  #start(config: TrackFileConfig): Tracked {
    // keepalived.conf(5) init_file: at the start, never at a reload.
    if (!this.#hasStarted) this.#initialise(config);
    const watch = this.#watch(config);
    const reading = readNumber(this.#parts.files.read(config.path));
    this.#complain(config, reading);
    return { config, watch, reading };
  }

  #initialise(config: TrackFileConfig): void {
    const { initial, path } = config;
    if (initial === undefined) return;
    try {
      this.#parts.files.write(path, `${initial.value}\n`, initial.overwrite);
    } catch (error: unknown) {
      this.#parts.logger.log(fileNotMadeLine(config, reasonOf(error)));
    }
  }

  #watch(config: TrackFileConfig): Disposable | undefined {
    try {
      return this.#parts.files.watch(config.path, () => {
        this.#look(config.name);
      });
    } catch (error: unknown) {
      this.#parts.logger.log(fileNotWatchedLine(config, reasonOf(error)));
      return undefined;
    }
  }

  #look(name: string): void {
    const tracked = this.#tracked.get(name);
    if (tracked === undefined) return;
    const before = tracked.reading;
    const reading = readNumber(this.#parts.files.read(tracked.config.path));
    tracked.reading = reading;
    // Said once for each new reason.
    if (reading.kind !== before.kind) this.#complain(tracked.config, reading);
    const value = valueOf(reading);
    if (value === valueOf(before)) return;
    this.#parts.logger.log(fileValueLine(tracked.config, value));
    this.#parts.changed(name, value);
  }

  #complain(config: TrackFileConfig, reading: FileReading): void {
    const line = fileWithoutNumberLine(config, reading);
    if (line !== undefined) this.#parts.logger.log(line);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
