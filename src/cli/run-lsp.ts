/** `keepalived lsp`: hands over to the language server, whose program lies beside this one. */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { writeOut } from "./terminal.ts";

/** Starts it in this process; from then on it decides when to exit, and with which code. */
export function runLsp(): number {
  if (process.stdin.isTTY) {
    writeOut(
      process.stderr,
      "keepalived lsp speaks the Language Server Protocol and is started by an editor; " +
        "see docs/user/editor.md. Ctrl-C ends it.\n",
    );
  }
  createRequire(resolve(process.argv[1] ?? ""))("./lsp.cjs");
  return 0;
}
