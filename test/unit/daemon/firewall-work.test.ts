/** When the driver shields addresses, on a simulated network: before they are on, until they are off. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Errno } from "../../../src/base/failure.ts";
import { seconds } from "../../../src/base/units.ts";
import { VrrpDriver } from "../../../src/daemon/vrrp/driver.ts";
import { NO_VERDICTS } from "../../../src/track/verdicts.ts";
import type { InstanceConfig } from "../../../src/vrrp/config.ts";
import type { VrrpEvent } from "../../../src/vrrp/events.ts";
import { FakeLan } from "../../sim/fake-lan.ts";
import { instanceFrom, modelOf, parseWords } from "../../sim/model.ts";

const VIP = "10.0.0.3";
const KEY = "0a000003";

const instance = (words: string, accept = false): InstanceConfig => ({
  ...instanceFrom(parseWords(words.split(" "))),
  accept,
});

interface Scene {
  readonly lan: FakeLan;
  readonly driver: VrrpDriver;
  readonly events: VrrpEvent[];
  readonly lines: string[];
  /** Keys in the set of IPv4 addresses; undefined without the table. */
  dropped(): readonly string[] | undefined;
  holds(): boolean;
}

function open(
  instances: readonly InstanceConfig[],
  { keepAddresses = false, refusal = 0 }: { keepAddresses?: boolean; refusal?: number } = {},
): Scene {
  const lan = new FakeLan({ seed: 1 });
  lan.connect("r1", "eth0", { mac: "02:00:00:00:00:01", addresses: ["10.0.0.1/24"] });
  const host = lan.host("r1");
  host.rules.refusal = refusal;
  const events: VrrpEvent[] = [];
  const lines: string[] = [];
  const output = {
    event: (event: VrrpEvent) => void events.push(event),
    line: (_: string, text: string) => void lines.push(text),
    notify: () => undefined,
    notifyGroup: () => undefined,
  };
  const options = { keepAddresses, detail: false };
  const setup = { model: modelOf(instances), options, verdicts: NO_VERDICTS };
  const driver = new VrrpDriver(host, setup, output);
  driver.start();
  return {
    lan,
    driver,
    events,
    lines,
    dropped: () => host.rules.elements("ipv4", "keepalived", "vips"),
    holds: () => host.kernel.addresses().some(({ address }) => address === VIP),
  };
}

const stateOf = ({ driver }: Scene, position = 0): string | undefined =>
  driver.snapshot().instances[position]?.state;

describe("the firewall of masters", () => {
  test("packets are dropped before the address is on, and until it is off", () => {
    const scene = open([instance("prio=100")]);
    const seen: string[] = [];
    scene.lan.host("r1").rules.onBatch.push((changes) => {
      for (const { kind } of changes) {
        if (kind === "deleteElements" || kind === "addElements") {
          seen.push(`${kind} ${scene.holds() ? "on" : "off"}`);
        }
      }
    });
    assert.deepEqual(scene.dropped(), []);
    scene.lan.advance(seconds(5));
    assert.equal(scene.holds(), true);
    assert.deepEqual(scene.dropped(), [KEY]);
    scene.lan.host("r1").setUp("eth0", false);
    scene.lan.advance(seconds(1));
    assert.deepEqual(scene.dropped(), []);
    assert.deepEqual(seen, ["addElements off", "addElements off", "deleteElements off"]);
  });

  test("the first advert leaves before the firewall is changed", () => {
    const scene = open([instance("prio=100")]);
    let sent = -1;
    scene.lan.host("r1").rules.onBatch.push(() => {
      sent = scene.lan.adverts.length;
    });
    scene.lan.advance(seconds(4));
    assert.equal(sent, 1);
  });

  test("an instance that accepts needs no tables", () => {
    const scene = open([instance("prio=100", true)]);
    scene.lan.advance(seconds(5));
    assert.equal(stateOf(scene), "master");
    assert.equal(scene.dropped(), undefined);
  });

  test("a firewall that nobody named is told once, with Keepalived's words", () => {
    const scene = open([instance("prio=100")]);
    scene.lan.advance(seconds(5));
    const said = scene.lines.filter((line) => line.includes("firewall"));
    assert.deepEqual(said, [
      "use_vmac or no_accept/strict specified, but no firewall configured - using nftables",
    ]);
  });

  test("nothing is left at the end", () => {
    const scene = open([instance("prio=100")]);
    scene.lan.advance(seconds(5));
    scene.driver.stop(() => undefined);
    assert.equal(scene.holds(), false);
    assert.deepEqual(scene.lan.host("r1").rules.tables, []);
  });

  test("addresses that are kept at the end keep their rule", () => {
    const scene = open([instance("prio=100")], { keepAddresses: true });
    scene.lan.advance(seconds(5));
    scene.driver.stop(() => undefined);
    assert.equal(scene.holds(), true);
    assert.deepEqual(scene.dropped(), [KEY]);
  });

  test("without a firewall the instance that needs one faults, and another does not", () => {
    const needy = instance("name=A vip=10.0.0.3");
    const other = instance("name=B vrid=52 vip=10.0.0.4", true);
    const scene = open([needy, other], { refusal: Errno.EPERM });
    scene.lan.advance(seconds(60));
    assert.equal(stateOf(scene, 0), "fault");
    assert.equal(stateOf(scene, 1), "master");
    assert.equal(scene.holds(), false);
    const adverts = scene.lan.adverts.filter(({ bytes }) => bytes[1] === 51 || bytes[21] === 51);
    assert.deepEqual(adverts, []);
    const faults = scene.events.flatMap(({ instance: name, event }) =>
      event.kind === "faultBegan" ? [`${name} ${JSON.stringify(event.cause)}`] : [],
    );
    assert.match(faults[0] ?? "", /^A .*make the nftables tables keepalived.*"errno":1\b/);
  });

  test("a firewall that comes back lets the instance serve", () => {
    const scene = open([instance("prio=100")], { refusal: Errno.EPERM });
    scene.lan.advance(seconds(5));
    scene.lan.host("r1").rules.refusal = 0;
    scene.lan.advance(seconds(20));
    assert.equal(stateOf(scene), "master");
    assert.deepEqual(scene.dropped(), [KEY]);
  });

  test("a refusal at the takeover keeps the address off", () => {
    const scene = open([instance("prio=100")]);
    scene.lan.host("r1").rules.refusal = Errno.ENOMEM;
    scene.lan.advance(seconds(5));
    assert.equal(stateOf(scene), "fault");
    assert.equal(scene.holds(), false);
    assert.deepEqual(scene.lan.frames, []);
  });

  test("a reload to no_accept drops packets to an address that is on, one to accept ends it", () => {
    const scene = open([instance("prio=100", true)]);
    scene.lan.advance(seconds(5));
    scene.driver.reload(modelOf([instance("prio=100")]), NO_VERDICTS);
    assert.equal(stateOf(scene), "master");
    assert.deepEqual(scene.dropped(), [KEY]);
    scene.driver.reload(modelOf([instance("prio=100", true)]), NO_VERDICTS);
    assert.deepEqual(scene.lan.host("r1").rules.tables, []);
    assert.equal(scene.holds(), true);
  });

  test("a reload to no_accept that the kernel refuses is a fault", () => {
    const scene = open([instance("prio=100", true)]);
    scene.lan.advance(seconds(5));
    scene.lan.host("r1").rules.refusal = Errno.EPERM;
    scene.driver.reload(modelOf([instance("prio=100")]), NO_VERDICTS);
    assert.equal(stateOf(scene), "fault");
    assert.equal(scene.holds(), false);
  });

  test("addresses of a reload are dropped before they are on", () => {
    const scene = open([instance("prio=100")]);
    scene.lan.advance(seconds(5));
    scene.driver.reload(modelOf([instance("prio=100 vip=10.0.0.4")]), NO_VERDICTS);
    assert.deepEqual(scene.dropped(), ["0a000004"]);
  });
});
