/** What of systemd's environment is meant for this process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../../src/base/units.ts";
import { scriptEnvironment } from "../../../src/cli/script-context.ts";
import { serviceManager } from "../../../src/cli/service-manager.ts";

const NOTIFY_SOCKET = "/run/systemd/notify-that-is-not-there";

test("a watchdog counts for the process it names, and for whoever is told where none is named", () => {
  const watched = { NOTIFY_SOCKET, WATCHDOG_USEC: "30000000" };
  assert.equal(serviceManager(watched, 7, false).watchdog, seconds(30));
  assert.equal(serviceManager({ ...watched, WATCHDOG_PID: "7" }, 7, false).watchdog, seconds(30));
  assert.equal(serviceManager({ ...watched, WATCHDOG_PID: "8" }, 7, false).watchdog, undefined);
  for (const WATCHDOG_USEC of ["0", "-1", "1e9", "soon", ""]) {
    assert.equal(serviceManager({ NOTIFY_SOCKET, WATCHDOG_USEC }, 7, false).watchdog, undefined);
  }
});

test("nobody is told where nobody listens, and that matters to nobody", () => {
  for (const socket of [undefined, "", "@", "vsock:2:1", NOTIFY_SOCKET]) {
    const manager = serviceManager({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: "x" }, 7, false);
    manager.tell("READY=1");
  }
});

test("a daemon that a launcher has started names itself", () => {
  assert.equal(serviceManager({}, 7, true).mainPid, 7);
  assert.equal(serviceManager({}, 7, false).mainPid, undefined);
});

test("scripts do not see what is between the service manager and the daemon", () => {
  const own = { NOTIFY_SOCKET, WATCHDOG_USEC: "1", WATCHDOG_PID: "7", PATH: "/bin" };
  assert.deepEqual(scriptEnvironment(own), { PATH: "/bin" });
});
