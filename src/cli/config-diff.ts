/** `keepalived config diff`: what a reload would change. */
import { differenceBetween } from "../inspect/difference.ts";
import { differenceJson, isSame, renderDifference } from "../report/config-diff.ts";
import { DEFAULT_CONFIG_FILE } from "./command.ts";
import { CONFIG_EXIT, readFlat } from "./flat-configuration.ts";
import type { FlatConfiguration } from "./flat-configuration.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { paintFor, widthOf, writeOut } from "./terminal.ts";

/** As diff(1). */
const DIFFERENT_EXIT = 1;

/** With one file, what the daemon would do that now runs with the usual one. */
export function runConfigDiff(given: SubcommandArguments): number {
  const [first = "", second] = given.operands;
  const paths = second === undefined ? [DEFAULT_CONFIG_FILE, first] : [first, second];
  const [before, after] = paths.map((path) =>
    readFlat(path, given.get("config-id"), { defaults: false }),
  );
  if (before === undefined || after === undefined) return CONFIG_EXIT;
  const broken = [before, after].filter(({ loaded }) => loaded.verdict.run !== undefined);
  if (broken.length > 0) {
    for (const each of broken) writeOut(process.stderr, each.errors());
    return CONFIG_EXIT;
  }
  const difference = differenceBetween(sideOf(before), sideOf(after));
  const options = {
    before: before.path,
    after: after.path,
    errors: after.loaded.diagnostics.filter(({ severity }) => severity === "error").length,
    paint: paintFor(process.stdout),
    width: widthOf(process.stdout),
  };
  const render = given.has("json") ? differenceJson : renderDifference;
  writeOut(process.stdout, render(difference, options));
  return isSame(difference) ? 0 : DIFFERENT_EXIT;
}

const sideOf = ({ loaded, lines }: FlatConfiguration): Parameters<typeof differenceBetween>[0] => ({
  model: loaded.model,
  lines,
});
