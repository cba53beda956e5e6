/** `keepalived lsp`: hands over to the language server, whose program lies beside this one. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { writeOut } from "./terminal.ts";

/** Starts it in this process; from then on it decides when to exit, and with which code. */
export function runLsp(): number {
  const program = resolve(process.argv[1] ?? "");
  const server = resolve(dirname(program), "lsp.cjs");
  if (!existsSync(server)) {
    writeOut(process.stderr, `keepalived lsp: there is no ${server}; run \`make build\` again\n`);
    return 1;
  }
  if (process.stdin.isTTY) {
    writeOut(
      process.stderr,
      "keepalived lsp speaks the Language Server Protocol and is started by an editor; " +
        "see docs/user/editor.md. Ctrl-C ends it.\n",
    );
  }
  createRequire(program)(server);
  return 0;
}
