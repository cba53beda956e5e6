import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { reapOrphans } from "../../src/sys/linux/orphans.ts";
import { becomeSubreaper } from "../../src/sys/linux/process-control.ts";

/** Longer than a child lives, plus two looks; the loop below ends as soon as the claim holds. */
const PATIENCE_MS = 5_000;

const stateOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  } catch {
    return "gone";
  }
};

test("a service left behind by a program is no zombie once it has ended", async () => {
  becomeSubreaper();
  reapOrphans();
  const shell = spawn("sh", ["-c", "sleep 0.3 >/dev/null & echo $!"]);
  let text = "";
  for await (const chunk of shell.stdout) text += String(chunk);
  const pid = Number(text);
  assert.ok(pid > 0);
  const end = Date.now() + PATIENCE_MS;
  while (stateOf(pid) !== "gone" && Date.now() < end) await sleep(50);
  assert.equal(stateOf(pid), "gone");
});

test("the exit of a program that Node waits for is still told to Node", async () => {
  reapOrphans();
  const child = spawn("sh", ["-c", "exit 7"]);
  const status = await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(status, 7);
});
