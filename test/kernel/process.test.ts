/** Running programs, and what a process asks of the kernel for itself. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { milliseconds, seconds, toMilliseconds } from "../../src/base/units.ts";
import { AddressFamily, SocketType } from "../../src/sys/linux/constants.ts";
import type { Descriptor } from "../../src/sys/linux/descriptor.ts";
import { recv } from "../../src/sys/linux/libc.ts";
import { lockMemory, unlockMemory } from "../../src/sys/linux/locked-memory.ts";
import { keepDescriptorsToOurselves } from "../../src/sys/linux/orphans.ts";
import { lockPidFile } from "../../src/sys/linux/pid-file.ts";
import {
  setProcessName,
  setScheduling,
  setTimerSlack,
} from "../../src/sys/linux/process-control.ts";
import { processPort } from "../../src/sys/linux/process.ts";
import { openSocket } from "../../src/sys/linux/socket-options.ts";
import { LITTLE, SocketAddressUnix } from "../../src/sys/linux/structs.ts";
import { LinuxSyslogSocket } from "../../src/sys/linux/syslog.ts";
import { findGroup, findUser, supplementaryGroups } from "../../src/sys/linux/users.ts";
import type { ProcessRequest } from "../../src/sys/ports.ts";
import { reasonToSkip } from "./real-network.ts";

const skip = reasonToSkip("control of processes");

/** The end of a Unix datagram socket that a log daemon has; Node itself offers none. */
class LogReader implements Disposable {
  readonly #socket: Descriptor;

  constructor(path: string) {
    const kind = { domain: AddressFamily.unix, type: SocketType.datagram, protocol: 0 };
    this.#socket = openSocket(kind, "read a log", (socket) => {
      const name = new Uint8Array(SocketAddressUnix.size);
      new DataView(name.buffer).setUint16(0, AddressFamily.unix, LITTLE);
      const bytes = new TextEncoder().encode(path.replace(/^@/, "\0"));
      name.set(bytes, SocketAddressUnix.path);
      const length = SocketAddressUnix.path + bytes.length;
      socket.bind(path.startsWith("@") ? name.subarray(0, length) : name);
    });
  }

  read(): string | undefined {
    const bytes = new Uint8Array(2_000);
    const length = recv(this.#socket.number, bytes, bytes.length, 0);
    return length < 0 ? undefined : new TextDecoder().decode(bytes.subarray(0, length));
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

class TemporaryDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "keepalived-test-"));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

function shell(script: string, more: Partial<ProcessRequest> = {}): ProcessRequest {
  return {
    argv: ["/bin/sh", "-c", script],
    uid: undefined,
    gid: undefined,
    environment: { PATH: "/usr/bin:/bin" },
    timeout: undefined,
    killAfter: seconds(1),
    captureBytes: 1_000,
    ...more,
  };
}

describe("running programs", () => {
  test("the exit status and the output come back", async () => {
    const { pid, result } = processPort.start(shell("echo out; echo err >&2; exit 3"));
    assert.ok(pid !== undefined);
    const { outcome, outputTail, duration } = await result;
    assert.deepEqual(outcome, { kind: "exited", status: 3 });
    assert.ok(outputTail.includes("out\n") && outputTail.includes("err\n"));
    assert.ok(duration > 0);
  });

  test("the environment is the one given and nothing more", async () => {
    const environment = { PATH: "/usr/bin:/bin", COLOUR: "green" };
    const { result } = processPort.start(shell("env", { environment }));
    const { outputTail } = await result;
    const names = outputTail
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    const added = ["PWD", "_", "SHLVL", "OLDPWD"];
    assert.deepEqual(names.filter((name) => !added.includes(name ?? "")).sort(), [
      "COLOUR",
      "PATH",
    ]);
  });

  test("a signal is told by its number", async () => {
    const { outcome } = await processPort.start(shell("kill -USR1 $$")).result;
    assert.deepEqual(outcome, { kind: "signalled", signal: 10 });
  });

  test("a program that does not exist is an outcome, not an exception", async () => {
    const request = { ...shell(""), argv: ["/no/such/program"] as const };
    const { pid, result } = processPort.start(request);
    const { outcome } = await result;
    assert.equal(pid, undefined);
    assert.ok(outcome.kind === "notStarted" && outcome.errno === 2, JSON.stringify(outcome));
  });

  test("only the end of the output is kept, and a flood does not block the program", async () => {
    const script = "head -c 5000000 /dev/zero | tr '\\0' x; echo end";
    const { outcome, outputTail } = await processPort.start(shell(script, { captureBytes: 8 }))
      .result;
    assert.deepEqual(outcome, { kind: "exited", status: 0 });
    assert.equal(outputTail, "xxxxend\n");
  });

  test("a timeout ends the whole group", async () => {
    using directory = new TemporaryDirectory();
    const file = join(directory.path, "late");
    const script = `(sleep 0.6; echo late > ${file}) & sleep 10`;
    const { outcome, duration } = await processPort.start(
      shell(script, { timeout: milliseconds(100) }),
    ).result;
    assert.deepEqual(outcome, { kind: "timedOut" });
    assert.ok(toMilliseconds(duration) < 500);
    await sleep(800);
    assert.equal(existsSync(file), false);
  });

  test("a program that ignores TERM is killed", async () => {
    const options = { timeout: milliseconds(100), killAfter: milliseconds(100) };
    const request = shell("trap '' TERM; while :; do sleep 0.05; done", options);
    const { outcome, duration } = await processPort.start(request).result;
    assert.deepEqual(outcome, { kind: "timedOut" });
    assert.ok(toMilliseconds(duration) >= 200);
  });

  test("end() asks with TERM", async () => {
    const running = processPort.start(shell("trap 'exit 7' TERM; while :; do sleep 0.01; done"));
    await sleep(100);
    running.end();
    running.end();
    assert.deepEqual((await running.result).outcome, { kind: "exited", status: 7 });
  });

  test("a grandchild that holds the output does not keep the result back", async () => {
    const { outcome, duration } = await processPort.start(shell("sleep 2 & exit 0")).result;
    assert.deepEqual(outcome, { kind: "exited", status: 0 });
    assert.ok(toMilliseconds(duration) < 1_000);
  });

  test("a program inherits no signal setting, no descriptor and no session", async () => {
    keepDescriptorsToOurselves();
    const script =
      "grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd; cut -d' ' -f1,5,6 /proc/self/stat; echo $$";
    const { pid, result } = processPort.start(shell(script));
    const lines = (await result).outputTail.trim().split("\n");
    // Signals beyond 31 belong to the C library, which lets nobody change them.
    const ordinary = lines.slice(0, 2).map((line) => BigInt(`0x${line.slice(-16)}`) & 0x7fff_ffffn);
    assert.deepEqual(ordinary, [0n, 0n]);
    // The fourth is the directory that ls reads.
    assert.deepEqual(lines.slice(2, 6), ["0", "1", "2", "3"]);
    assert.equal(lines[6]?.replace(/^\d+ /, ""), `${pid} ${pid}`);
    assert.equal(lines[7], String(pid));
  });

  test("a file without #! is one for the shell", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "script");
    writeFileSync(path, "echo $1 $2\nexit 4\n", { mode: 0o755 });
    const { outcome, outputTail } = await processPort.start({
      ...shell(""),
      argv: [path, "one", "two"],
    }).result;
    assert.deepEqual(outcome, { kind: "exited", status: 4 });
    assert.equal(outputTail, "one two\n");
  });

  test("many programs that end at once are all noticed, in time", async () => {
    const started = Array.from({ length: 50 }, (_, index) =>
      processPort.start(shell(`sleep 0.3; exit ${index}`)),
    );
    const results = await Promise.all(started.map(({ result }) => result));
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      started.map((_, status) => ({ kind: "exited", status })),
    );
  });

  test("a program gets the groups asked for", { skip: skip ?? false }, async () => {
    const request = shell("id -u; id -g; id -G", { uid: 65534, gid: 65534, groups: [65534, 50] });
    assert.equal((await processPort.start(request).result).outputTail, "65534\n65534\n65534 50\n");
  });

  test("a program runs as the user asked for", { skip: skip ?? false }, async () => {
    const { result } = processPort.start(shell("id -u; id -g; id -G", { uid: 65534, gid: 65534 }));
    assert.equal((await result).outputTail, "65534\n65534\n65534\n");
  });
});

describe("control of the process", { skip: skip ?? false }, () => {
  const status = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1] ??
    "";

  test("setProcessName() is what ps shows, cut to 15 bytes", () => {
    const before = status("Name");
    setProcessName("keepalived_vrrp_long");
    assert.equal(status("Name"), "keepalived_vrrp");
    setProcessName(before);
  });

  test("setScheduling() changes to real time and back", () => {
    const policy = (): string => execFileSync("chrt", ["-p", String(process.pid)]).toString();
    setScheduling({ policy: "roundRobin", priority: 3 });
    assert.match(policy(), /SCHED_RR.*\n.*priority: 3/);
    setScheduling({ policy: "other" });
    assert.match(policy(), /SCHED_OTHER/);
  });

  test("lockMemory() locks the program, and reads none of it in for that", () => {
    const before = Number(status("VmRSS").split(" ")[0]);
    lockMemory();
    const locked = Number(status("VmLck").split(" ")[0]);
    const used = Number(status("VmRSS").split(" ")[0]);
    unlockMemory();
    assert.ok(locked > 40_000, `${locked} kB`);
    assert.ok(used < before + 10_000, `${before} kB, then ${used} kB`);
    assert.equal(status("VmLck"), "0 kB");
  });

  test("a process with locked memory compiles and collects garbage as before", () => {
    const module = fileURLToPath(new URL("../../src/sys/linux/locked-memory.ts", import.meta.url));
    const script = [
      `import { lockMemory } from ${JSON.stringify(module)};`,
      "lockMemory();",
      "const made = [];",
      "for (let i = 0; i < 3_000; i += 1) {",
      "  const work = new Function('n', `let s = ${i}; for (let k = 0; k < n; k++) s += k % 7; return s`);",
      "  for (let k = 0; k < 3; k += 1) work(2_000);",
      "  made.push(new Array(1_000).fill(i));",
      "  if (made.length > 500) made.splice(0, 400);",
      "}",
      "console.log('alive');",
    ].join("\n");
    const argv = ["--import", "tsx", "--input-type=module", "-e", script];
    assert.equal(execFileSync(process.execPath, argv, { encoding: "utf8" }).trim(), "alive");
  });

  test("setTimerSlack() is taken", () => {
    setTimerSlack(1);
    assert.equal(readFileSync("/proc/self/timerslack_ns", "utf8").trim(), "1");
    setTimerSlack(50_000);
  });

  test("dropCapabilities() keeps what is listed and nothing else", () => {
    const module = fileURLToPath(new URL("../../src/sys/linux/capabilities.ts", import.meta.url));
    const script = [
      `import { Capability, dropCapabilities, heldCapabilities } from ${JSON.stringify(module)};`,
      "dropCapabilities([Capability.rawSockets, Capability.networkAdministration]);",
      "console.log(heldCapabilities().join());",
    ].join("\n");
    const argv = ["--import", "tsx", "--input-type=module", "-e", script];
    assert.equal(execFileSync(process.execPath, argv, { encoding: "utf8" }).trim(), "12,13");
  });
});

describe("lockPidFile()", () => {
  test("locks once, writes, and removes", () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "keepalived.pid");
    const first = lockPidFile(path);
    assert.ok(first.ok);
    first.value.write(4711);
    assert.equal(readFileSync(path, "utf8"), "4711\n");
    assert.deepEqual(lockPidFile(path), { ok: false, error: { kind: "locked" } });
    first.value[Symbol.dispose]();
    first.value[Symbol.dispose]();
    assert.equal(existsSync(path), false);
  });

  test("takes over a stale file", () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "keepalived.pid");
    writeFileSync(path, "1234567\n");
    const file = lockPidFile(path);
    assert.ok(file.ok);
    file.value.write(1);
    assert.equal(readFileSync(path, "utf8"), "1\n");
    file.value[Symbol.dispose]();
  });

  test("leaves the file of a running keepalived that takes no locks alone", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "keepalived.pid");
    const program = join(directory.path, "keepalived");
    copyFileSync("/bin/sleep", program);
    const child = spawn(program, ["60"], { stdio: "ignore" });
    try {
      writeFileSync(path, `${child.pid}\n`);
      assert.deepEqual(lockPidFile(path), { ok: false, error: { kind: "locked" } });
      rmSync(program);
      assert.deepEqual(lockPidFile(path), { ok: false, error: { kind: "locked" } });
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const file = lockPidFile(path);
    assert.ok(file.ok);
    file.value[Symbol.dispose]();
  });

  test("takes no program of ours for one that takes no locks, itself above all", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "keepalived.pid");
    const program = join(directory.path, "keepalived");
    copyFileSync(process.execPath, program);
    const child = spawn(program, ["-e", "setTimeout(() => {}, 60_000)"], { stdio: "ignore" });
    try {
      for (const pid of [child.pid, process.pid]) {
        writeFileSync(path, `${pid}\n`);
        const file = lockPidFile(path);
        assert.ok(file.ok);
        file.value[Symbol.dispose]();
      }
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  test("says what it could not open", () => {
    assert.throws(() => lockPidFile("/no/such/directory/x.pid"), /open the pid file.*errno 2/);
  });
});

describe("users and groups", () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\n# comment\nbroken:x:y\nscript:x:900:901::/:\n";
  const group = "root:x:0:\nscript:x:901:\nadmin:x:50:root,script\n";

  test("are found by name, and by number", () => {
    using directory = new TemporaryDirectory();
    const [users, groups] = [join(directory.path, "passwd"), join(directory.path, "group")];
    writeFileSync(users, passwd);
    writeFileSync(groups, group);
    assert.deepEqual(findUser("script", users), { name: "script", uid: 900, gid: 901 });
    assert.deepEqual(findUser("900", users), { name: "script", uid: 900, gid: 901 });
    assert.equal(findUser("broken", users), undefined);
    assert.deepEqual(findGroup("50", groups)?.name, "admin");
    assert.deepEqual(supplementaryGroups("script", groups), [50]);
    assert.equal(findUser("script", join(directory.path, "none")), undefined);
  });
});

describe("syslog", () => {
  test("datagrams are dropped while no log runs, and go through once one does", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "log");
    using log = new LinuxSyslogSocket(path);
    const line = new TextEncoder().encode("<30>keepalived: hello");
    assert.equal(log.send(line), false);
    assert.equal(log.send(line), false);
    assert.equal(log.dropped, 2);
    using reader = new LogReader(path);
    assert.equal(log.send(line), false, "no second attempt within the pause");
    await sleep(1_050);
    assert.equal(log.send(line), true);
    assert.equal(reader.read(), "<30>keepalived: hello");
  });

  test("a log that is not read loses lines and keeps nobody waiting", () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "log");
    using reader = new LogReader(path);
    using log = new LinuxSyslogSocket(path);
    const line = new TextEncoder().encode("<30>keepalived: hello");
    let taken = 0;
    while (taken < 100_000 && log.send(line)) taken += 1;
    assert.ok(taken > 0 && taken < 100_000);
    assert.equal(log.dropped, 1);
    assert.equal(reader.read(), "<30>keepalived: hello");
  });

  test("a socket that has a name but no path is reached, as systemd's may be", () => {
    const name = `@keepalived-test-${process.pid}`;
    using reader = new LogReader(name);
    using socket = new LinuxSyslogSocket(name);
    assert.equal(socket.send(new TextEncoder().encode("READY=1")), true);
    assert.equal(reader.read(), "READY=1");
  });

  test("a log that was restarted is found again at once", async () => {
    using directory = new TemporaryDirectory();
    const path = join(directory.path, "log");
    using log = new LinuxSyslogSocket(path);
    const line = new TextEncoder().encode("<30>keepalived: hello");
    const first = new LogReader(path);
    assert.equal(log.send(line), true);
    first[Symbol.dispose]();
    rmSync(path);
    using second = new LogReader(path);
    await sleep(1_050);
    assert.equal(log.send(line), true);
    assert.equal(second.read(), "<30>keepalived: hello");
  });
});
