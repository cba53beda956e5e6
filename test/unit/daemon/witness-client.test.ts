/** The etcd client against an HTTP server that answers as etcd does, and as it should not. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { after, beforeEach, test } from "node:test";
import { parseIpAddress } from "../../../src/base/address.ts";
import { milliseconds, seconds } from "../../../src/base/units.ts";
import { WitnessClient } from "../../../src/daemon/witness-client.ts";
import { openPoster } from "../../../src/daemon/witness-http.ts";
import type { ClaimAnswer, ClaimRequest } from "../../../src/track/witness-claim.ts";
import type { WitnessConfig } from "../../../src/track/witness.ts";

const SELF = { name: "lb1", address: parseIpAddress("10.0.0.11") };
const OTHER = { name: "lb2", address: parseIpAddress("10.0.0.12") };
const KEY = "/keepalived/ipv4/51";

type Handler = (path: string, body: string, response: ServerResponse) => void;

let handler: Handler = () => undefined;
const asked: string[] = [];
const authorizations: (string | undefined)[] = [];

const server: Server = createServer((request: IncomingMessage, response) => {
  let body = "";
  request.on("data", (chunk: Uint8Array) => (body += Buffer.from(chunk).toString()));
  request.on("end", () => {
    asked.push(request.url ?? "");
    authorizations.push(request.headers.authorization);
    handler(request.url ?? "", body, response);
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const place = server.address();
const port = typeof place === "object" ? place?.port : undefined;

beforeEach(() => {
  asked.length = 0;
  authorizations.length = 0;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const CONFIG: WitnessConfig = {
  urls: [`http://127.0.0.1:${port ?? 0}`],
  prefix: "/keepalived",
  authorities: undefined,
  certificate: undefined,
  privateKey: undefined,
  login: undefined,
  ttl: seconds(6),
  timeout: milliseconds(500),
  policy: "prefer-availability",
};

async function ask(
  request: ClaimRequest,
  config: Partial<WitnessConfig> = {},
): Promise<ClaimAnswer> {
  const whole = { ...CONFIG, ...config };
  const readPassword = (): Promise<string> => Promise.resolve("secret-word");
  using client = new WitnessClient(whole, { poster: openPoster(whole), readPassword });
  return await client.ask({ request, key: KEY, self: SELF });
}

const json =
  (answers: Readonly<Record<string, unknown>>): Handler =>
  (path, _body, response) => {
    response.writeHead(path in answers ? 200 : 404);
    response.end(JSON.stringify(answers[path] ?? { code: 5, message: "not found" }));
  };

const record = (holder: object, lease = "7"): object => ({
  key: "",
  value: Buffer.from(JSON.stringify(holder)).toString("base64"),
  lease,
  mod_revision: "3",
});

test("a free key is claimed with a new lease", async () => {
  handler = json({
    "/v3/lease/grant": { ID: "42", TTL: "6" },
    "/v3/kv/txn": { succeeded: true, responses: [{ response_put: {} }] },
  });
  assert.deepEqual(await ask({ kind: "claim", lease: undefined }), { kind: "held", lease: "42" });
  assert.deepEqual(asked, ["/v3/lease/grant", "/v3/kv/txn"]);
});

test("a lease that lives is renewed, and one that is over is replaced", async () => {
  const held = { succeeded: true };
  handler = json({ "/v3/lease/keepalive": { result: { ID: "42", TTL: "6" } }, "/v3/kv/txn": held });
  assert.deepEqual(await ask({ kind: "claim", lease: "42" }), { kind: "held", lease: "42" });
  handler = json({
    "/v3/lease/keepalive": { result: { ID: "42" } },
    "/v3/lease/grant": { ID: "43", TTL: "6" },
    "/v3/kv/txn": held,
  });
  assert.deepEqual(await ask({ kind: "claim", lease: "42" }), { kind: "held", lease: "43" });
});

test("a key of another router is named, with the lease that is ours and of no use", async () => {
  const kvs = [record({ router: "lb2", address: "10.0.0.12" })];
  handler = json({
    "/v3/lease/grant": { ID: "42", TTL: "6" },
    "/v3/kv/txn": { responses: [{ response_range: { kvs } }] },
    "/v3/kv/range": { kvs },
  });
  const elsewhere = { kind: "elsewhere", holder: OTHER } as const;
  assert.deepEqual(await ask({ kind: "claim", lease: undefined }), { ...elsewhere, lease: "42" });
  assert.deepEqual(await ask({ kind: "look" }), { ...elsewhere, lease: undefined });
});

test("a key from an earlier life of this router is taken over", async () => {
  let transactions = 0;
  const kvs = [record({ router: "lb1", address: "10.0.0.11" }, "9")];
  handler = (path, body, response) => {
    const isSecond = path === "/v3/kv/txn" && (transactions += 1) === 2;
    if (isSecond) assert.match(body, /"target":"MOD","mod_revision":"3"/);
    const answers = {
      "/v3/lease/grant": { ID: "42", TTL: "6" },
      "/v3/kv/txn": isSecond ? { succeeded: true } : { responses: [{ response_range: { kvs } }] },
    };
    json(answers)(path, body, response);
  };
  assert.deepEqual(await ask({ kind: "claim", lease: undefined }), { kind: "held", lease: "42" });
});

test("a lease that is gone already counts as given back", async () => {
  handler = json({});
  assert.deepEqual(await ask({ kind: "release", lease: "42" }), { kind: "released" });
});

const failures: readonly (readonly [string, Handler, RegExp])[] = [
  ["says nothing", () => undefined, /no answer within 500 ms/],
  [
    "closes the connection",
    (_path, _body, response) => {
      response.socket?.destroy();
    },
    /socket hang up|ECONNRESET/,
  ],
  [
    "breaks off in its answer",
    (_path, _body, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("{", () => response.socket?.destroy());
    },
    /broke off|aborted|ECONNRESET/,
  ],
  [
    "never ends its answer",
    (_path, _body, response) => {
      response.write("{");
    },
    /no answer within 500 ms/,
  ],
  [
    "answers with a flood",
    (_path, _body, response) => {
      response.on("error", () => undefined);
      response.end("x".repeat(300_000));
    },
    /longer than 65536 bytes/,
  ],
  [
    "answers with something else",
    (_path, _body, response) => {
      response.end("<html>hello</html>");
    },
    /HTTP status 200, no JSON/,
  ],
  [
    "has a full disk",
    (_path, _body, response) => {
      response.writeHead(500);
      response.end(
        JSON.stringify({ code: 8, message: "etcdserver: mvcc: database space exceeded" }),
      );
    },
    /database space exceeded/,
  ],
];

for (const [what, bad, reason] of failures) {
  test(`a server that ${what} is a failure with its reason`, async () => {
    handler = bad;
    const answer = await ask({ kind: "look" });
    assert.match(answer.kind === "failed" ? answer.reason : answer.kind, reason);
  });
}

test("the lease of a claim that failed half-way is known", async () => {
  handler = (path, body, response) => {
    if (path === "/v3/kv/txn") return;
    json({ "/v3/lease/grant": { ID: "42", TTL: "6" } })(path, body, response);
  };
  const answer = await ask({ kind: "claim", lease: undefined });
  assert.equal(answer.kind === "failed" ? answer.lease : "", "42");
});

test("a user logs in, and the password is in no word about it", async () => {
  const login = { user: "root", passwordFile: "/secret" };
  handler = json({ "/v3/auth/authenticate": { token: "T" }, "/v3/kv/range": {} });
  assert.deepEqual(await ask({ kind: "look" }, { login }), { kind: "free" });
  assert.deepEqual(authorizations, [undefined, "T"]);
  handler = (_path, _body, response) => {
    response.writeHead(401);
    response.end(JSON.stringify({ code: 16, message: "etcdserver: authentication failed" }));
  };
  const refused = await ask({ kind: "look" }, { login });
  assert.match(JSON.stringify(refused), /authentication failed/);
  assert.doesNotMatch(JSON.stringify(refused), /secret-word/);
});

test("the next member is asked after one that does not answer", async () => {
  handler = json({ "/v3/kv/range": {} });
  const config = { ...CONFIG, urls: ["http://127.0.0.1:1", ...CONFIG.urls] as const };
  const readPassword = (): Promise<string> => Promise.resolve("");
  using client = new WitnessClient(config, { poster: openPoster(config), readPassword });
  const question = { request: { kind: "look" }, key: KEY, self: SELF } as const;
  assert.equal((await client.ask(question)).kind, "failed");
  assert.equal((await client.ask(question)).kind, "free");
});

test("a holder's name cannot bring control characters into a log", async () => {
  handler = json({ "/v3/kv/range": { kvs: [record({ router: "a\n\u001b[31mb", address: "x" })] } });
  const answer = await ask({ kind: "look" });
  assert.deepEqual(answer.kind === "elsewhere" ? answer.holder : undefined, {
    name: "a??[31mb",
    address: undefined,
  });
});
