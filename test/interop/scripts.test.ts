/**
 * Scripts as operators write them: notifications with the documented words, and check scripts that
 * hang, fork, flood their output or cannot run. None of them may cost an advert or leave anything
 * behind.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe } from "node:test";
import { daemonUnderTest } from "../lab/keepalived.ts";
import { sleep, waitFor } from "../lab/wait.ts";
import { soloTest, type Solo } from "./solo.ts";
import { vrrpConfig } from "./vrrp-config.ts";

const SUBJECT = daemonUnderTest();
const VIRTUAL_ADDRESS = "10.0.0.3";
const SOON_MS = 8_000;
const INTERVAL_MS = 100;
/** Between two adverts, on a busy machine. */
const GAP_MS = 2.5 * INTERVAL_MS;

function config(extra: readonly string[], before = ""): string {
  return (
    before +
    vrrpConfig({
      ...{ version: 3, priority: 150, intervalMs: INTERVAL_MS },
      addresses: [`${VIRTUAL_ADDRESS}/24`],
      extra,
    })
  );
}

/** A tracked script that only weighs, so that whatever it does the instance stays master. */
function watching(lines: readonly string[]): string {
  const block = ["vrrp_script check {", ...lines.map((line) => `    ${line}`), "}", ""].join("\n");
  return config(["track_script {", "    check", "}"], block);
}

async function becomesMaster(solo: Solo): Promise<void> {
  await waitFor("the address", SOON_MS, () => solo.host.holds(VIRTUAL_ADDRESS));
}

/** No advert was late from a moment on. */
function assertSteady(solo: Solo, since: number): void {
  const adverts = solo.observer.adverts((one) => one.at >= since);
  assert.ok(adverts.length > 10, `${adverts.length} adverts`);
  for (const [index, advert] of adverts.entries()) {
    const gap = advert.at - (adverts[index - 1] ?? advert).at;
    assert.ok(gap < GAP_MS, `${gap.toFixed(0)} ms between two adverts`);
  }
}

function programs(solo: Solo, name: string): number {
  return solo.host.processes(name).filter((one) => one.state !== "Z").length;
}

describe(`scripts (${SUBJECT})`, { concurrency: 2 }, () => {
  const notify = ["notify_master", "notify_backup", "notify_stop"].map(
    (word) => `${word} "/root/note.sh ${word} 'two words'"`,
  );
  soloTest(
    "notifications come in order with the documented words",
    { kind: SUBJECT, config: config([...notify, `notify "/root/note.sh any"`]) },
    async (solo) => {
      const { daemon, host } = solo;
      const script = '#!/bin/sh\nline=\nfor word; do line="$line[$word]"; done\n';
      host.writeFile("/root/note.sh", `${script}echo "$line" >>/root/notes\n`, 0o755);
      daemon.start();
      await becomesMaster(solo);
      await waitFor("the notes of MASTER", SOON_MS, () =>
        host.readFile("/root/notes").includes("[MASTER]"),
      );
      await daemon.stop();
      const lines = host.readFile("/root/notes").trim().split("\n");
      assert.deepEqual(
        lines.filter((line) => line.startsWith("[any]")),
        [
          "[any][INSTANCE][VI_1][BACKUP][150]",
          "[any][INSTANCE][VI_1][MASTER][150]",
          "[any][INSTANCE][VI_1][STOP][150]",
        ],
      );
      assert.deepEqual(
        lines.filter((line) => !line.startsWith("[any]")),
        ["[notify_backup][two words]", "[notify_master][two words]", "[notify_stop][two words]"],
      );
    },
  );

  soloTest(
    "a script that hangs and ignores SIGTERM is ended, with what it started",
    { kind: SUBJECT, config: watching(['script "/root/hang.sh"', "interval 1", "weight 10"]) },
    async (solo) => {
      const { daemon, host } = solo;
      const stubborn = "#!/bin/bash\ntrap '' TERM\nsleep 300 &\nsleep 300\nsleep 300\n";
      host.writeFile("/root/hang.sh", stubborn, 0o755);
      daemon.start();
      await becomesMaster(solo);
      await sleep(1_000);
      const since = solo.observer.adverts().at(-1)?.at ?? 0;
      await sleep(6_000);
      assertSteady(solo, since);
      // Debian's keepalived leaves some of them behind.
      if (SUBJECT === "real") return;
      assert.ok(programs(solo, "sleep") <= 4, `${programs(solo, "sleep")} of them are running`);
      await daemon.stop();
      await waitFor("nothing to be left", 6_000, () => programs(solo, "sleep") === 0);
    },
  );

  soloTest(
    "a script that floods its output costs neither an advert nor memory",
    {
      kind: SUBJECT,
      config: watching(['script "/root/flood.sh"', "interval 3", "timeout 2", "weight 10"]),
    },
    async (solo) => {
      const { daemon, host } = solo;
      host.writeFile("/root/flood.sh", "#!/bin/sh\nexec yes 0123456789012345678901234567\n", 0o755);
      daemon.start();
      await becomesMaster(solo);
      await sleep(2_500);
      const before = residentKb(solo);
      const since = solo.observer.adverts().at(-1)?.at ?? 0;
      await sleep(6_000);
      assertSteady(solo, since);
      const grown = residentKb(solo) - before;
      assert.ok(grown < 40_000, `${grown} kB more`);
      assert.match(daemon.log.text(), /VRRP_Script\(check\) timed.out/);
    },
  );

  soloTest(
    "a script that cannot run is named, and the rest works",
    { kind: SUBJECT, config: watching(['script "/root/nowhere.sh"', "interval 1", "weight 10"]) },
    async (solo) => {
      solo.daemon.start();
      await becomesMaster(solo);
      assert.match(solo.daemon.log.text(), /nowhere\.sh/);
    },
  );

  soloTest(
    "rise and fall count, and the weight follows",
    {
      kind: SUBJECT,
      config: watching([
        'script "/root/flag.sh"',
        ...["interval 1", "weight -20", "rise 2", "fall 2"],
      ]),
    },
    async (solo) => {
      const { daemon, host } = solo;
      host.writeFile("/root/flag.sh", "#!/bin/sh\ntest -e /root/good\n", 0o755);
      host.writeFile("/root/good", "");
      daemon.start();
      await becomesMaster(solo);
      host.removeFile("/root/good");
      await daemon.log.waitFor(/Changing effective priority from 150 to 130/, SOON_MS);
      await solo.observer.waitForAdvert("with 130", 1_000, (one) => one.priority === 130);
      host.writeFile("/root/good", "");
      await daemon.log.waitFor(/Changing effective priority from 130 to 150/, SOON_MS);
      const words = daemon.log.text();
      assert.match(words, /Script `check` now returning 1/);
      assert.match(words, /VRRP_Script\(check\) failed \(exited with status 1\)/);
      assert.match(words, /Script `check` now returning 0/);
      assert.match(words, /VRRP_Script\(check\) succeeded/);
    },
  );
});

/** Memory of all the daemon's processes. */
function residentKb(solo: Solo): number {
  return solo.daemon
    .processes()
    .map(({ pid }) => readFileSync(`/proc/${pid}/status`, "utf8"))
    .map((status) => Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0))
    .reduce((sum, value) => sum + value, 0);
}
