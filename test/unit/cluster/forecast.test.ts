/** Who will be master, who next, and which failing checks move the address where. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterReport } from "../../../src/cluster/compare.ts";
import { paintWith } from "../../../src/report/paint.ts";
import { renderCluster } from "../../../src/report/cluster.ts";
import { comparePair, compareTexts, instanceText, SCRIPTS } from "./pair.ts";

/** The text without the head of the router. */
function told(report: ClusterReport): readonly string[] {
  return renderCluster(report, paintWith(false))
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim().replace(/ {2,}/g, ": "));
}

const tracking = (line: string) => ({ a: { track: line }, b: { track: line } });

test("a weight above the gap moves the address, on both nodes it stays", () => {
  assert.deepEqual(told(comparePair(tracking("chk_nginx weight -60"))), [
    "master a (150), then b (100)",
    "moves to b: chk_nginx fails on a",
    "stays on a: chk_nginx fails on both",
    "moves nothing: chk_nginx fails on b",
  ]);
});

test("a weight exactly at the gap moves nothing: a backup takes nothing from an equal", () => {
  assert.deepEqual(told(comparePair(tracking("chk_nginx weight -50"))), [
    "master a (150), then b (100)",
    "moves nothing: chk_nginx fails on a or b",
  ]);
});

test("one more than the gap moves it", () => {
  const [, moved] = told(comparePair(tracking("chk_nginx weight -51")));

  assert.equal(moved, "moves to b: chk_nginx fails on a");
});

test("a positive weight counts while the check is good", () => {
  assert.deepEqual(told(comparePair(tracking("chk_nginx weight 60"))), [
    "master a (210), then b (160)",
    "moves to b: chk_nginx fails on a",
    "stays on a: chk_nginx fails on both",
    "moves nothing: chk_nginx fails on b",
  ]);
});

test("without a weight a failure is FAULT, and on both nodes nobody is left", () => {
  assert.deepEqual(told(comparePair(tracking("chk_nginx"))), [
    "master a (150), then b (100)",
    "moves to b: chk_nginx fails on a",
    "nobody is master: chk_nginx fails on both",
    "moves nothing: chk_nginx fails on b",
  ]);
});

test("two weights that reach the other together are told as a pair, and each is warned of", () => {
  const report = comparePair({
    a: { track: "chk_nginx weight -30\n    chk_ping weight -30" },
  });

  assert.deepEqual(told(report), [
    "master a (150), then b (100)",
    "moves to b: chk_nginx fails on a and chk_ping fails on a",
    "moves nothing: chk_nginx fails on a; chk_ping fails on a",
  ]);
  assert.match(report.diagnostics[0]?.message ?? "", /chk_nginx by itself never moves/);
});

test("with nopreempt it depends on who was master, and both are told", () => {
  const node = { more: "nopreempt", track: "chk_nginx" };

  assert.deepEqual(told(comparePair({ a: node, b: node })), [
    "master a (150), then b (100)",
    "who is master stays master (nopreempt)",
    "while a is master",
    "moves to b: chk_nginx fails on a",
    "nobody is master: chk_nginx fails on both",
    "moves nothing: chk_nginx fails on b",
    "while b is master",
    "moves to a: chk_nginx fails on b",
    "nobody is master: chk_nginx fails on both",
    "moves nothing: chk_nginx fails on a",
  ]);
});

test("with nopreempt a weight moves nothing, whoever is master", () => {
  const node = { more: "nopreempt", track: "chk_nginx weight -60" };

  assert.deepEqual(told(comparePair({ a: node, b: node })), [
    "master a (150), then b (100)",
    "who is master stays master (nopreempt)",
    "moves nothing: chk_nginx fails on a or b",
  ]);
});

test("an owner keeps its priority whatever a weight says", () => {
  const report = comparePair({ a: { priority: 255, track: "chk_nginx weight -60" } });

  assert.deepEqual(told(report), [
    "master a (255), then b (100)",
    "moves nothing: chk_nginx fails on a",
  ]);
});

test("three nodes take over in the order of their priorities", () => {
  const node = (priority: number): string =>
    SCRIPTS + instanceText({ priority, track: "chk_nginx" });

  assert.deepEqual(told(compareTexts(node(100), node(200), node(150))), [
    "master b (200), then c (150), then a (100)",
    "moves to c: chk_nginx fails on b",
    "moves to a: chk_nginx fails on b and c",
    "nobody is master: chk_nginx fails on all nodes",
    "moves nothing: chk_nginx fails on a or c",
  ]);
});

const two = (priority: number): string =>
  instanceText({ priority }) +
  instanceText({ name: "VI_2", vrid: 52, addresses: ["10.0.1.3/24"], priority }).replace(
    "eth0",
    "eth1",
  );
const GROUP =
  "vrrp_sync_group G {\n  group {\n    VI_1\n    VI_2\n  }\n  track_script {\n    chk_nginx\n  }\n}\n";

test("a sync group moves as a whole when one of its interfaces goes down", () => {
  const report = compareTexts(SCRIPTS + two(150) + GROUP, SCRIPTS + two(100) + GROUP);

  assert.equal(report.forecasts.length, 1);
  assert.deepEqual(told(report).slice(0, 2), [
    "master a (150), then b (100)",
    "moves to b: chk_nginx fails on a; eth0 is down on a; eth1 is down on a",
  ]);
});

test("a sync group whose members prefer different nodes stays where it is, and is warned of", () => {
  const crossed = (first: number, second: number): string =>
    instanceText({ priority: first }) +
    instanceText({ name: "VI_2", vrid: 52, addresses: ["10.0.1.3/24"], priority: second });
  const report = compareTexts(
    SCRIPTS + crossed(150, 100) + GROUP,
    SCRIPTS + crossed(100, 150) + GROUP,
  );

  assert.ok(
    told(report).includes("who is master stays master (the sync group does not agree on another)"),
  );
  assert.match(
    report.diagnostics.map(({ message }) => message).join("\n"),
    /want a for the one and b for the other/,
  );
});

test("nodes that do not hear each other are master at the same time", () => {
  assert.deepEqual(told(comparePair({ b: { interval: 2 } })), [
    "a (150) and b (100) are master at the same time",
  ]);
});

test("routers of which the same is to be said are told together", () => {
  const many = (priority: number): string =>
    Array.from({ length: 10 }, (_, i) =>
      instanceText({
        name: `VI_${i + 1}`,
        vrid: i + 1,
        addresses: [`10.0.${i}.3/24`],
        priority,
      }),
    ).join("");

  const report = compareTexts(many(150), many(100));
  const text = renderCluster(report, paintWith(false));

  // Played once for all of them.
  assert.equal(new Set(report.forecasts.map(({ beginnings }) => beginnings)).size, 1);
  assert.match(text, /and 6 more like these/);
  assert.equal(text.match(/master a \(150\), then b \(100\)/g)?.length, 1);
});

test("a tie that the files cannot decide is told as one", () => {
  const [line] = told(comparePair({ b: { priority: 150 } }));

  assert.equal(
    line,
    "master b (150) or a (150): the higher address decides, which the files do not tell",
  );
});

test("with more than eight checks, single ones, pairs, and one check on all nodes are tried", () => {
  const scripts = ["x", "y", "z"]
    .map((name) => `vrrp_script ${name} {\n  script "/x"\n}\n`)
    .join("");
  const node = (priority: number): string =>
    scripts + instanceText({ priority, track: "x\n    y\n    z" });
  const report = compareTexts(node(150), node(100), node(50));

  const [forecast] = report.forecasts;
  assert.equal(forecast?.isComplete, false);
  assert.equal(forecast.beginnings[0].outcomes.length, 9 + 36 + 3);
  assert.deepEqual(told(report), [
    "master a (150), then b (100), then c (50)",
    "moves to b: x fails on a; y fails on a; z fails on a",
    "nobody is master: x fails on all nodes; y fails on all nodes; z fails on all nodes",
    "moves to c: x fails on a and b; y fails on a and b; z fails on a and b",
    "moves nothing: x fails on b or c; y fails on b or c; z fails on b or c",
    "of 9 checks, single failures and pairs were tried",
  ]);
});

test("processes and files that are tracked can fail too", () => {
  const node = (priority: number): string =>
    `vrrp_track_process nginx {\n  process nginx\n  weight -60\n}\n` +
    `track_file maint {\n  file /etc/maint\n}\n` +
    instanceText({
      priority,
      more: "track_process {\n    nginx\n  }\n  track_file {\n    maint weight 0\n  }",
    });

  assert.deepEqual(told(compareTexts(node(150), node(100))), [
    "master a (150), then b (100)",
    "moves to b: nginx is gone on a; maint is not 0 on a",
    "stays on a: nginx is gone on both",
    "nobody is master: maint is not 0 on both",
    "moves nothing: nginx is gone on b; maint is not 0 on b",
  ]);
});
