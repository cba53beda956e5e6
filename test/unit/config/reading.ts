/** Ways for the tests to read configuration text: as plain lines, as a loaded model. */
import { collectDiagnostics } from "../../../src/config/diagnostics.ts";
import type { Diagnostic } from "../../../src/config/diagnostics.ts";
import type { LineText } from "../../../src/config/line-text.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { LoadedConfig, LoadOptions } from "../../../src/config/load.ts";
import { readFile } from "../../../src/config/reader.ts";
import { createReading } from "../../../src/config/reading.ts";
import { textSource } from "../../../src/config/source.ts";

const MAIN = "main.conf";

export interface ReadText {
  readonly texts: readonly string[];
  readonly lines: readonly LineText[];
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly string[];
}

/** What is left of a text once the language around the keywords is done with. */
export function readText(
  text: string,
  files: Readonly<Record<string, string>> = {},
  allIncludesRequired = false,
): ReadText {
  const list = collectDiagnostics();
  const lines: LineText[] = [];
  const source = textSource({ [MAIN]: text, ...files }, { PLACE: "lab" });
  const options = { configId: "main", allIncludesRequired };
  const reading = createReading(source, options, list.report, (line) => lines.push(line));
  readFile(reading, MAIN, text);
  return {
    texts: lines.map((line) => line.text),
    lines,
    diagnostics: list.finish(),
    files: reading.files,
  };
}

export function loadText(text: string, options: Partial<LoadOptions> = {}): LoadedConfig {
  return loadConfig(textSource({ [MAIN]: text }), { path: MAIN, ...options });
}

/** A vrrp_instance with further lines; addresses 10.0.0.3 unless the lines bring their own. */
export function instanceText(...lines: readonly string[]): string {
  const hasAddresses = lines.some((line) => line.startsWith("virtual_ipaddress {"));
  return [
    "vrrp_instance VI_1 {",
    "interface eth0",
    "virtual_router_id 50",
    ...lines,
    ...(hasAddresses ? [] : ["virtual_ipaddress {", "10.0.0.3", "}"]),
    "}",
    "",
  ].join("\n");
}

export function messagesOf({
  diagnostics,
}: {
  readonly diagnostics: readonly Diagnostic[];
}): string[] {
  return diagnostics.map(({ message }) => message);
}
