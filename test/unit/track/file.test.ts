/** The number in a tracked file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readNumber, valueOf } from "../../../src/track/file.ts";

const read = (text: string) => readNumber({ kind: "text", text });

test("readNumber() takes a number with its sign and white space around it", () => {
  assert.deepEqual(read(" -20\n"), { kind: "number", value: -20 });
  assert.deepEqual(read("+7"), { kind: "number", value: 7 });
  assert.deepEqual(read("-0"), { kind: "number", value: 0 });
});

test("readNumber() refuses what is more than a number, and fractions", () => {
  assert.deepEqual(read("12 13\n"), { kind: "invalid", text: "12 13" });
  assert.deepEqual(read("0.5"), { kind: "invalid", text: "0.5" });
  assert.deepEqual(read("0x10"), { kind: "invalid", text: "0x10" });
});

test("readNumber() takes all of 32 bits and no more", () => {
  assert.deepEqual(read("-2147483648"), { kind: "number", value: -2_147_483_648 });
  assert.deepEqual(read("2147483648"), { kind: "outOfRange", text: "2147483648" });
});

test("what is no number counts as 0", () => {
  assert.equal(valueOf(read("")), 0);
  assert.equal(valueOf(read("maintenance")), 0);
  assert.equal(valueOf(readNumber({ kind: "missing" })), 0);
  assert.equal(valueOf(read("99999999999")), 0);
});
