/** Mails over real connections to servers made here: one that works, and those that do not. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { milliseconds, seconds } from "../../src/base/units.ts";
import { sendMail } from "../../src/sys/linux/mail.ts";
import type { MailRelay, OutgoingMail } from "../../src/sys/telling-ports.ts";

const MAIL: OutgoingMail = {
  sender: "lb1@example.org",
  recipients: ["ops@example.org", "night@example.org"],
  text: "Subject: [lb1] hello\r\n\r\n.hidden\r\n",
};

interface Answers {
  /** Before each answer, in milliseconds. */
  readonly delay?: number;
  /** Answers to commands, by their first word; 250 otherwise. */
  readonly replies?: Readonly<Record<string, string>>;
  readonly isSilent?: boolean;
}

/** A server that speaks enough of RFC 5321, and writes down what it is told. */
async function serve(answers: Answers): Promise<{
  readonly relay: MailRelay;
  readonly heard: string[];
  readonly server: Server;
}> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    if (answers.isSilent !== true) converse(socket, answers, heard);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const relay: MailRelay = {
    host: "127.0.0.1",
    port,
    helloName: "lb1.example.org",
    timeout: seconds(5),
    tls: "off",
    authorities: undefined,
    login: undefined,
  };
  return { relay, heard, server };
}

function converse(socket: Socket, { delay = 0, replies = {} }: Answers, heard: string[]): void {
  let isMessage = false;
  let rest = "";
  const say = (line: string): void => {
    setTimeout(() => socket.write(`${line}\r\n`), delay);
  };
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    const lines = (rest + chunk.toString()).split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      heard.push(line);
      const word = line.split(/[ :]/)[0] ?? "";
      if (isMessage && line !== ".") continue;
      if (isMessage) isMessage = false;
      else isMessage = word === "DATA";
      say(replies[line] ?? replies[word] ?? (isMessage ? "354 go on" : "250 ok"));
    }
  });
  say("220 here");
}

test("a mail arrives as it was written, with bare addresses on the envelope", async () => {
  const { relay, heard, server } = await serve({});
  const outcome = await sendMail(relay, MAIL).result;
  server.close();
  assert.deepEqual(outcome, { kind: "sent", refused: [] });
  assert.deepEqual(heard.slice(0, 9), [
    "EHLO lb1.example.org",
    "MAIL FROM:<lb1@example.org>",
    "RCPT TO:<ops@example.org>",
    "RCPT TO:<night@example.org>",
    "DATA",
    "Subject: [lb1] hello",
    "",
    "..hidden",
    ".",
  ]);
});

test("a server that takes its time gets its mail", async () => {
  const { relay, server } = await serve({ delay: 50 });
  assert.equal((await sendMail(relay, MAIL).result).kind, "sent");
  server.close();
});

test("one recipient who is not wanted does not keep the mail from the other", async () => {
  const { relay, server } = await serve({
    replies: { "RCPT TO:<night@example.org>": "550 no such user" },
  });
  const outcome = await sendMail(relay, MAIL).result;
  server.close();
  assert.deepEqual(outcome, { kind: "sent", refused: ["night@example.org"] });
});

test("a refusal for good is told from one for now", async () => {
  for (const [reply, isFinal] of [
    ["550 never", true],
    ["451 later", false],
  ] as const) {
    const { relay, server } = await serve({ replies: { MAIL: reply } });
    const outcome = await sendMail(relay, MAIL).result;
    server.close();
    assert.ok(outcome.kind === "failed");
    assert.equal(outcome.isFinal, isFinal);
    assert.match(outcome.reason, new RegExp(reply));
  }
});

test("a server that is not there is a failure", async () => {
  const { relay, server } = await serve({});
  await new Promise((resolve) => server.close(resolve));
  const outcome = await sendMail(relay, MAIL).result;
  assert.match(outcome.kind === "failed" ? outcome.reason : "", /ECONNREFUSED/);
});

test("a server that says nothing is left after smtp_connect_timeout, or when told to", async () => {
  const { relay, server } = await serve({ isSilent: true });
  const patient = await sendMail({ ...relay, timeout: milliseconds(50) }, MAIL).result;
  assert.equal(patient.kind, "failed");
  const delivery = sendMail(relay, MAIL);
  delivery.abort();
  assert.equal((await delivery.result).kind, "failed");
  server.close();
});

test("encryption that is asked for and not offered is a failure, and nothing is sent", async () => {
  const { relay, heard, server } = await serve({ replies: { STARTTLS: "502 no" } });
  const outcome = await sendMail({ ...relay, tls: "starttls" }, MAIL).result;
  server.close();
  assert.equal(outcome.kind, "failed");
  assert.equal(
    heard.some((line) => line.startsWith("MAIL")),
    false,
  );
});

test("a password that others may read is not used", async () => {
  const directory = mkdtempSync(join(tmpdir(), "mail-"));
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, "secret\n");
  chmodSync(passwordFile, 0o644);
  const { relay, heard, server } = await serve({});
  const outcome = await sendMail({ ...relay, login: { user: "lb1", passwordFile } }, MAIL).result;
  server.close();
  rmSync(directory, { recursive: true });
  assert.match(outcome.kind === "failed" ? outcome.reason : "", /make its mode 0600/);
  assert.deepEqual(heard, []);
});
