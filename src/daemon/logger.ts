/**
 * The one place lines leave the program: to syslog under the ident of the process they are about,
 * to standard error with -l, to a file with -g. Nothing here waits or throws.
 */
import type { SyslogSocket, Timers } from "../sys/ports.ts";
import { renderConsoleLine, renderFileLine, renderSyslogDatagram } from "../report/log-line.ts";
import { syslogLossLine } from "../report/life-lines.ts";
import type { Ident, LogLine } from "../report/log-line.ts";

/** Where finished lines go; writing never waits and never throws. */
export interface LineSink {
  write(text: string): void;
  /** What can still be written without waiting. */
  flush(): void;
  drained(): Promise<void>;
}

export interface LoggerSinks {
  /** Undefined with -G, or where no log daemon listens. */
  readonly syslog: SyslogSocket | undefined;
  /** Standard error with -l. */
  readonly console: LineSink | undefined;
  readonly file: LineSink | undefined;
}

export interface LoggerOptions {
  readonly pid: number;
  /** RFC 3164 §4.1.1; -S. */
  readonly facility: number;
  /** -D was given. */
  readonly detail: boolean;
  /** Appended to every ident: `_NAMESPACE_INSTANCE`. */
  readonly identSuffix: string;
}

export interface LogSource {
  readonly ident: Ident;
  readonly pid: number;
  /** Milliseconds since 1970, when it happened elsewhere; else now. */
  readonly at?: number;
}

export class Logger {
  readonly #sinks: LoggerSinks;
  readonly #timers: Timers;
  readonly #self: LogSource;
  readonly #encoder = new TextEncoder();
  #options: LoggerOptions;
  #syslogDropped = 0;

  constructor(sinks: LoggerSinks, options: LoggerOptions, timers: Timers) {
    this.#sinks = sinks;
    this.#options = options;
    this.#timers = timers;
    this.#self = { ident: "Keepalived", pid: options.pid };
  }

  get syslogDropped(): number {
    return this.#syslogDropped;
  }

  /** The instance and namespace are only known once the configuration is read. */
  setIdentSuffix(identSuffix: string): void {
    this.#options = { ...this.#options, identSuffix };
  }

  /** Says `line` as the parent, or as `source`. */
  log(line: LogLine, source: LogSource = this.#self): void {
    if (line.detail && !this.#options.detail) return;
    const time = this.#timers.localTime(source.at ?? this.#timers.wallClock());
    const { syslog, console, file } = this.#sinks;
    const ident = `${source.ident}${this.#options.identSuffix}`;
    console?.write(renderConsoleLine(line, time));
    file?.write(renderFileLine(line, { ident, pid: source.pid }, time));
    if (syslog === undefined) return;
    const { facility } = this.#options;
    const send = (text: LogLine): boolean => {
      const datagram = renderSyslogDatagram(text, { ident, pid: source.pid, facility }, time);
      return syslog.send(this.#encoder.encode(datagram));
    };
    if (!send(line)) this.#syslogDropped += 1;
    else if (this.#syslogDropped > 0 && send(syslogLossLine(this.#syslogDropped))) {
      this.#syslogDropped = 0;
    }
  }

  logAll(lines: readonly LogLine[], source: LogSource = this.#self): void {
    for (const line of lines) this.log(line, source);
  }

  /** What can still be written without waiting. */
  flush(): void {
    this.#sinks.console?.flush();
    this.#sinks.file?.flush();
  }

  async drained(): Promise<void> {
    await Promise.all([this.#sinks.console?.drained(), this.#sinks.file?.drained()]);
  }
}
