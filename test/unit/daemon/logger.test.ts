import assert from "node:assert/strict";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LOG_QUEUE_BYTES, LogStream } from "../../../src/daemon/log-stream.ts";
import { Logger } from "../../../src/daemon/logger.ts";
import { detail, info } from "../../../src/report/log-line.ts";
import { systemTimers } from "../../../src/sys/linux/timers.ts";
import type { SyslogSocket } from "../../../src/sys/ports.ts";
import { ManualTimers } from "./fakes.ts";

let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "logger-"));
});
after(() => {
  rmSync(directory, { recursive: true });
});

function recordingSyslog(accepts: boolean): SyslogSocket & { readonly datagrams: string[] } {
  const datagrams: string[] = [];
  return {
    datagrams,
    send: (datagram) => {
      datagrams.push(new TextDecoder().decode(datagram));
      return accepts;
    },
    [Symbol.dispose]: () => undefined,
  };
}

const options = { pid: 9, facility: 3, detail: false, identSuffix: "" };

test("lines go to syslog under the ident of the process they are about", () => {
  const syslog = recordingSyslog(true);
  const timers = new ManualTimers();
  const logger = new Logger({ syslog, console: undefined, file: undefined }, options, timers);
  logger.log(info("Stopping"));
  logger.setIdentSuffix("_blue");
  logger.log(info("(I) x"), { ident: "Keepalived_vrrp", pid: 12 });
  assert.deepEqual(syslog.datagrams, [
    "<30>Nov 22 12:03:27 Keepalived[9]: Stopping",
    "<30>Nov 22 12:03:27 Keepalived_vrrp_blue[12]: (I) x",
  ]);
});

test("detail is only said when asked for, and a syslog that refuses is only counted", () => {
  const syslog = recordingSyslog(false);
  const timers = new ManualTimers();
  const logger = new Logger({ syslog, console: undefined, file: undefined }, options, timers);
  logger.log(detail("small things"));
  logger.log(info("large things"));
  assert.equal(syslog.datagrams.length, 1);
  assert.equal(logger.syslogDropped, 1);
});

test("lines that syslog did not take are counted in the first one it takes again", () => {
  const syslog = recordingSyslog(true);
  const timers = new ManualTimers();
  let accepts = false;
  const moody = { ...syslog, send: (d: Uint8Array) => accepts && syslog.send(d) };
  const logger = new Logger(
    { syslog: moody, console: undefined, file: undefined },
    options,
    timers,
  );
  for (const text of ["one", "two"]) logger.log(info(text));
  accepts = true;
  for (const text of ["three", "four"]) logger.log(info(text));
  assert.deepEqual(
    syslog.datagrams.map((text) => text.replace(/^.*\]: /, "")),
    ["three", "2 log lines before this one did not reach syslog", "four"],
  );
});

test("a file gets every line, in order", async () => {
  const path = join(directory, "log");
  const fd = openSync(path, "a");
  const stream = new LogStream(fd, systemTimers());
  for (let i = 0; i < 1_000; i += 1) stream.write(`line ${i}\n`);
  await stream.drained();
  closeSync(fd);
  const expected = Array.from({ length: 1_000 }, (_, i) => `line ${i}\n`).join("");
  assert.equal(readFileSync(path, "utf8"), expected);
});

test("a pipe nobody reads costs lines, not the daemon; the loss is said when it is read again", async () => {
  const path = join(directory, "pipe");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const stream = new LogStream(writer, systemTimers());
  const line = `${"x".repeat(99)}\n`;
  const count = Math.ceil((2 * LOG_QUEUE_BYTES) / line.length);
  for (let i = 0; i < count; i += 1) stream.write(line);
  assert.ok(stream.dropped > 0);
  const drained = stream.drained();
  let text = "";
  const reading = setInterval(() => {
    text += readAvailable(reader);
  }, 5);
  await drained;
  clearInterval(reading);
  text += readAvailable(reader);
  assert.match(text, /\n[0-9]+ log lines were dropped because the reader did not keep up\n$/);
  closeSync(reader);
  closeSync(writer);
});

test("a reader that goes away ends the stream quietly", async () => {
  const path = join(directory, "gone");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  closeSync(reader);
  const stream = new LogStream(writer, systemTimers());
  stream.write("into the void\n");
  await stream.drained();
  stream.write("again\n");
  stream.flush();
  assert.equal(stream.dropped, 2);
  closeSync(writer);
});

test("a full disk costs lines while it is full", async () => {
  const fd = openSync("/dev/full", "w");
  const stream = new LogStream(fd, systemTimers());
  stream.write("one\n");
  await stream.drained();
  stream.write("two\n");
  await stream.drained();
  assert.ok(stream.dropped >= 1);
  closeSync(fd);
});

function readAvailable(fd: number): string {
  const bytes = new Uint8Array(1_048_576);
  try {
    return new TextDecoder().decode(bytes.subarray(0, readSync(fd, bytes)));
  } catch {
    return "";
  }
}
