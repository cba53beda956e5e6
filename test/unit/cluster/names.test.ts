/** Nodes are called by what tells them apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeNames } from "../../../src/cluster/names.ts";

const files = (...names: readonly string[]) => names.map((file) => ({ file, id: undefined }));

test("nodeNames() takes the file's name, the directory where that is the same, or the path", () => {
  assert.deepEqual(nodeNames(files("etc/lb1.conf", "etc/lb2.conf")), ["lb1", "lb2"]);
  assert.deepEqual(nodeNames(files("lb1/keepalived.conf", "lb2/keepalived.conf")), ["lb1", "lb2"]);
  assert.deepEqual(nodeNames(files("a/x/k.conf", "a/y/l.conf", "b/y/k.conf")), [
    "a/x/k.conf",
    "a/y/l.conf",
    "b/y/k.conf",
  ]);
});

test("nodeNames() takes the configuration ids where each has one", () => {
  const asked = [
    { file: "k.conf", id: "lb1" },
    { file: "k.conf", id: "lb2" },
  ];
  assert.deepEqual(nodeNames(asked), ["lb1", "lb2"]);
});

test("nodeNames() tells the same file apart by its place on the command line", () => {
  assert.deepEqual(nodeNames(files("k.conf", "k.conf")), ["k.conf (1)", "k.conf (2)"]);
});
