import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { askStatus } from "../../../src/cli/control-client.ts";
import { REQUEST_BYTES, parseRequest } from "../../../src/daemon/control-protocol.ts";
import { CONTROL_CLIENTS, openControlSocket } from "../../../src/daemon/control-socket.ts";
import { daemon, instance } from "../report/values.ts";

let directory = "";
before(() => {
  directory = mkdtempSync(join(tmpdir(), "control-"));
});
after(() => {
  rmSync(directory, { recursive: true });
});

const status = (journal: number): ReturnType<typeof daemon> =>
  daemon([instance()], {
    journal: Array.from({ length: journal }, (_, at) => ({ at, entry: { text: "x" } })),
  });

function connect(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => {
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

/** Everything the other side says until it hangs up or has said `lines` lines. */
function listen(socket: Socket, lines: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.setEncoding("utf8");
    socket.on("error", () => {
      resolve(text);
    });
    socket.on("close", () => {
      resolve(text);
    });
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.split("\n").length > lines) socket.destroy();
    });
  });
}

test("a request is answered from the latest state, with as much journal as asked for", async () => {
  const path = join(directory, "a", "control.sock");
  using socket = await openControlSocket(path, status);
  const answer = await askStatus(path, 2);
  assert.ok(answer.kind === "answered");
  assert.equal(answer.status.vrrp?.instances[0]?.name, "VI_1");
  assert.equal(answer.status.journal.length, 2);
  assert.ok(socket);
});

test("the socket is for the owner and the group, its directory can be entered", async () => {
  const path = join(directory, "b", "control.sock");
  const mask = process.umask(0o177);
  try {
    using socket = await openControlSocket(path, status);
    assert.equal(statSync(path).mode & 0o777, 0o660);
    assert.equal(statSync(join(directory, "b")).mode & 0o777, 0o755);
    assert.ok(socket);
  } finally {
    process.umask(mask);
  }
});

test("what a dead daemon left is replaced; after the end nothing is left and nobody answers", async () => {
  const path = join(directory, "control.sock");
  writeFileSync(path, "");
  {
    using socket = await openControlSocket(path, status);
    assert.equal((await askStatus(path, 0)).kind, "answered");
    assert.ok(socket);
  }
  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
  assert.equal((await askStatus(path, 0)).kind, "notRunning");
});

test("several requests on one connection are answered in order, bad ones with a sentence", async () => {
  const path = join(directory, "many.sock");
  using socket = await openControlSocket(path, status);
  const client = await connect(path);
  const heard = listen(client, 3);
  client.write('{"request":"status"}\nnonsense\n{"request":"fly"}\n');
  const answers = (await heard).trim().split("\n");
  assert.equal(answers.length, 3);
  assert.match(answers[0] ?? "", /^\{"ok":true,/);
  assert.match(answers[1] ?? "", /^\{"ok":false,"error":"a request is one line of JSON/);
  assert.match(answers[2] ?? "", /known requests are status, maintenance, switchover and restart/);
  assert.ok(socket);
});

test("a request without an end is refused at its limit", async () => {
  const path = join(directory, "long.sock");
  using socket = await openControlSocket(path, status);
  const client = await connect(path);
  const heard = listen(client, 1);
  client.write("x".repeat(REQUEST_BYTES + 1));
  assert.match(await heard, /a request has at most 4096 characters/);
  assert.ok(socket);
});

test("more clients than allowed are turned away, and the others still answered", async () => {
  const path = join(directory, "crowd.sock");
  using socket = await openControlSocket(path, status);
  const crowd = await Promise.all(
    Array.from({ length: CONTROL_CLIENTS }, async () => connect(path)),
  );
  const late = await connect(path);
  assert.equal(await listen(late, 1), "");
  const [first] = crowd;
  assert.ok(first !== undefined);
  const heard = listen(first, 1);
  first.write('{"request":"status"}\n');
  assert.match(await heard, /^\{"ok":true,/);
  for (const client of crowd) client.destroy();
  assert.ok(socket);
});

test("a directory that cannot be made is an error with its reason", async () => {
  writeFileSync(join(directory, "file"), "");
  const path = join(directory, "file", "control.sock");
  await assert.rejects(openControlSocket(path, status), /ENOTDIR|EEXIST/);
});

test("parseRequest() wants a whole number of journal entries", () => {
  assert.deepEqual(parseRequest('{"request":"status"}'), {
    ok: true,
    value: { request: "status", journal: 0 },
  });
  for (const journal of ["-1", "1.5", '"3"', "null"]) {
    assert.equal(parseRequest(`{"request":"status","journal":${journal}}`).ok, false);
  }
  assert.equal(parseRequest("[]").ok, false);
  assert.equal(parseRequest("null").ok, false);
});
