/** A reload as it crosses to the VRRP process: the changed instances alone, and nothing lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Model } from "../../../src/config/model.ts";
import { changeOfModel, changedModel } from "../../../src/daemon/model-change.ts";
import { corpusNames, loadCorpusFile } from "../../golden/config/corpus.ts";
import { instanceFrom, modelOf, parseWords } from "../../sim/model.ts";

const three = (priority: number): Model =>
  modelOf(
    [`name=V1 vrid=1`, `name=V2 vrid=2 prio=${priority}`, `name=V3 vrid=3`].map((words) =>
      instanceFrom(parseWords(words.split(" "))),
    ),
  );

const crossed = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test("only the instance that changed is told; the others stay the same objects", () => {
  const [before, next] = [three(100), three(150)];
  const change = changeOfModel(before, next);
  assert.deepEqual(change.instances, [{ kept: 0 }, next.instances[1], { kept: 2 }]);
  const result = changedModel(before, change);
  assert.equal(result.instances[0], before.instances[0]);
  assert.equal(result.instances[1]?.priority, 150);
  assert.equal(result.instances[2], before.instances[2]);
});

test("instances that come, go and change places are where the new model has them", () => {
  const before = three(100);
  const next = { ...before, instances: [...before.instances.slice(1)].reverse() };
  assert.deepEqual(changeOfModel(before, next).instances, [{ kept: 2 }, { kept: 1 }]);
  const back = changeOfModel(next, before);
  assert.deepEqual(changedModel(next, back), before);
});

test("the VRRP process gets from any file of the corpus to the next one", () => {
  const models = corpusNames().map((name) => loadCorpusFile(name).model);
  let before = models[0];
  assert.ok(before !== undefined && models.length > 100);
  let child = crossed(before);
  for (const next of models) {
    child = changedModel(child, crossed(changeOfModel(before, next)));
    assert.deepEqual(child, crossed(next));
    before = next;
  }
});
