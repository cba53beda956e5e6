/** Tracked files and processes on the kernel: inotify, the proc connector, pidfds. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { processTable } from "../../src/sys/linux/process-table.ts";
import { trackedFiles } from "../../src/sys/linux/tracked-files.ts";
import type { ProcessNotice } from "../../src/sys/ports.ts";
import { waitFor } from "../lab/wait.ts";

const SOON_MS = 5_000;
let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "trackers-"));
});
after(() => {
  rmSync(directory, { recursive: true });
});

describe("tracked files", () => {
  test("a file is followed through writing, replacing, removal, and a directory made later", async () => {
    const files = trackedFiles();
    const folder = join(directory, "later/still");
    const path = join(folder, "value");
    let seen = files.read(path);
    using watch = files.watch(path, () => {
      seen = files.read(path);
    });
    const becomes = (text: string): Promise<true> =>
      waitFor(`the file to say ${text}`, SOON_MS, () => seen.kind === "text" && seen.text === text);
    assert.ok(watch);
    assert.deepEqual(seen, { kind: "missing" });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, "1");
    await becomes("1");
    writeFileSync(`${path}.new`, "2");
    renameSync(`${path}.new`, path);
    await becomes("2");
    rmSync(folder, { recursive: true });
    await waitFor("the file to be missed", SOON_MS, () => seen.kind === "missing");
    mkdirSync(folder);
    writeFileSync(path, "3");
    await becomes("3");
  });

  test("a link is followed to where it leads, also when it is turned to another file", async () => {
    const files = trackedFiles();
    const path = join(directory, "link");
    writeFileSync(join(directory, "one"), "1");
    writeFileSync(join(directory, "two"), "2");
    symlinkSync("one", path);
    let text = "";
    using watch = files.watch(path, () => {
      const seen = files.read(path);
      text = seen.kind === "text" ? seen.text : seen.kind;
    });
    assert.ok(watch);
    writeFileSync(join(directory, "one"), "10");
    await waitFor("the number behind the link", SOON_MS, () => text === "10");
    symlinkSync("two", `${path}.new`);
    renameSync(`${path}.new`, path);
    await waitFor("the other number", SOON_MS, () => text === "2");
  });

  test("pipes, devices, directories and files of the kernel's own are refused without a wait", () => {
    const files = trackedFiles();
    const pipe = join(directory, "pipe");
    assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
    for (const path of [pipe, "/dev/zero", directory, "/proc/self/stat"]) {
      assert.equal(files.read(path).kind, "refused", path);
    }
  });

  test("no more than the beginning of a long file is read", () => {
    const path = join(directory, "long");
    writeFileSync(path, "1".repeat(100_000));
    assert.deepEqual(trackedFiles().read(path), { kind: "text", text: "1".repeat(128) });
  });

  test("the first value goes to a new file, over an old one only when told, through no link", () => {
    const files = trackedFiles();
    const path = join(directory, "first");
    const read = (): string => readFileSync(path, "utf8");
    files.write(path, "1\n", false);
    assert.equal(read(), "1\n");
    files.write(path, "2\n", false);
    assert.equal(read(), "1\n");
    files.write(path, "3\n", true);
    assert.equal(read(), "3\n");
    const link = join(directory, "trap");
    symlinkSync(path, link);
    assert.throws(() => {
      files.write(link, "4\n", true);
    });
    assert.equal(read(), "3\n");
  });
});

/** A process of the test's own, which ends with it. */
class Sleeper implements Disposable {
  readonly #child: ChildProcess = spawn("sleep", ["1000"]);

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  [Symbol.dispose](): void {
    this.kill();
  }
}

describe("tracked processes", () => {
  test("a process is described by its name and its words, and not once it has ended", async () => {
    using sleeper = new Sleeper();
    await waitFor("the program to run", SOON_MS, () => {
      return processTable.describe(sleeper.pid, false)?.name === "sleep";
    });
    assert.deepEqual(processTable.describe(sleeper.pid, true), {
      name: "sleep",
      words: ["sleep", "1000"],
    });
    assert.equal(processTable.pids().includes(sleeper.pid), true);
    sleeper.kill();
    await waitFor("it to be gone", SOON_MS, () => {
      return processTable.describe(sleeper.pid, true) === undefined;
    });
  });

  test("the end of one process is told where nothing else is", async () => {
    using sleeper = new Sleeper();
    let hasEnded = false;
    using end = processTable.watchEnd(sleeper.pid, () => {
      hasEnded = true;
    });
    assert.ok(end);
    assert.equal(hasEnded, false);
    sleeper.kill();
    await waitFor("word of the end", SOON_MS, () => hasEnded);
  });

  test("the kernel tells of forks, programs and ends", async (context) => {
    const notices: ProcessNotice[] = [];
    using events = processTable.openEvents((told) => notices.push(...told));
    if (events === undefined) {
      context.skip("the proc connector answers in the initial namespaces only, and to root");
      return;
    }
    using sleeper = new Sleeper();
    const { pid } = sleeper;
    const heard = (kind: string): boolean =>
      notices.some((notice) => notice.kind === kind && "pid" in notice && notice.pid === pid);
    await waitFor("the fork and its program", SOON_MS, () => heard("forked") && heard("changed"));
    sleeper.kill();
    await waitFor("the end", SOON_MS, () => heard("ended"));
  });
});
