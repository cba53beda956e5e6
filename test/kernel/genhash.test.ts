/** What genhash asks of the kernel: packets with a mark, which a firewall of its own looks at. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { reasonToSkip } from "./real-network.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = join(ROOT, "src/cli/main.ts");

/** A server, and a firewall that drops what has mark 5. */
const SERVER = `
  require("node:net").createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.0 200 OK\\r\\n\\r\\nhello world\\n");
  }).listen(8080, "127.0.0.1", () => console.log("ready"));
  setTimeout(() => process.exit(), 60_000);
`;
const SCRIPT = `
  ip link set lo up
  printf 'table ip t {\\n chain o {\\n type filter hook output priority 0;\\n meta mark 5 drop\\n }\\n}\\n' | nft -f -
  "$1" -e "$SERVER" > "$READY" &
  server=$!
  while [ ! -s "$READY" ]; do sleep 0.1; done
  for mark in 5 6; do
    "$1" --import tsx "$2" --genhash -s 127.0.0.1 -p 8080 -u / -t 1 -m $mark 2>&1
  done
  kill $server
  rm "$READY"
`;

test(
  "packets of genhash have the mark from the first one on",
  { skip: reasonToSkip("genhash -m") },
  () => {
    const { stdout, stderr } = spawnSync(
      "unshare",
      ["--net", "sh", "-c", SCRIPT, "sh", process.execPath, MAIN],
      {
        cwd: ROOT,
        encoding: "utf8",
        env: { ...process.env, SERVER, READY: `/tmp/genhash-ready.${process.pid}` },
        timeout: 60_000,
      },
    );
    assert.equal(
      stdout,
      "genhash: cannot connect to 127.0.0.1 port 8080: nobody answered in time; -t allows more\n" +
        "6f5902ac237024bdd0c176cb93063dc4\n",
      stderr,
    );
  },
);
