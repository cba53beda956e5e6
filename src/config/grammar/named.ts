/** Opening a block with a name: the same name twice means the second block is passed over. */
import { related } from "../diagnostics.ts";
import type { Located } from "../diagnostics.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import type { Context } from "./keyword.ts";

/** Keepalived passes over a second one of these without a word. */
const SILENT: ReadonlySet<string> = new Set([
  "vrrp_script",
  "track_file",
  "track_group",
  "virtual_server_group",
]);

/** The name for a new block, or undefined when a block of this kind has it already. */
export function newName(
  keyword: string,
  title: Word | undefined,
  context: Context,
): Located<string> | undefined {
  if (title === undefined) return undefined;
  const name = { value: title.text, at: spanOf(title) };
  const key = `${keyword} ${name.value}`;
  const earlier = context.names.get(key);
  if (earlier === undefined) {
    context.names.set(key, name.at);
    return name;
  }
  context.report({
    severity: "error",
    code: SILENT.has(keyword) ? "ignored" : "duplicate",
    message: `${keyword} ${name.value} already defined - ignoring the second one`,
    at: name.at,
    ...related(earlier, "first defined here"),
    fix: "give it another name, or remove one of the two",
  });
  return undefined;
}
