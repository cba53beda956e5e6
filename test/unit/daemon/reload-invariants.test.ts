/**
 * What a reload may touch, on a simulated host: what did not change goes on as if nothing had been
 * said, and the machine ends up with exactly what the new configuration wants.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { milliseconds, seconds } from "../../../src/base/units.ts";
import { VrrpDriver } from "../../../src/daemon/vrrp/driver.ts";
import { NO_VERDICTS } from "../../../src/track/verdicts.ts";
import type { InstanceConfig } from "../../../src/vrrp/config.ts";
import type { VrrpEvent } from "../../../src/vrrp/events.ts";
import { identity } from "../../../src/vrrp/reload.ts";
import { FakeLan } from "../../sim/fake-lan.ts";
import { instanceFrom, modelOf, parseWords } from "../../sim/model.ts";
import { seededRandom } from "../../sim/seeded-random.ts";

interface Scene {
  readonly lan: FakeLan;
  readonly driver: VrrpDriver;
  readonly events: VrrpEvent[];
}

const instance = (number: number, words = ""): InstanceConfig => ({
  ...instanceFrom(
    parseWords(
      `name=V${number} vrid=${(number % 250) + 1} dev=eth${Math.floor(number / 250)} prio=150 version=3 vip=${vip(number)} ${words}`
        .trim()
        .split(" "),
    ),
  ),
});

const vip = (number: number): string => `10.1.${Math.floor(number / 250)}.${(number % 250) + 1}`;

function open(instances: readonly InstanceConfig[]): Scene {
  const lan = new FakeLan({ seed: 1 });
  for (const number of [0, 1, 2, 3]) {
    lan.connect("r1", `eth${number}`, {
      mac: `02:00:00:00:00:0${number + 1}`,
      addresses: [`10.0.${number}.1/24`],
    });
  }
  const events: VrrpEvent[] = [];
  const output = {
    event: (event: VrrpEvent) => void events.push(event),
    line: () => undefined,
    notify: () => undefined,
    notifyGroup: () => undefined,
  };
  const options = { keepAddresses: false, detail: false };
  const setup = { model: modelOf(instances), options, verdicts: NO_VERDICTS };
  const driver = new VrrpDriver(lan.host("r1"), setup, output);
  driver.start();
  return { lan, driver, events };
}

const held = ({ lan }: Scene): readonly string[] =>
  lan
    .host("r1")
    .kernel.addresses()
    .map(({ address }) => String(address))
    .filter((address) => address.startsWith("10.1."))
    .sort();

const wanted = (instances: readonly InstanceConfig[]): readonly string[] =>
  instances
    .flatMap(({ addresses, excludedAddresses }) => [...addresses, ...excludedAddresses])
    .map(({ address }) => String(address))
    .sort();

/** When adverts of a router id left on an interface, in microseconds. */
const advertTimes = ({ lan }: Scene, vrid: number, interfaceName: string): readonly number[] =>
  lan.adverts
    .filter((each) => each.bytes[1] === vrid && each.interfaceName === interfaceName)
    .map(({ at }) => at);

describe("a reload", () => {
  test("of a thousand instances with one change touches one", () => {
    const instances = Array.from({ length: 1_000 }, (_, number) => instance(number));
    const scene = open(instances);
    scene.lan.advance(seconds(6));
    assert.equal(held(scene).length, 1_000);
    scene.events.length = 0;
    const framesBefore = scene.lan.frames.length;
    const changed = instances.map((each, number) =>
      number === 700 ? instance(700, "prio=140") : each,
    );
    assert.equal(scene.driver.reload(modelOf(changed), NO_VERDICTS), 1);
    assert.deepEqual(
      scene.events.map((each) => each.instance),
      ["V700"],
    );
    assert.equal(scene.lan.frames.length, framesBefore);
    scene.lan.advance(seconds(3));
    assert.equal(held(scene).length, 1_000);
    // The others never left their schedule.
    for (const number of [0, 1, 699, 701, 999]) {
      const times = advertTimes(scene, (number % 250) + 1, `eth${Math.floor(number / 250)}`);
      const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at));
      assert.ok(gaps.length >= 4, `V${number} advertises`);
      for (const gap of gaps) assert.ok(Math.abs(gap - seconds(1)) <= milliseconds(1), `${gap}`);
    }
  });

  for (let seed = 1; seed <= 12; seed += 1) {
    test(`chain of chance ${seed}: unchanged instances go on, the machine has what is wanted`, () => {
      const random = seededRandom(seed);
      const pick = (count: number): number => Math.floor(random() * count);
      let instances = Array.from({ length: 12 }, (_, number) => instance(number));
      const scene = open(instances);
      scene.lan.advance(seconds(8));
      for (let round = 0; round < 8; round += 1) {
        const next = [...instances];
        const at = pick(next.length);
        const number = Number(next[at]?.name.slice(1) ?? 0);
        switch (pick(5)) {
          case 0:
            next[at] = instance(number, `prio=${100 + pick(100)}`);
            break;
          case 1:
            next[at] = instance(number, `evip=10.1.9.${pick(200) + 1}`);
            break;
          case 2:
            if (next.length > 4) next.splice(at, 1);
            break;
          case 3: {
            const free = 20 + round + 20 * pick(5);
            if (!next.some(({ name }) => name === `V${free}`)) next.push(instance(free));
            break;
          }
          default:
            next.reverse();
        }
        const before = new Map(instances.map((each) => [identity(each), JSON.stringify(each)]));
        const same = next.filter((each) => before.get(identity(each)) === JSON.stringify(each));
        scene.events.length = 0;
        scene.driver.reload(modelOf(next), NO_VERDICTS);
        const names = new Set(scene.events.map((each) => each.instance));
        for (const { name } of same) assert.ok(!names.has(name), `${name} in round ${round}`);
        instances = next;
        scene.lan.advance(seconds(8));
        assert.deepEqual(held(scene), wanted(instances), `round ${round}`);
        for (const { state, name } of scene.driver.snapshot().instances) {
          assert.equal(state, "master", `${name} in round ${round}`);
        }
      }
      scene.driver.stop(() => undefined);
      scene.lan.advance(seconds(1));
      assert.deepEqual(held(scene), []);
    });
  }
});
