/**
 * The entry of the language server, a program of its own so that the daemon's stays small. Speaks
 * LSP on standard input and output; ends when told to, when its input ends, or with its editor.
 */
import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "../lsp/server.ts";
import { nodeSource, programExists } from "./config-source.ts";

serve(createConnection(ProposedFeatures.all, process.stdin, process.stdout), {
  disk: nodeSource(),
  machine: { interfaces: interfaceNames, programExists },
  pageOf: pageOfCode(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
});

/** Those of the kernel's table, down or without address as they may be; else what Node knows. */
function interfaceNames(): readonly string[] {
  try {
    const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n").slice(2);
    return lines.map((line) => line.split(":", 1)[0]?.trim() ?? "").filter((name) => name !== "");
  } catch {
    return Object.keys(networkInterfaces());
  }
}

/** The documentation lies beside the built program, when it is there. */
function pageOfCode(): (code: string) => string | undefined {
  const page = resolve(dirname(process.argv[1] ?? ""), "../docs/user/diagnostics.md");
  const href = existsSync(page) ? pathToFileURL(page).href : undefined;
  return (code) => (href === undefined ? undefined : `${href}#${code}`);
}
