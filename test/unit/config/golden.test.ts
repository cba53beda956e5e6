/** Every file of test/golden/config gives the outcome beside it; `UPDATE=1` rewrites the outcomes. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import {
  CORPUS_DIRECTORY,
  corpusNames,
  corpusOptions,
  corpusSource,
  loadCorpusFile,
  readExpected,
  renderOutcome,
} from "../../golden/config/corpus.ts";

for (const name of corpusNames()) {
  test(`${name}.conf gives its expected outcome`, () => {
    const actual = renderOutcome(name);
    const path = join(CORPUS_DIRECTORY, `${name}.expected`);
    if (process.env["UPDATE"] === "1") writeFileSync(path, actual);
    assert.ok(existsSync(path), `${path} is missing: run the tests with UPDATE=1 and review it`);
    assert.equal(actual, readExpected(name));
  });

  test(`${name}.conf has the same mistakes when only these are asked for`, () => {
    const { diagnostics, verdict } = loadConfig(corpusSource(), {
      ...corpusOptions(name),
      isOnlyCheck: true,
    });
    const whole = loadCorpusFile(name);
    assert.deepEqual(diagnostics, whole.diagnostics);
    assert.deepEqual(verdict, whole.verdict);
  });
}
