import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalTime } from "../../../src/base/local-time.ts";
import {
  alert,
  info,
  renderConsoleLine,
  renderFileLine,
  renderSyslogDatagram,
} from "../../../src/report/log-line.ts";

const time: LocalTime = {
  year: 2026,
  month: 11,
  day: 22,
  weekday: 0,
  hour: 12,
  minute: 3,
  second: 27,
  millisecond: 0,
};

test("a syslog datagram is what a local log daemon expects", () => {
  const source = { ident: "Keepalived_vrrp", pid: 12, facility: 3 };
  assert.equal(
    renderSyslogDatagram(info("(VI_1) Entering MASTER STATE"), source, time),
    "<30>Nov 22 12:03:27 Keepalived_vrrp[12]: (VI_1) Entering MASTER STATE",
  );
  assert.match(renderSyslogDatagram(alert("x"), { ...source, facility: 16 }, time), /^<129>/);
});

test("the console has Keepalived's form, without ident", () => {
  assert.equal(renderConsoleLine(info("Stopping"), time), "Sun Nov 22 12:03:27 2026: Stopping\n");
});

test("the log file names the process", () => {
  assert.equal(
    renderFileLine(info("Stopping"), { ident: "Keepalived", pid: 9 }, time),
    "Sun Nov 22 12:03:27 2026: Keepalived[9]: Stopping\n",
  );
});

test("text from a script cannot forge a line or move the cursor", () => {
  assert.equal(
    renderConsoleLine(info("said: a\nSun Nov 22: b\u001b[2J\tc"), time),
    "Sun Nov 22 12:03:27 2026: said: a\uFFFDSun Nov 22: b\uFFFD[2J c\n",
  );
});
