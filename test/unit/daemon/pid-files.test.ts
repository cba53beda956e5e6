import assert from "node:assert/strict";
import { test } from "node:test";
import {
  controlSocketPath,
  lockPidFiles,
  nameSuffix,
  pidFileNames,
} from "../../../src/daemon/pid-files.ts";
import type { PidFile } from "../../../src/daemon/pid-files.ts";

const none = { parent: undefined, vrrp: undefined, checkers: undefined, bfd: undefined };
const plain = { usePidDir: false, netNamespace: undefined, instanceName: undefined };

test("the four names are Keepalived's, in /run", () => {
  assert.deepEqual(pidFileNames(none, plain), {
    parent: "/run/keepalived.pid",
    vrrp: "/run/vrrp.pid",
    checkers: "/run/checkers.pid",
    bfd: "/run/bfd.pid",
  });
});

test("an instance or a namespace has a directory and a suffix", () => {
  const global = { ...plain, netNamespace: "blue", instanceName: "A" };
  assert.equal(nameSuffix(global), "_blue_A");
  assert.equal(pidFileNames(none, global).vrrp, "/run/keepalived/vrrp_blue_A.pid");
  assert.equal(
    pidFileNames(none, { ...plain, usePidDir: true }).parent,
    "/run/keepalived/keepalived.pid",
  );
});

test("the command line wins", () => {
  const options = { ...none, parent: "/tmp/p", bfd: "/tmp/b" };
  const names = pidFileNames(options, { ...plain, instanceName: "A" });
  assert.equal(names.parent, "/tmp/p");
  assert.equal(names.bfd, "/tmp/b");
  assert.equal(names.checkers, "/run/keepalived/checkers_A.pid");
});

test("the control socket follows the pid file", () => {
  assert.equal(controlSocketPath("/run/keepalived.pid"), "/run/keepalived/control.sock");
  assert.equal(controlSocketPath("/run/keepalived/keepalived.pid"), "/run/keepalived/control.sock");
  assert.equal(
    controlSocketPath("/run/keepalived/keepalived_A.pid"),
    "/run/keepalived/control_A.sock",
  );
  assert.equal(controlSocketPath("/srv/ha/one.pid"), "/srv/ha/one.sock");
});

function fakeFiles(taken: readonly string[]): {
  readonly log: string[];
  readonly lock: (path: string) => PidFile | undefined;
} {
  const log: string[] = [];
  const lock = (path: string): PidFile | undefined => {
    if (taken.includes(path)) return undefined;
    log.push(`lock ${path}`);
    return {
      write: (pid) => log.push(`write ${path} ${pid}`),
      release: () => log.push(`release ${path}`),
    };
  };
  return { log, lock };
}

const names = { parent: "p", vrrp: "v", checkers: "c", bfd: "b" };

test("all four are locked, written where their process runs, and given up together", () => {
  const { log, lock } = fakeFiles([]);
  const outcome = lockPidFiles(names, lock);
  assert.ok(outcome.kind === "locked");
  outcome.files.setParent(10);
  outcome.files.setVrrp(12);
  outcome.files.release();
  assert.deepEqual(log, [
    "lock p",
    "lock v",
    "lock c",
    "lock b",
    "write p 10",
    "write v 12",
    "release p",
    "release v",
    "release c",
    "release b",
  ]);
});

test("one that is taken gives up the others", () => {
  const { log, lock } = fakeFiles(["c"]);
  assert.deepEqual(lockPidFiles(names, lock), { kind: "taken", path: "c" });
  assert.deepEqual(log, ["lock p", "lock v", "release p", "release v"]);
});

test("one name for two files is a conflict with oneself", () => {
  const { lock } = fakeFiles([]);
  assert.deepEqual(lockPidFiles({ ...names, bfd: "p" }, lock), { kind: "taken", path: "p" });
});
