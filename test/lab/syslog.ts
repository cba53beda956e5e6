/**
 * A syslog of a host: listens on its /dev/log and keeps the lines.
 */
import type { Host } from "./host.ts";
import { DatagramListener } from "./posix.ts";
import { waitFor } from "./wait.ts";

export interface SyslogLine {
  /** Facility times eight plus severity. */
  readonly priority: number;
  /** Such as "Keepalived_vrrp[53]". */
  readonly tag: string;
  readonly message: string;
}

export class Syslog implements Disposable {
  readonly lines: SyslogLine[] = [];
  readonly #listener: DatagramListener;

  constructor(host: Host) {
    this.#listener = new DatagramListener(host.machine.path("/dev/log"), (text) => {
      this.lines.push(parse(text));
    });
  }

  waitFor(pattern: RegExp, timeoutMs: number): Promise<SyslogLine> {
    return waitFor(`${String(pattern)} in syslog`, timeoutMs, () =>
      this.lines.find((line) => pattern.test(line.message)),
    );
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
  }
}

/** RFC 3164 as libc writes it: `<30>Nov 22 15:12:38 ident[pid]: message`. */
function parse(text: string): SyslogLine {
  const match = /^<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d ([^:]+): ([^]*)$/.exec(text);
  return {
    priority: Number(match?.[1] ?? /^<(\d+)>/.exec(text)?.[1] ?? -1),
    tag: match?.[2] ?? "",
    message: (match?.[3] ?? text).trimEnd(),
  };
}
