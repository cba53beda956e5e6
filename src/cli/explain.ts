/** `keepalived explain`: what a keyword, an option word or a value means. */
import { findKeyword, topLevel } from "../inspect/keywords.ts";
import { explainJson, renderMeanings, renderNotFound, renderOverview } from "../report/explain.ts";
import type { Page } from "../report/explain.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { paintFor, widthOf, writeOut } from "./terminal.ts";

const NOT_FOUND_EXIT = 1;

export function runExplain(given: SubcommandArguments): number {
  const page: Page = {
    paint: paintFor(process.stdout),
    width: widthOf(process.stdout),
    height: process.stdout.isTTY ? process.stdout.rows : undefined,
  };
  const { operands } = given;
  if (operands.length === 0) {
    writeOut(process.stdout, renderOverview(topLevel(), page));
    return 0;
  }
  const found = findKeyword(operands);
  if (found.kind !== "found") {
    writeOut(process.stderr, renderNotFound(operands.join(" "), found));
    return NOT_FOUND_EXIT;
  }
  const { meanings } = found;
  writeOut(
    process.stdout,
    given.has("json") ? explainJson(meanings) : renderMeanings(meanings, page),
  );
  return 0;
}
