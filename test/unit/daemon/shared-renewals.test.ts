/** Leases of many instances, renewed together: few requests lists, and nothing for those who left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../../src/base/units.ts";
import { VrrpDriver } from "../../../src/daemon/vrrp/driver.ts";
import type { Netlink, PreparedChanges } from "../../../src/sys/ports.ts";
import { NO_VERDICTS } from "../../../src/track/verdicts.ts";
import type { InstanceConfig } from "../../../src/vrrp/config.ts";
import { FakeLan } from "../../sim/fake-lan.ts";
import { instanceFrom, modelOf, parseWords } from "../../sim/model.ts";

const COUNT = 40;

const instance = (number: number): InstanceConfig =>
  instanceFrom(
    parseWords(`name=V${number} vrid=${number + 1} prio=150 vip=10.0.1.${number + 1}`.split(" ")),
  );

/** A host whose netlink counts the calls that change something. */
function countingHost(lan: FakeLan): { readonly calls: () => number } {
  lan.connect("r1", "eth0", { mac: "02:00:00:00:00:01", addresses: ["10.0.0.1/16"] });
  const host = lan.host("r1");
  let calls = 0;
  const open = host.openNetlink.bind(host);
  host.openNetlink = (options): Netlink => {
    const netlink = open(options);
    const apply = netlink.apply.bind(netlink);
    netlink.apply = (prepared: PreparedChanges, from: number, count: number) => {
      calls += 1;
      return apply(prepared, from, count);
    };
    return netlink;
  };
  return { calls: () => calls };
}

const silence = {
  event: () => undefined,
  line: () => undefined,
  notify: () => undefined,
  notifyGroup: () => undefined,
};

test("forty instances renew their leases with one call a tick, and none is ever lost", () => {
  const lan = new FakeLan({ seed: 1 });
  const counter = countingHost(lan);
  const host = lan.host("r1");
  const model = modelOf(Array.from({ length: COUNT }, (_, number) => instance(number)));
  const options = { keepAddresses: false, detail: false };
  const driver = new VrrpDriver(host, { model, options, verdicts: NO_VERDICTS }, silence);
  driver.start();
  lan.advance(seconds(10));
  const before = counter.calls();
  lan.advance(seconds(40));
  // Leases of 4 s, a tick each 4/3 s.
  assert.equal(counter.calls() - before, 30);
  assert.equal(host.kernel.addresses().length, COUNT + 1);
});

test("an instance that gives its address up between two ticks does not get it back", () => {
  const lan = new FakeLan({ seed: 1 });
  countingHost(lan);
  const host = lan.host("r1");
  const all = Array.from({ length: 6 }, (_, number) => instance(number));
  const options = { keepAddresses: false, detail: false };
  const setup = { model: modelOf(all), options, verdicts: NO_VERDICTS };
  const driver = new VrrpDriver(host, setup, silence);
  driver.start();
  lan.advance(seconds(20));
  driver.reload(modelOf(all.slice(1)), NO_VERDICTS);
  lan.advance(seconds(20));
  const held = host.kernel.addresses().map(({ address }) => String(address));
  assert.ok(!held.includes("10.0.1.1"));
  assert.ok(held.includes("10.0.1.2") && held.includes("10.0.1.3"));
});
