/** Runs every scenario in this folder and compares its transcript; UPDATE=1 rewrites them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { runScenario } from "../sim/scenario.ts";

const FOLDER = new URL("./", import.meta.url);
const SEPARATOR = "----\n";

for (const name of readdirSync(FOLDER)
  .filter((file) => file.endsWith(".txt"))
  .sort()) {
  test(`scenario ${name.replace(".txt", "")}`, () => {
    const file = new URL(name, FOLDER);
    const [script = "", recorded = ""] = readFileSync(file, "utf8").split(SEPARATOR);
    const transcript = `${runScenario(script)}\n`;
    if (process.env["UPDATE"] === "1") {
      writeFileSync(file, `${script.trimEnd()}\n${SEPARATOR}${transcript}`);
    } else {
      assert.equal(transcript, recorded);
    }
  });
}
