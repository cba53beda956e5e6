/** The forecast against the simulator: the daemon's own driver with the same scripts failing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ScenarioRun } from "../../sim/scenario.ts";
import { compareTexts, instanceText, SCRIPTS } from "./pair.ts";
import type { Wanted } from "./pair.ts";

interface Pair {
  readonly name: string;
  /** Of each node: what the file says, and the same in the simulator's words. */
  readonly nodes: readonly (readonly [Wanted, string])[];
}

const node = (priority: number, weight: string, flags = ""): readonly [Wanted, string] => [
  {
    priority,
    track: weight
      .split(" ")
      .map((each) => each.replace(":", " weight "))
      .join("\n    "),
    more: flags,
  },
  `prio=${priority} script=${weight.replaceAll(" ", ",")} ${flags}`,
];

const at = (
  address: string,
  [wanted, words]: readonly [Wanted, string],
): readonly [Wanted, string] => [{ ...wanted, more: `mcast_src_ip ${address}` }, words];

const PAIRS: readonly Pair[] = [
  {
    name: "equal priorities",
    nodes: [
      at("10.0.0.11", node(100, "chk_nginx:-10")),
      at("10.0.0.12", node(100, "chk_nginx:-10")),
    ],
  },
  { name: "above the gap", nodes: [node(150, "chk_nginx:-60"), node(100, "chk_nginx:-60")] },
  { name: "at the gap", nodes: [node(150, "chk_nginx:-50"), node(100, "chk_nginx:-50")] },
  { name: "positive weights", nodes: [node(150, "chk_nginx:60"), node(100, "chk_nginx:55")] },
  { name: "without a weight", nodes: [node(150, "chk_nginx"), node(100, "chk_nginx")] },
  {
    name: "two checks",
    nodes: [node(150, "chk_nginx:-30 chk_ping:-40"), node(100, "chk_nginx:-20 chk_ping")],
  },
  {
    name: "nopreempt",
    nodes: [
      node(150, "chk_nginx chk_ping:-80", "nopreempt"),
      node(100, "chk_nginx chk_ping:-80", "nopreempt"),
    ],
  },
  {
    name: "three nodes",
    nodes: [node(120, "chk_nginx:-30"), node(110, "chk_nginx:-30"), node(100, "chk_nginx:-30")],
  },
];

for (const { name, nodes } of PAIRS) {
  test(`the forecast agrees with the simulator: ${name}`, () => {
    const texts = nodes.map(([wanted]) => SCRIPTS + instanceText(wanted));
    const [forecast] = compareTexts(...texts).forecasts;
    assert.ok(forecast !== undefined);
    const [{ masters, outcomes }] = forecast.beginnings;

    const foretold = [{ failing: [], masters }, ...outcomes].map((outcome) => outcome.masters[0]);
    const simulated = [{ failing: [] }, ...outcomes].map(({ failing }) =>
      simulate(
        nodes.map(([, words]) => words),
        failing,
      ),
    );
    assert.deepEqual(foretold, simulated);
  });
}

/** The masters some time after those checks failed, by the names of the forecast. */
function simulate(
  words: readonly string[],
  failing: readonly { readonly nodeIndex: number; readonly name: string }[],
): readonly string[] {
  const run = new ScenarioRun(1);
  const command = (line: string): void => {
    run.command(line.split(/\s+/).filter(Boolean));
  };
  command(`lan ${words.map((each, i) => `r${i + 1} ${each}`).join(" ")}`);
  for (const [i] of words.entries()) {
    for (const script of ["chk_nginx", "chk_ping"]) command(`script r${i + 1} ${script} good`);
  }
  command("run 20s");
  for (const { nodeIndex, name } of failing) command(`script r${nodeIndex + 1} ${name} bad`);
  command("run 20s");
  return [...run.routers.values()].flatMap(({ state }, i) =>
    state === "master" ? [String.fromCharCode("a".charCodeAt(0) + i)] : [],
  );
}
