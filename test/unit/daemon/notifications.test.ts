import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../../src/base/command.ts";
import { notifyCalls } from "../../../src/daemon/notifications.ts";
import type { NotifyState } from "../../../src/daemon/messages.ts";
import type { NotifyCommands } from "../../../src/vrrp/config.ts";

const command = (text: string): Command => ({
  argv: [text],
  text,
  user: undefined,
  group: undefined,
});

const all: NotifyCommands = {
  master: command("master"),
  backup: command("backup"),
  fault: command("fault"),
  stop: command("stop"),
  deleted: command("deleted"),
  masterReceivedLowerPriority: command("lower"),
  any: command("any"),
};

const calls = (state: NotifyState, notify: NotifyCommands = all): readonly string[] =>
  notifyCalls(
    { name: "VI_1", notify, reportsDeleted: notify.deleted !== undefined },
    state,
    150,
  ).map(({ command: { text }, extra }) => [text, ...extra].join(" "));

test("the specific script comes first, the generic one with four words", () => {
  assert.deepEqual(calls("master"), ["master", "any INSTANCE VI_1 MASTER 150"]);
  assert.deepEqual(calls("backup"), ["backup", "any INSTANCE VI_1 BACKUP 150"]);
  assert.deepEqual(calls("fault"), ["fault", "any INSTANCE VI_1 FAULT 150"]);
  assert.deepEqual(calls("stopped"), ["stop", "any INSTANCE VI_1 STOP 150"]);
});

test("a removed instance is told as deleted where that is wanted, else as faulty", () => {
  assert.deepEqual(calls("deleted"), ["deleted", "any INSTANCE VI_1 DELETED 150"]);
  const without = { ...all, deleted: undefined };
  assert.deepEqual(calls("deleted", without), ["fault", "any INSTANCE VI_1 FAULT 150"]);
});

test("a lower-priority advert is no state: the generic script does not hear of it", () => {
  assert.deepEqual(calls("masterReceivedLowerPriority"), ["lower"]);
});

test("the time before the start is nobody's news", () => {
  assert.deepEqual(calls("init"), []);
});
