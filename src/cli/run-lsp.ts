/** `keepalived lsp`: hands over to the language server, a program of its own. */
import { loadLater } from "./program.ts";
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
  loadLater("lsp");
  return 0;
}
