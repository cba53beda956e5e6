/** genhash against small servers, and beside Debian's where that is installed. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { after, before, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { parseInvocation } from "../../../src/cli/command.ts";
import { hostOf, parseGenhash } from "../../../src/cli/genhash-arguments.ts";
import { remarksOn, renderBytes } from "../../../src/report/genhash.ts";

const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const DEBIANS = "/usr/bin/genhash";
/** A certificate for that name, signed by its own key, for this test alone. */
const WEB_EXAMPLE = readFileSync(new URL("web-example.pem", import.meta.url));
const PATIENCE_MS = 30_000;

const BODY = "hello world\n";
const answer = (head: string, body = BODY): string => `HTTP/1.1 200 OK\r\n${head}\r\n${body}`;

/** Pages by their path; each is the whole answer, after which the server closes. */
const PAGES: Readonly<Record<string, string>> = {
  "/plain": answer("Content-Length: 12\r\n"),
  "/short": answer("Content-Length: 5\r\n"),
  "/long": answer("Content-Length: 50\r\n"),
  "/closed": answer(""),
  "/chunked": answer("Transfer-Encoding: chunked\r\n", "6\r\nhello \r\n6\r\nworld\n\r\n0\r\n\r\n"),
  "/missing": `HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\n\r\n${BODY}`,
  "/moved": `HTTP/1.0 301 Moved\r\nLocation: /plain\r\n\r\n${BODY}`,
  "/empty": answer("Content-Length: 0\r\n", ""),
  "/lines": answer("", "a\r\n\r\nb"),
  "/row": answer("A: b\r\n", "0123456789abcdef"),
  "/large": answer("", "x".repeat(300_000)),
  "/nothing": "",
  "/no-head": BODY,
};

const requests: string[] = [];
let plain: Server;
let secure: Server;

function serve(socket: Socket): void {
  let request = "";
  socket.on("error", () => undefined);
  socket.on("data", (piece: Buffer) => {
    request += piece.toString("latin1");
    if (!request.includes("\r\n\r\n")) return;
    requests.push(request);
    const path = request.split(" ")[1] ?? "";
    if (path !== "/silent") socket.end(PAGES[path] ?? "", "latin1");
  });
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });

const portOf = (server: Server): string => String((server.address() as AddressInfo).port);

before(async () => {
  plain = createServer(serve);
  await listening(plain);
  secure = createTlsServer({ key: WEB_EXAMPLE, cert: WEB_EXAMPLE }, (socket) => {
    requests.push(`SNI ${String(socket.servername)}`);
    serve(socket);
  });
  await listening(secure);
});

after(() => {
  plain.close();
  secure.close();
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The server is in this process, so that the program must not be waited for in one piece. */
function run(program: string, words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { timeout: PATIENCE_MS });
    let [out, err] = ["", ""];
    child.stdout.on("data", (piece: Buffer) => (out += piece.toString("latin1")));
    child.stderr.on("data", (piece: Buffer) => (err += piece.toString("latin1")));
    child.on("close", (code) => {
      resolve({ code, out, err });
    });
  });
}

const ours = (...words: string[]): Promise<Ran> =>
  run(process.execPath, ["--import", "tsx", MAIN, "--genhash", ...words]);

const at = (server: Server, path: string, ...words: string[]): string[] => [
  ...["-s", "127.0.0.1", "-p", portOf(server), "-u", path],
  ...words,
];

test("the digest of a page is printed, alone on its line", async () => {
  assert.deepEqual(await ours(...at(plain, "/plain")), {
    code: 0,
    out: "6f5902ac237024bdd0c176cb93063dc4\n",
    err: "",
  });
});

test("a page over TLS is asked for with the name of its host when told to", async () => {
  requests.length = 0;
  const { out } = await ours(...at(secure, "/plain", "-S", "-I", "-V", "web.example", "-P", "1.1"));
  assert.equal(out, "6f5902ac237024bdd0c176cb93063dc4\n");
  assert.deepEqual(requests, [
    "SNI web.example",
    "GET /plain HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: web.example\r\n\r\n",
  ]);
  const unnamed = await ours(...at(secure, "/short", "-S", "-V", "web.example"));
  assert.equal(unnamed.out, "5d41402abc4b2a76b9719d911017c592\n");
  assert.equal(requests[2], "SNI false");
});

test("without an answer there is a sentence and no digest", async () => {
  const silent = await ours(...at(plain, "/silent", "-t", "1"));
  assert.deepEqual([silent.code, silent.out], [0, ""]);
  assert.match(silent.err, /^genhash: 127\.0\.0\.1 port \d+ was silent for 1 s; -t allows more\n$/);
  const refused = await ours("-s", "127.0.0.1", "-p", "1", "-u", "/");
  assert.deepEqual(refused, {
    code: 0,
    out: "",
    err: "genhash: cannot connect to 127.0.0.1 port 1: connection refused\n",
  });
  const nothing = await ours(...at(plain, "/nothing"));
  assert.match(nothing.err, /closed the connection without an HTTP answer/);
  const notTls = await ours(...at(plain, "/plain", "-S", "-t", "1"));
  assert.equal(notTls.out, "");
});

test("what is wrong with the command line is said before the help", async () => {
  const { code, out, err } = await ours("-s", "localhost", "-p", "80", "-u", "/");
  assert.deepEqual(
    [code, out, err.split("\n")[0]],
    [1, "", "server should be an IP, not localhost"],
  );
  const complaint = (...words: string[]): unknown => {
    const parsed = parseGenhash(words);
    return parsed.ok ? parsed.value : parsed.error;
  };
  const page = ["-s", "::1", "-p", "80", "-u", "/"];
  assert.equal(
    complaint("-s", "::1", "-u", "/"),
    "A server (-s), a port (-p) and a path (-u) are needed",
  );
  assert.equal(complaint(...page, "-p", "0"), "invalid port number '0'");
  assert.equal(complaint(...page, "-P", "2"), "invalid HTTP protocol version '2'");
  assert.equal(complaint(...page, "-m", "0x1"), "invalid fwmark '0x1'");
  assert.equal(complaint(...page, "-t", "0"), "invalid timeout '0': 1 to 3600 seconds");
  assert.equal(complaint(...page, "-u", "/\r\nX: y"), "invalid path: printable characters only");
  assert.equal(complaint(...page, "more"), "Unexpected argument(s): more");
  assert.equal(complaint(...page, "-z"), "Unknown option -z");
  assert.equal(complaint("-h"), "help");
});

test("the Host header is the virtual host, or address and port", () => {
  const host = (...words: string[]): string => {
    const parsed = parseGenhash(["-p", "80", "-u", "/", ...words]);
    assert.ok(parsed.ok && parsed.value !== "help");
    return hostOf(parsed.value);
  };
  assert.equal(host("-s", "192.0.2.1"), "192.0.2.1:80");
  assert.equal(host("-s", "::1"), "[::1]:80");
  assert.equal(host("-s", "::1", "-V", "web.example"), "web.example");
});

test("--genhash takes all that follows, and is the first option", () => {
  assert.deepEqual(parseInvocation(["-T", "-s", "::1", "status"]), {
    ok: true,
    value: { kind: "genhash", arguments: ["-s", "::1", "status"] },
  });
  const late = parseInvocation(["-n", "-T"]);
  assert.equal(late.ok ? "" : late.error.message, "--genhash must be the first option");
});

test("the program is genhash when it is called by that name", async () => {
  const child = spawnSync(process.execPath, ["--import", "tsx", MAIN, "-h"], {
    encoding: "utf8",
    env: { ...process.env, KEEPALIVED_CALLED_AS: "genhash" },
  });
  assert.match(child.stderr, /^Usage: genhash /);
  const usual = await run(process.execPath, ["--import", "tsx", MAIN, "-h"]);
  assert.match(usual.err, /^Usage: keepalived /);
});

test("bytes are shown sixteen a row", () => {
  const text = "0123456789abcdef\u0000z";
  assert.equal(
    renderBytes(Buffer.from(text, "latin1")),
    "0000  30 31 32 33 34 35 36 37 - 38 39 61 62 63 64 65 66   0123456789abcdef\n" +
      "0016  00 7a                   -                           .z              \n",
  );
});

test("what may surprise about a digest is remarked on", () => {
  const head = { bytes: new Uint8Array(), status: 200, contentLength: 12, isChunked: false };
  assert.deepEqual(remarksOn(head, 12), []);
  assert.deepEqual(remarksOn({ ...head, status: 503 }, 12), [
    "genhash: the server answered 503: this is the digest of what came with that\n",
  ]);
  assert.deepEqual(remarksOn(head, 5), [
    "genhash: only 5 of 12 bytes came: the digest is of those\n",
  ]);
});

test(
  "Debian's genhash prints the same",
  { skip: existsSync(DEBIANS) ? false : `needs ${DEBIANS}: apt-get install keepalived` },
  async () => {
    const withoutTime = (text: string): string => text.replace(/= \d+ usecs/, "= ? usecs");
    for (const path of Object.keys(PAGES)) {
      const words = at(plain, path, "-t", "5");
      const [expected, found] = await Promise.all([run(DEBIANS, words), ours(...words)]);
      assert.deepEqual([path, found.code, found.out], [path, expected.code, expected.out]);
    }
    for (const path of ["/plain", "/closed", "/missing", "/row", "/chunked"]) {
      requests.length = 0;
      const words = at(plain, path, "-v", "-P", "1.1", "-V", "web.example", "-t", "5");
      const [expected, found] = await Promise.all([run(DEBIANS, words), ours(...words)]);
      assert.equal(withoutTime(found.out), withoutTime(expected.out));
      assert.equal(requests.length, 2);
      assert.equal(requests[0], requests[1]);
    }
  },
);
