/** Mails under way, with a server of the test's own and time that passes when told to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds, times } from "../../../src/base/units.ts";
import {
  ANSWERS_PER_MAIL,
  FIRST_PAUSE,
  LAST_MAILS_TIME,
  LAST_PAUSE,
  MAILS_WAITING,
  MAIL_ATTEMPTS,
  MailQueue,
} from "../../../src/daemon/mail-queue.ts";
import type { QueuedMail } from "../../../src/daemon/mail-queue.ts";
import type { MailOutcome, MailRelay } from "../../../src/sys/telling-ports.ts";
import { ManualTimers, recordingLogger, settle } from "./fakes.ts";

const RELAY: MailRelay = {
  host: "192.0.2.25",
  port: 25,
  helloName: "lb1",
  timeout: seconds(30),
  tls: "off",
  authorities: undefined,
  login: undefined,
};
const SENT: MailOutcome = { kind: "sent", refused: [] };
const REFUSED = { kind: "failed", isFinal: false, reason: "connect ECONNREFUSED" } as const;

const mail = (subject: string): QueuedMail => ({
  subject,
  sender: "lb1@example.org",
  recipients: ["ops@example.org"],
  text: subject,
});

/** `answer` undefined: the server says nothing until the connection is closed. */
function setUp(answer: (text: string) => MailOutcome | undefined) {
  const timers = new ManualTimers();
  const { logger, lines } = recordingLogger(timers);
  const tried: string[] = [];
  const counts = { open: 0, most: 0 };
  const queue = new MailQueue({
    timers,
    logger,
    loadMailer:
      () =>
      (_relay, { text }) => {
        tried.push(text);
        counts.open += 1;
        counts.most = Math.max(counts.most, counts.open);
        let end: (outcome: MailOutcome) => void = () => undefined;
        const result = new Promise<MailOutcome>((resolve) => {
          end = (outcome) => {
            counts.open -= 1;
            resolve(outcome);
          };
        });
        const outcome = answer(text);
        if (outcome !== undefined) end(outcome);
        const closed: MailOutcome = { kind: "failed", isFinal: false, reason: "closed" };
        return {
          result,
          abort: () => {
            end(closed);
          },
        };
      },
  });
  queue.setRelay(RELAY);
  return { timers, queue, tried, counts, lines };
}

test("mails go one after the other", async () => {
  const { queue, tried, counts } = setUp(() => SENT);
  for (const subject of ["one", "two", "three"]) queue.add(mail(subject));
  await settle();
  await settle();
  assert.deepEqual(tried, ["one", "two", "three"]);
  assert.equal(counts.most, 1);
});

test("an outage is two lines, and what waited is sent in order when it is over", async () => {
  let outcome: MailOutcome = REFUSED;
  const { timers, queue, tried, lines } = setUp(() => outcome);
  queue.add(mail("one"));
  queue.add(mail("two"));
  await timers.pass(times(FIRST_PAUSE, 3));
  assert.deepEqual(tried, ["one", "one", "one"]);
  outcome = SENT;
  await timers.pass(times(FIRST_PAUSE, 4));
  assert.deepEqual(tried.slice(3), ["one", "two"]);
  assert.deepEqual(lines, [
    "Mail through 192.0.2.25:25 fails: connect ECONNREFUSED; it is tried again, later each time",
    "Mail through 192.0.2.25:25 works again",
  ]);
});

test("a mail is tried so often and no more, and the pauses grow to a bound", async () => {
  const { timers, queue, tried } = setUp(() => REFUSED);
  queue.add(mail("one"));
  await timers.pass(times(LAST_PAUSE, MAIL_ATTEMPTS + 2));
  assert.deepEqual(tried, Array<string>(MAIL_ATTEMPTS).fill("one"));
});

test("no more mails wait than the bound, and those lost are counted", async () => {
  let outcome: MailOutcome = REFUSED;
  const { timers, queue, tried, lines } = setUp(() => outcome);
  for (let i = 0; i < MAILS_WAITING + 5; i += 1) queue.add(mail(`${i}`));
  await settle();
  outcome = SENT;
  for (let i = 0; i < MAILS_WAITING; i += 1) await timers.pass(FIRST_PAUSE);
  assert.equal(new Set(tried.slice(1)).size, MAILS_WAITING);
  assert.match(lines.at(-1) ?? "", /works again; 5 mails were lost$/);
});

test("a mail the server will never take makes room for the next", async () => {
  const { queue, tried, lines } = setUp((text) =>
    text === "bad" ? { kind: "failed", isFinal: true, reason: "550 no such user" } : SENT,
  );
  queue.add(mail("bad"));
  queue.add(mail("good"));
  await settle();
  assert.deepEqual(tried, ["bad", "good"]);
  assert.equal(lines[0], 'The mail server 192.0.2.25:25 refuses the mail "bad": 550 no such user');
});

test("a server that hangs is left after a bounded time", async () => {
  const { timers, queue, counts, lines } = setUp(() => undefined);
  queue.add(mail("one"));
  await timers.pass(times(RELAY.timeout, ANSWERS_PER_MAIL));
  assert.equal(counts.open, 0);
  assert.deepEqual(lines, [
    "Mail through 192.0.2.25:25 fails: it takes too long; it is tried again, later each time",
  ]);
});

test("a stop waits a second for a server that hangs, and says what is lost", async () => {
  const { timers, queue, counts, lines } = setUp(() => undefined);
  queue.add(mail("one"));
  queue.add(mail("two"));
  let isDone = false;
  const finished = queue.finish().then(() => {
    isDone = true;
  });
  await settle();
  assert.equal(isDone, false);
  await timers.pass(LAST_MAILS_TIME);
  await finished;
  assert.equal(counts.open, 0);
  assert.deepEqual(lines, ["2 mails were lost: 192.0.2.25:25 did not take them in time"]);
});

test("a stop with nothing under way waits for nothing", async () => {
  await setUp(() => SENT).queue.finish();
});
