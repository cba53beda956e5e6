/**
 * What a bad wire does: adverts that are late or lost, on eth0, where Debian's Keepalived is master
 * and ours listens. And adverts in an Authentication Header, on eth1, where ours is master, without
 * and with the kernel's own code for that header.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { must } from "../../lab/command.ts";
import type { Observer } from "../../lab/observer.ts";
import { act } from "../checks.ts";
import { instance, Scene, SOON_MS } from "./scene.ts";

const LOSSY = "10.0.0.3";
const AUTHENTICATED = "10.0.1.3";
const LOSSY_VRID = 30;
/** Priority 100: three seconds, and 156/256 of one (RFC 3768 §6.1). */
const MASTER_DOWN_MS = 3_609;
/** An advert's way from the bridge to the daemon, and back: much in a slow guest. */
const SLACK_MS = 400;
/** What a timer may be off in the guest; never early by a clock that is right. */
const EARLY_MS = 20;

const AH = ["authentication {", "    auth_type AH", "    auth_pass secret12", "}"];

const configuration = (lossy: number, authenticated: number): string =>
  [
    instance({
      ...{ name: "LOSSY", interfaceName: "eth0", vrid: LOSSY_VRID, priority: lossy },
      addresses: [`${LOSSY}/24`],
    }),
    instance({
      ...{ name: "AH", interfaceName: "eth1", vrid: 31, priority: authenticated },
      addresses: [`${AUTHENTICATED}/24`],
      lines: AH,
    }),
  ].join("\n");

class WireScene extends Scene {
  #observer: Observer | undefined;

  /** Records what arrives on eth0: what is lost is lost before. */
  async observer(): Promise<Observer> {
    this.#observer ??= await this.lan.observe("ip proto 112");
    return this.#observer;
  }

  /** Makes the wire from Debian's router to ours bad, or good again. */
  async damage(...how: readonly string[]): Promise<void> {
    const verb = how.length === 0 ? ["del"] : ["replace"];
    const discipline = how.length === 0 ? [] : ["netem", ...how];
    await this.lb02.must(["tc", "qdisc", ...verb, "dev", "eth0", "root", ...discipline]);
  }
}

async function open(): Promise<WireScene> {
  const routers = [
    { kind: "ours", config: configuration(100, 200) },
    { kind: "real", config: configuration(200, 100) },
  ] as const;
  return WireScene.start(routers, { segments: 2 }, (lan) => new WireScene(lan, routers));
}

/** Our adverts that RFC 3768 does not allow: too soon after one of the better master. */
function untimely(observer: Observer, ours: string): readonly string[] {
  const adverts = observer.adverts().filter(({ vrid }) => vrid === LOSSY_VRID);
  const complaints: string[] = [];
  let heardAt = 0;
  for (const { source, at, priority } of adverts) {
    if (source !== ours) heardAt = at;
    else if (priority > 0) {
      const silence = at - heardAt;
      const isAllowed = silence < SLACK_MS || silence >= MASTER_DOWN_MS - EARLY_MS;
      if (!isAllowed) complaints.push(`an advert ${Math.round(silence)} ms after the master's`);
    }
  }
  return complaints;
}

export const WIRE = act(open, [
  {
    name: "adverts 200 ms late change nothing",
    async run(scene) {
      // Ours runs, since it has this one.
      await scene.moves(AUTHENTICATED, scene.lb01);
      await scene.moves(LOSSY, scene.lb02);
      await scene.lb01.sh("sleep 1");
      const mark = scene.first.log.mark();
      await scene.damage("delay", "200ms");
      await scene.lb01.sh("sleep 5");
      await scene.damage();
      assert.equal(scene.first.log.has(/\(LOSSY\) Entering/, mark), false);
      return undefined;
    },
  },
  {
    name: "with most adverts lost, ours is master only where the protocol says so",
    async run(scene) {
      await scene.moves(AUTHENTICATED, scene.lb01);
      await scene.moves(LOSSY, scene.lb02);
      const observer = await scene.observer();
      const mark = scene.first.log.mark();
      await scene.damage("loss", "70%");
      await scene.first.log.waitFor(/\(LOSSY\) Entering MASTER STATE/, SOON_MS, mark);
      const second = scene.first.log.mark();
      await scene.first.log.waitFor(/\(LOSSY\) Entering BACKUP STATE/, SOON_MS, second);
      await scene.lb01.sh("sleep 3");
      await scene.damage();
      await scene.moves(LOSSY, scene.lb02);
      assert.deepEqual(untimely(observer, scene.lb01.address), []);
      return undefined;
    },
  },
  {
    name: "adverts in an Authentication Header are heard without the kernel's code for it",
    async run(scene) {
      assert.doesNotMatch(readFileSync("/proc/modules", "utf8"), /^ah4 /m);
      await scene.moves(AUTHENTICATED, scene.lb01);
      return undefined;
    },
  },
  {
    name: "adverts in an Authentication Header are heard beside the kernel's code for it",
    async run(scene) {
      await scene.moves(AUTHENTICATED, scene.lb01);
      await must(["sh", "-c", "for file in /spare/*; do insmod $file; done"]);
      assert.match(readFileSync("/proc/modules", "utf8"), /^ah4 /m);
      await scene.lb01.sh("sleep 1");
      const mark = scene.second.log.mark();
      await scene.lb01.sh("sleep 5");
      assert.equal(scene.second.log.has(/\(AH\) Entering/, mark), false);
      await scene.first.stop();
      await scene.moves(AUTHENTICATED, scene.lb02);
      scene.first.start();
      await scene.moves(AUTHENTICATED, scene.lb01);
      return undefined;
    },
  },
]);
