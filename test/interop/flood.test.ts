/**
 * Ten thousand wrong packets a second, each of which would end a mastership if it were believed:
 * nothing changes hands and no advert is missed.
 *
 * Debian's keepalived 2.2.7 is only asked about packets of a foreign VRID: with any other, even a
 * few a second, its master starts its interval anew at each packet and sends no advert at all.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { flood, wrongFrames } from "../lab/attacker.ts";
import { daemonUnderTest, Keepalived } from "../lab/keepalived.ts";
import { Lan } from "../lab/lan.ts";
import { waitFor, wallMs } from "../lab/wait.ts";
import { programsOf, requireBuilt, skipUnless } from "./gate.ts";
import { VRID, vrrpConfig, type VrrpPlan } from "./vrrp-config.ts";

const SUBJECT = daemonUnderTest();
const VIRTUAL_ADDRESS = "10.0.0.3";
const RATE = 10_000;
const SECONDS = 3;
/** The attacker shares two cores with the pair and the witness. */
const LATE_MS = 100;

const PLANS: readonly VrrpPlan[] = [
  { version: 2, priority: 150, intervalMs: 1_000, addresses: [VIRTUAL_ADDRESS] },
  { version: 3, priority: 150, intervalMs: 100, addresses: [VIRTUAL_ADDRESS] },
];

for (const plan of PLANS) {
  const name = `v${plan.version} at ${plan.intervalMs} ms: ${RATE} wrong packets a second change nothing`;
  const skip = skipUnless(...programsOf([SUBJECT]));
  test(`flood (${SUBJECT}): ${name}`, { skip, timeout: 60_000 }, async () => {
    requireBuilt([SUBJECT]);
    await using lan = await Lan.open([
      { name: "lb01", addresses: ["10.0.0.7/24"] },
      { name: "lb02", addresses: ["10.0.0.8/24"] },
      { name: "attacker", addresses: ["10.0.0.66/24"] },
    ]);
    const attacker = lan.host("attacker");
    const first = new Keepalived(lan.host("lb01"), { kind: SUBJECT, config: vrrpConfig(plan) });
    const second = new Keepalived(lan.host("lb02"), {
      kind: SUBJECT,
      config: vrrpConfig({ ...plan, priority: 100 }),
    });
    const observer = await lan.observe(`proto 112 and not ether src ${attacker.mac}`);
    first.start();
    second.start();
    await waitFor("a master", 10_000, () => first.host.holds(VIRTUAL_ADDRESS));
    await observer.waitForAdvert("of lb01", 2_000, () => true);
    // The words come after the deeds.
    await first.log.waitFor(/Entering MASTER STATE/, 2_000);

    const marks = [first.log.mark(), second.log.mark()] as const;
    const startedAt = wallMs();
    const frames = wrongFrames({
      vrid: VRID,
      version: plan.version,
      source: "10.0.0.66",
      sourceMac: attacker.mac,
      addresses: plan.addresses,
    });
    const chosen = SUBJECT === "real" ? ["foreign VRID"] : [...frames.keys()];
    const lies = chosen.flatMap((key) => frames.get(key) ?? []);
    const sent = await flood(attacker, lies, { rate: RATE, seconds: SECONDS });
    const endedAt = wallMs();
    await observer.settle();

    assert.ok(sent > (RATE * SECONDS) / 2, `the attacker managed ${sent} packets`);
    assert.ok(first.host.holds(VIRTUAL_ADDRESS) && !second.host.holds(VIRTUAL_ADDRESS));
    assert.ok(!first.log.has(/Entering \w+ STATE/, marks[0]), first.log.tail(20));
    assert.ok(!second.log.has(/Entering \w+ STATE/, marks[1]), second.log.tail(20));
    const adverts = observer.adverts((one) => one.at >= startedAt && one.at <= endedAt);
    assert.deepEqual([...new Set(adverts.map((one) => one.source))], ["10.0.0.7"]);
    for (const [index, advert] of adverts.entries()) {
      const previous = adverts[index - 1];
      if (previous === undefined) continue;
      const gap = advert.at - previous.at;
      assert.ok(gap < plan.intervalMs + LATE_MS, `${gap.toFixed(1)} ms between two adverts`);
    }
    if (SUBJECT === "ours") await wrongPacketsAreCounted(second);
  });
}

async function wrongPacketsAreCounted(daemon: Keepalived): Promise<void> {
  daemon.signal("SIGUSR2");
  const path = "/tmp/keepalived.stats";
  const stats = await waitFor("statistics", 5_000, () =>
    daemon.host.hasFile(path) ? daemon.host.readFile(path) : undefined,
  );
  for (const counter of ["Length", "TTL"]) {
    const count = Number(new RegExp(`^    ${counter}: (\\d+)$`, "m").exec(stats)?.[1]);
    assert.ok(count > 0, `${counter}: ${count}`);
  }
}
