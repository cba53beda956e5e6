/**
 * The FIFOs of the configuration in force, each with the program that reads it. A reload keeps
 * those that it does not change, with their readers.
 */
import { SyscallError } from "../base/failure.ts";
import { milliseconds, seconds } from "../base/units.ts";
import type { FifoConfig } from "../config/model.ts";
import {
  fifoNotOpenedLine,
  fifoScriptEndedLine,
  fifoScriptIgnoredLine,
} from "../report/fifo-lines.ts";
import { renderOutcome } from "../report/script-lines.ts";
import type { ProcessPort, RunningProcess, Timers } from "../sys/ports.ts";
import type { Fifo, OpenFifo } from "../sys/telling-ports.ts";
import type { Logger } from "./logger.ts";
import { NotifyFifo } from "./notify-fifo.ts";
import type { PreparedScripts } from "./prepare-scripts.ts";
import type { Account, Accounts } from "./script-commands.ts";

/** How long a reader may take to read the last lines, once the FIFO is closed. */
export const LAST_LINES_TIME = milliseconds(250);
/** From TERM to KILL. */
const READER_KILL_DELAY = seconds(1);
const READER_CAPTURE_BYTES = 2_048;

export interface FifoSetParts {
  readonly timers: Timers;
  readonly processes: ProcessPort;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string>>;
  readonly accounts: Accounts;
  readonly openFifo: OpenFifo;
}

interface OpenedFifo {
  /** What it was made from, to be compared. */
  readonly identity: string;
  readonly fifo: NotifyFifo;
  reader: RunningProcess | undefined;
}

export class FifoSet {
  readonly #parts: FifoSetParts;
  #opened: readonly OpenedFifo[] = [];
  readonly #ending = new Set<Promise<void>>();

  constructor(parts: FifoSetParts) {
    this.#parts = parts;
  }

  configure(prepared: PreparedScripts): void {
    const wanted = prepared.model.global.fifos.map((config) => ({
      config,
      identity: JSON.stringify([config, config.script && prepared.commands.get(config.script)]),
    }));
    const kept = this.#opened.filter(({ identity }) => wanted.some((w) => w.identity === identity));
    // First: one of another owner may have the same name.
    for (const gone of this.#opened) if (!kept.includes(gone)) void this.#end(gone);
    this.#opened = wanted.flatMap(({ config, identity }) => {
      const known = kept.find((opened) => opened.identity === identity);
      const opened = known ?? this.#open(config, identity, prepared);
      return opened === undefined ? [] : [opened];
    });
  }

  write(line: string): void {
    for (const { fifo } of this.#opened) fifo.write(line);
  }

  /** Closes all; resolves when their readers have ended, which is soon. */
  async stop(): Promise<void> {
    for (const opened of this.#opened) void this.#end(opened);
    this.#opened = [];
    await Promise.all(this.#ending);
  }

  #open(config: FifoConfig, identity: string, prepared: PreparedScripts): OpenedFifo | undefined {
    const fifo = this.#openFifo(config);
    if (fifo === undefined) return undefined;
    const opened: OpenedFifo = {
      identity,
      fifo: new NotifyFifo(config.path, fifo, this.#parts.logger),
      reader: undefined,
    };
    this.#startReader(opened, config, prepared);
    return opened;
  }

  #openFifo({ path, owner }: FifoConfig): Fifo | undefined {
    const { logger, openFifo } = this.#parts;
    const account = owner === undefined ? undefined : this.#accountOf(owner);
    if (typeof account === "string") {
      logger.log(fifoNotOpenedLine(path, account));
      return undefined;
    }
    try {
      const opened = openFifo(path, account);
      if (opened.ok) return opened.value;
      const reason =
        opened.error === "notAFifo"
          ? "something else has its name; remove that, or choose another name"
          : "the FIFO there belongs to another user; remove it, or name that user behind the path";
      logger.log(fifoNotOpenedLine(path, reason));
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      logger.log(fifoNotOpenedLine(path, error.message));
    }
    return undefined;
  }

  /** The account, or why there is none. */
  #accountOf({ user, group }: NonNullable<FifoConfig["owner"]>): Account | string {
    const { accounts } = this.#parts;
    const account = accounts.user(user);
    if (account === undefined) return `there is no user ${user}`;
    if (group === undefined) return account;
    const gid = accounts.group(group);
    return gid === undefined ? `there is no group ${group}` : { uid: account.uid, gid };
  }

  #startReader(opened: OpenedFifo, config: FifoConfig, prepared: PreparedScripts): void {
    const { path, script } = config;
    if (script === undefined) return;
    const { processes, environment, logger } = this.#parts;
    const ready = prepared.commands.get(script);
    if (ready === undefined) {
      logger.log(fifoScriptIgnoredLine(path));
      return;
    }
    const { uid, gid, groups } = ready;
    const reader = processes.start({
      argv: [...ready.argv, path],
      uid,
      gid,
      groups,
      environment,
      timeout: undefined,
      killAfter: READER_KILL_DELAY,
      captureBytes: READER_CAPTURE_BYTES,
    });
    opened.reader = reader;
    void reader.result.then(({ outcome }) => {
      if (opened.reader !== reader) return;
      opened.reader = undefined;
      logger.log(fifoScriptEndedLine(script.text, path, renderOutcome(outcome)));
    });
  }

  #end(opened: OpenedFifo): Promise<void> {
    const { reader, fifo } = opened;
    opened.reader = undefined;
    fifo[Symbol.dispose]();
    if (reader === undefined) return Promise.resolve();
    const impatience = this.#parts.timers.after(LAST_LINES_TIME, () => {
      reader.end();
    });
    const ended = reader.result.then(() => {
      impatience.cancel();
      this.#ending.delete(ended);
    });
    this.#ending.add(ended);
    return ended;
  }
}
