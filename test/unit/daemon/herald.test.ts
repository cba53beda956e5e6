/** What FIFOs and mail servers are told, and that those who do not listen cost nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Errno, SyscallError } from "../../../src/base/failure.ts";
import { ok } from "../../../src/base/result.ts";
import { seconds } from "../../../src/base/units.ts";
import type { FifoConfig, GlobalConfig, Model } from "../../../src/config/model.ts";
import { LAST_LINES_TIME } from "../../../src/daemon/fifo-set.ts";
import { NO_TRACKING } from "../../../src/vrrp/config.ts";
import { Herald } from "../../../src/daemon/herald.ts";
import { NotifyFifo } from "../../../src/daemon/notify-fifo.ts";
import type { PreparedScripts } from "../../../src/daemon/prepare-scripts.ts";
import type { Fifo, OutgoingMail } from "../../../src/sys/telling-ports.ts";
import type { InstanceConfig } from "../../../src/vrrp/config.ts";
import { instanceFrom, modelOf, parseWords } from "../../sim/model.ts";
import { FakeProcesses, ManualTimers, recordingLogger, settle } from "./fakes.ts";

class FakeFifo implements Fifo {
  readonly lines: string[] = [];
  room = Infinity;
  isClosed = false;
  refusal: SyscallError | undefined;

  write(line: string): "written" | "full" {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.lines.length >= this.room) return "full";
    this.lines.push(line.trimEnd());
    return "written";
  }

  [Symbol.dispose](): void {
    this.isClosed = true;
  }
}

const READER = { argv: ["/bin/reader"] as const, text: "/bin/reader", user: undefined };
const reader: NonNullable<FifoConfig["script"]> = { ...READER, group: undefined };

const vi1 = (changes: Partial<InstanceConfig> = {}): InstanceConfig => ({
  ...instanceFrom(parseWords(["name=VI_1"])),
  ...changes,
});

interface Wanted {
  readonly instances?: readonly InstanceConfig[];
  readonly global?: Partial<GlobalConfig>;
}

function prepared({ instances = [vi1()], global = {} }: Wanted): PreparedScripts {
  const plain = modelOf(instances);
  const model: Model = { ...plain, global: { ...plain.global, ...global } };
  const ready = { argv: reader.argv, uid: undefined, gid: undefined, isUnsafe: false };
  const commands = new Map([[reader, { ...ready, argv: ["/bin/reader"] as [string] }]]);
  return { model, checks: [], commands, lines: [], hasDisabledChecks: false };
}

function setUp(wanted: Wanted) {
  const timers = new ManualTimers();
  const processes = new FakeProcesses(timers);
  const { logger, lines } = recordingLogger(timers);
  const fifos = new Map<string, FakeFifo>();
  const mails: OutgoingMail[] = [];
  const herald = new Herald({
    ...{ timers, processes, logger, environment: {} },
    accounts: { user: () => undefined, group: () => undefined, supplementary: () => [] },
    openFifo: (path) => {
      const fifo = new FakeFifo();
      fifos.set(path, fifo);
      return ok(fifo);
    },
    loadMailer: () => (_relay, mail) => {
      mails.push(mail);
      return { result: Promise.resolve({ kind: "sent", refused: [] }), abort: () => undefined };
    },
  });
  herald.configure(prepared(wanted));
  return { timers, processes, lines, fifos, mails, herald };
}

const fifo = (path: string, script?: FifoConfig["script"]): FifoConfig => ({
  keyword: "notify_fifo",
  path,
  owner: undefined,
  script,
});

test("every FIFO has a line for each change of an instance and of a group", () => {
  const { herald, fifos } = setUp({ global: { fifos: [fifo("/run/a"), fifo("/run/b")] } });
  herald.instance(vi1(), "backup", 100);
  herald.instance(vi1(), "master", 100);
  herald.instance(vi1(), "masterReceivedLowerPriority", 100);
  const none = { master: undefined, backup: undefined, fault: undefined };
  const notify = { ...none, stop: undefined, any: undefined };
  herald.group(
    {
      name: "G",
      members: ["VI_1"],
      notify,
      smtpAlert: false,
      tracked: NO_TRACKING,
      keepsWeights: false,
    },
    "master",
  );
  herald.instance(vi1(), "stopped", 100);
  const lines = [
    'INSTANCE "VI_1" BACKUP 100',
    'INSTANCE "VI_1" MASTER 100',
    'INSTANCE "VI_1" MASTER_RX_LOWER_PRI 100',
    'GROUP "G" MASTER 0',
    'INSTANCE "VI_1" STOP 100',
  ];
  assert.deepEqual(fifos.get("/run/a")?.lines, lines);
  assert.deepEqual(fifos.get("/run/b")?.lines, lines);
});

test("a removed instance is FAULT in a FIFO, or DELETED where that is asked for", () => {
  const { herald, fifos } = setUp({ global: { fifos: [fifo("/run/a")] } });
  herald.instance(vi1(), "deleted", 100);
  herald.instance(vi1({ reportsDeleted: true }), "deleted", 100);
  assert.deepEqual(fifos.get("/run/a")?.lines, [
    'INSTANCE "VI_1" FAULT 100',
    'INSTANCE "VI_1" DELETED 100',
  ]);
});

test("a changed priority is written for masters and backups that are asked to tell", () => {
  const { herald, fifos } = setUp({ global: { fifos: [fifo("/run/a")] } });
  const telling = vi1({ notifiesPriority: true });
  herald.instance(telling, "backup", 100);
  herald.priorityChanged(telling, 110);
  herald.instance(telling, "master", 110);
  herald.priorityChanged(telling, 90);
  herald.priorityChanged(vi1(), 80);
  herald.instance(telling, "fault", 80);
  herald.priorityChanged(telling, 70);
  assert.deepEqual(fifos.get("/run/a")?.lines, [
    'INSTANCE "VI_1" BACKUP 100',
    'INSTANCE "VI_1" BACKUP_PRIORITY 110',
    'INSTANCE "VI_1" MASTER 110',
    'INSTANCE "VI_1" MASTER_PRIORITY 90',
    'INSTANCE "VI_1" FAULT 80',
  ]);
});

test("a reload keeps the FIFO and its reader, and writes the states again where wanted", () => {
  const wanted = { global: { fifos: [fifo("/run/a", reader)], writesStatesOnReload: true } };
  const { herald, fifos, processes } = setUp(wanted);
  const first = fifos.get("/run/a");
  herald.instance(vi1(), "master", 100);
  herald.priorityChanged(vi1(), 120);
  herald.configure(prepared(wanted));
  herald.reloaded();
  assert.equal(fifos.get("/run/a"), first);
  assert.deepEqual(first?.lines, ['INSTANCE "VI_1" MASTER 100', 'INSTANCE "VI_1" MASTER 120']);
  assert.deepEqual(
    processes.runs.map(({ request }) => request.argv),
    [["/bin/reader", "/run/a"]],
  );
});

test("a FIFO that a reload takes away is closed, and its reader ended", async () => {
  const { herald, fifos, processes, timers } = setUp({
    global: { fifos: [fifo("/run/a", reader)] },
  });
  herald.configure(prepared({}));
  assert.equal(fifos.get("/run/a")?.isClosed, true);
  assert.equal(processes.running.length, 1);
  await timers.pass(LAST_LINES_TIME);
  assert.equal(processes.running.length, 0);
});

test("a stop closes the FIFOs and gives readers a moment for the last lines", async () => {
  const { herald, fifos, processes, timers } = setUp({
    global: { fifos: [fifo("/run/a", reader)] },
  });
  const stopped = herald.stop();
  await settle();
  assert.equal(fifos.get("/run/a")?.isClosed, true);
  assert.equal(processes.running.length, 1);
  await timers.pass(LAST_LINES_TIME);
  await stopped;
  assert.equal(processes.running.length, 0);
});

test("a reader that ends is told of, and not started again", async () => {
  const { herald, processes, lines } = setUp({ global: { fifos: [fifo("/run/a", reader)] } });
  processes.runs[0]?.finish({ kind: "exited", status: 3 });
  await settle();
  herald.instance(vi1(), "master", 100);
  assert.equal(processes.runs.length, 1);
  assert.deepEqual(lines, [
    "notify FIFO script /bin/reader, which reads /run/a, has ended (exit 3); it is started again by a restart of the daemon alone",
  ]);
});

test("a FIFO for a user who does not exist is not opened", () => {
  const owner = { user: "nobody-knows", group: undefined };
  const { fifos, lines } = setUp({ global: { fifos: [{ ...fifo("/run/a"), owner }] } });
  assert.equal(fifos.size, 0);
  assert.deepEqual(lines, ["notify FIFO /run/a is not written: there is no user nobody-knows"]);
});

test("what does not fit into a FIFO is counted, and said once until it is read again", () => {
  const timers = new ManualTimers();
  const { logger, lines } = recordingLogger(timers);
  const pipe = new FakeFifo();
  const told = new NotifyFifo("/run/a", pipe, logger);
  pipe.room = 0;
  for (let i = 0; i < 3; i += 1) told.write("line\n");
  pipe.room = Infinity;
  told.write("line\n");
  assert.deepEqual(lines, [
    "notify FIFO /run/a is full: nobody reads it, lines are dropped until somebody does",
    "notify FIFO /run/a is read again; 3 lines were dropped meanwhile",
  ]);
});

test("a FIFO that cannot be written is told of once", () => {
  const timers = new ManualTimers();
  const { logger, lines } = recordingLogger(timers);
  const pipe = new FakeFifo();
  const told = new NotifyFifo("/run/a", pipe, logger);
  pipe.refusal = new SyscallError("write", Errno.EIO, "write to the FIFO /run/a");
  told.write("line\n");
  told.write("line\n");
  assert.equal(lines.length, 1);
});

const MAIL: GlobalConfig["mail"] = {
  from: "Router <lb1@example.org>",
  recipients: ["ops@example.org", "Night <night@example.org>"],
  server: "192.0.2.25",
  port: 25,
  helloName: "lb1",
  connectTimeout: seconds(30),
  tellsFaults: true,
  tls: { kind: "off", authorities: undefined },
  login: undefined,
};

test("a mail has Keepalived's layout, and bare addresses for the server", async () => {
  const { herald, mails } = setUp({ global: { mail: MAIL, routerId: "lb1" } });
  herald.instance(vi1({ smtpAlert: true }), "master", 100);
  await settle();
  assert.deepEqual(mails, [
    {
      subject: "VRRP Instance VI_1 - Entering MASTER state",
      sender: "lb1@example.org",
      recipients: ["ops@example.org", "night@example.org"],
      text: [
        "Date: Sun, 22 Nov 2026 12:03:27 +0000",
        "From: Router <lb1@example.org>",
        "Subject: [lb1] VRRP Instance VI_1 - Entering MASTER state",
        "X-Mailer: Keepalived",
        "To: ops@example.org,",
        " Night <night@example.org>",
        "",
        "=> VRRP Instance is now owning VRRP VIPs <=",
        "",
        "",
      ].join("\r\n"),
    },
  ]);
});

test("a state is mailed once, over a reload too, and a FAULT only where faults are wanted", async () => {
  const mail = { ...MAIL, tellsFaults: false };
  const config = vi1({ smtpAlert: true });
  const wanted = { instances: [config], global: { mail } };
  const { herald, mails } = setUp(wanted);
  herald.instance(config, "backup", 100);
  herald.instance(config, "fault", 100);
  herald.configure(prepared(wanted));
  herald.instance(config, "backup", 100);
  herald.instance(config, "stopped", 100);
  await settle();
  const subjects = mails.map(({ text }) => /Subject: (.*)/.exec(text)?.[1]);
  assert.deepEqual(subjects, [
    "[test] VRRP Instance VI_1 - Entering BACKUP state",
    "[test] VRRP Instance VI_1 - Stopping",
  ]);
});

test("an alert without a server is told of when the configuration is taken", () => {
  const { lines } = setUp({ instances: [vi1({ smtpAlert: true })] });
  assert.deepEqual(lines, ["smtp_alert is on and no mail is sent: there is no smtp_server"]);
});
