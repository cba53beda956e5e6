/**
 * Reads the configuration for the parent, at the start and at each reload, and decides whether what
 * was read may take the place of what runs. keepalived.conf(5) reload_file, reload_check_config,
 * config_save_dir.
 */
import { SyscallError } from "../base/failure.ts";
import type { Model } from "../config/model.ts";
import { fixedSetting, givesEverythingUp } from "../config/reload-limits.ts";
import {
  configurationFileLine,
  reloadCannotChangeLine,
  reloadingLine,
  reloadRefusedLine,
  reloadToNothingLine,
} from "../report/life-lines.ts";
import type { LogLine } from "../report/log-line.ts";
import {
  copyFailedLine,
  reloadFileFailedLine,
  reloadFileIsConfigurationLine,
  validatingLine,
  validationFailedLine,
} from "../report/reload-lines.ts";
import { reloadMarkerPath } from "./pid-files.ts";
import { prepareScripts } from "./prepare-scripts.ts";
import type { LoadedConfiguration, SupervisorParts } from "./supervisor-parts.ts";

/** Copies of the configuration that are kept; the oldest goes for the next. */
const COPIES_KEPT = 100;

/** Where nobody wants to know what a check finds. */
const NOWHERE = "/dev/null";

export type ReaderParts = Pick<
  SupervisorParts,
  "logger" | "load" | "options" | "files" | "scripts" | "pid" | "saveConfiguration"
>;

export class ConfigurationReader {
  readonly #parts: ReaderParts;
  #copies = 0;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** What to start with; everything there is to say has been said. */
  first(): LoadedConfiguration {
    const { load, logger } = this.#parts;
    const loaded = load();
    logger.logAll(loaded.lines);
    const marker = this.#markerOf(loaded.model);
    // Left by a predecessor, or by whoever waits for the end of the reading.
    if (marker !== undefined)
      this.#change(marker, (path) => {
        this.#parts.files.remove(path);
      });
    this.#keepCopy(loaded);
    return loaded;
  }

  /** What to go on with, in the place of `running`; undefined when that is to go on. */
  again(running: Model | undefined): Model | undefined {
    const { load, logger, options, files } = this.#parts;
    const check = running?.global.process.reload.check;
    if (check !== undefined) logger.log(validatingLine());
    else logger.log(reloadingLine());
    const marker = running === undefined ? undefined : this.#markerOf(running);
    if (marker !== undefined)
      this.#change(marker, (path) => {
        files.write(path, "", true);
      });
    let loaded: LoadedConfiguration;
    try {
      loaded = load();
    } finally {
      if (marker !== undefined)
        this.#change(marker, (path) => {
          files.remove(path);
        });
    }
    logger.logAll(loaded.lines);
    this.#keepCopy(loaded);
    if (check !== undefined) {
      if (!this.#isFaultless(loaded, check.logFile)) {
        logger.log(validationFailedLine(check.logFile));
        return undefined;
      }
      logger.log(reloadingLine());
    }
    const refusal = this.#refusalOf(loaded, running);
    logger.log(refusal ?? configurationFileLine(options.configFile));
    return refusal === undefined ? loaded.model : undefined;
  }

  #refusalOf(loaded: LoadedConfiguration, running: Model | undefined): LogLine | undefined {
    const { configFile } = this.#parts.options;
    const errors = loaded.startVerdict === undefined ? loaded.errors : Math.max(1, loaded.errors);
    if (errors > 0) return reloadRefusedLine(configFile, errors);
    if (running === undefined) return undefined;
    if (givesEverythingUp(running, loaded.model)) return reloadToNothingLine(configFile);
    const fixed = fixedSetting(running, loaded.model);
    return fixed === undefined ? undefined : reloadCannotChangeLine(fixed);
  }

  /** Whether `-t` would find nothing; what it would say is written where it is wanted. */
  #isFaultless(loaded: LoadedConfiguration, logFile: string | undefined): boolean {
    const { scripts, files } = this.#parts;
    const prepared = prepareScripts(loaded.model, scripts);
    if (logFile !== undefined && logFile !== NOWHERE) {
      const text = [...loaded.lines, ...prepared.lines].map((line) => `${line.text}\n`).join("");
      this.#change(logFile, (path) => {
        files.write(path, text, true);
      });
    }
    return loaded.testVerdict === 0 && !prepared.hasDisabledChecks;
  }

  #markerOf({ global }: Model): string | undefined {
    const { marker } = global.process.reload;
    if (marker === undefined) return undefined;
    const { options, logger } = this.#parts;
    const path = marker.path ?? reloadMarkerPath(options.pidFiles, global);
    if (path !== options.configFile) return path;
    logger.log(reloadFileIsConfigurationLine(path));
    return undefined;
  }

  #keepCopy({ model }: LoadedConfiguration): void {
    const directory = model.global.process.saveDirectory;
    if (directory === undefined) return;
    const nameOf = (number: number): string => `keepalived.conf.${this.#parts.pid}.${number}`;
    const oldest = this.#copies - COPIES_KEPT;
    try {
      this.#parts.saveConfiguration(directory, nameOf(this.#copies));
      if (oldest >= 0) this.#parts.files.remove(`${directory}/${nameOf(oldest)}`);
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      this.#parts.logger.log(copyFailedLine(directory, error.message));
    }
    this.#copies += 1;
  }

  /** A disk that is full or gone costs a line, never a reload. */
  #change(path: string, work: (path: string) => void): void {
    try {
      work(path);
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      this.#parts.logger.log(reloadFileFailedLine(path, error.message));
    }
  }
}
