/** `keepalived config show`: the effective configuration. */
import { renderShown, shownJson } from "../report/config-show.ts";
import { DEFAULT_CONFIG_FILE } from "./command.ts";
import { CONFIG_EXIT, readFlat } from "./flat-configuration.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { paintFor, writeOut } from "./terminal.ts";

export function runConfigShow(given: SubcommandArguments): number {
  const [path = DEFAULT_CONFIG_FILE] = given.operands;
  const flat = readFlat(path, given.get("config-id"), { defaults: given.has("defaults") });
  const { files, verdict } = flat.loaded;
  const paint = paintFor(process.stdout);
  const text = given.has("json")
    ? shownJson(flat.lines, files)
    : `${paint("dim", `# ${path} as it is read here`)}\n\n` +
      renderShown(flat.lines, { paint, nameOf: flat.nameOf, mainFile: path, masks: true });
  if (files.length > 0) writeOut(process.stdout, text);
  if (verdict.run === undefined) return 0;
  writeOut(process.stderr, flat.errors());
  return CONFIG_EXIT;
}
