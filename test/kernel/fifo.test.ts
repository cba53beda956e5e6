/** Named pipes of the kernel: made, refused, filled, emptied and removed. */
import assert from "node:assert/strict";
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SyscallError } from "../../src/base/failure.ts";
import { openFifo } from "../../src/sys/linux/fifo.ts";
import type { Fifo } from "../../src/sys/telling-ports.ts";

const directory = mkdtempSync(join(tmpdir(), "fifo-"));
after(() => {
  rmSync(directory, { recursive: true });
});
const inside = (name: string): string => join(directory, name);

const ROOT_ONLY = { skip: process.getuid?.() === 0 ? false : "needs root" };

function opened(path: string, owner?: { readonly uid: number; readonly gid: number }): Fifo {
  const result = openFifo(path, owner);
  assert.ok(result.ok);
  return result.value;
}

test("a FIFO is made with mode 0644 minus the umask, and removed when it is closed", () => {
  const before = process.umask(0o027);
  const fifo = opened(inside("made"));
  process.umask(before);
  const stats = statSync(inside("made"));
  assert.ok(stats.isFIFO());
  assert.equal(stats.mode & 0o777, 0o640);
  fifo[Symbol.dispose]();
  assert.equal(existsSync(inside("made")), false);
});

test(
  "a FIFO for another user is that user's, and one that was there before stays",
  ROOT_ONLY,
  () => {
    const owner = { uid: 65_534, gid: 65_534 };
    const first = opened(inside("theirs"), owner);
    assert.equal(statSync(inside("theirs")).uid, owner.uid);
    const second = opened(inside("theirs"), owner);
    second[Symbol.dispose]();
    assert.ok(existsSync(inside("theirs")));
    assert.deepEqual(openFifo(inside("theirs"), undefined), { ok: false, error: "foreign" });
    first[Symbol.dispose]();
  },
);

test("a file or a link in its place is refused and left alone", () => {
  writeFileSync(inside("file"), "text");
  assert.deepEqual(openFifo(inside("file"), undefined), { ok: false, error: "notAFifo" });
  symlinkSync(inside("file"), inside("link"));
  assert.deepEqual(openFifo(inside("link"), undefined), { ok: false, error: "notAFifo" });
  assert.equal(statSync(inside("file")).size, 4);
});

test("a FIFO in no directory is a refusal of the kernel", () => {
  assert.throws(() => openFifo(inside("missing/fifo"), undefined), SyscallError);
});

test("a pipe nobody reads fills up with whole lines, and takes more when it was read", () => {
  const fifo = opened(inside("full"));
  const line = `${"x".repeat(99)}\n`;
  let written = 0;
  while (fifo.write(line) === "written") written += 1;
  const reader = openSync(inside("full"), constants.O_RDONLY | constants.O_NONBLOCK);
  const bytes = new Uint8Array(1 << 20);
  assert.equal(readSync(reader, bytes), written * line.length);
  assert.equal(fifo.write(line), "written");
  closeSync(reader);
  fifo[Symbol.dispose]();
});
