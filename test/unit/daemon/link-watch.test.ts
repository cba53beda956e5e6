/** Links that are asked, and what that costs. keepalived.conf(5), linkbeat_interfaces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../../src/base/units.ts";
import { LinkWatch } from "../../../src/daemon/vrrp/link-watch.ts";
import type { LinkFlip } from "../../../src/daemon/vrrp/link-watch.ts";
import { NetworkTable } from "../../../src/daemon/vrrp/network-table.ts";
import type { LinkQuestion, NetworkPorts } from "../../../src/sys/ports.ts";
import type { LinksConfig } from "../../../src/track/config.ts";
import { FakeLan } from "../../sim/fake-lan.ts";

function watchOf(
  config: LinksConfig,
  answers: (question: LinkQuestion) => "up" | "down" | "unsupported",
) {
  const lan = new FakeLan({ seed: 1 });
  lan.connect("r1", "eth0", { mac: "02:00:00:00:00:01", addresses: [] });
  const host = lan.host("r1");
  const asked: string[] = [];
  const flips: LinkFlip[] = [];
  const openLinkProbe: NetworkPorts["openLinkProbe"] = () => ({
    ask: (name, question) => {
      asked.push(`${name} ${question}`);
      return answers(question);
    },
    [Symbol.dispose]: () => undefined,
  });
  const table = new NetworkTable();
  table.load(host.kernel.links(), []);
  const watch = new LinkWatch({
    ports: { clock: host.clock, openLinkProbe },
    table,
    limit: () => undefined,
    changed: (changes) => flips.push(...changes),
  });
  watch.configure(config);
  const pass = (s: number): void => {
    lan.advance(seconds(s));
    watch.run(host.clock.now());
  };
  return { watch, table, asked, flips, pass };
}

const polled = (method: LinkQuestion): LinksConfig => ({
  polled: [{ interfaceName: "eth0", method }],
  delays: [],
});

test("what an interface does not answer is not asked again: one question a second", () => {
  const { asked, pass } = watchOf(polled("mii"), (question) =>
    question === "mii" ? "unsupported" : "up",
  );
  assert.deepEqual(asked, ["eth0 mii", "eth0 ethtool"]);
  pass(0.5);
  pass(0.5);
  pass(1);
  assert.deepEqual(asked.slice(2), ["eth0 ethtool", "eth0 ethtool"]);
});

test("without a link when asked, an interface is down, whatever netlink says", () => {
  let answer: "up" | "down" = "up";
  const { table, flips, pass } = watchOf(polled("ethtool"), () => answer);
  assert.equal(table.network.get("eth0")?.up, true);
  answer = "down";
  pass(1);
  assert.equal(table.network.get("eth0")?.up, false);
  assert.deepEqual(flips, [{ name: "eth0", up: false, source: "linkbeat" }]);
});

test("an interface that answers nothing counts as netlink says", () => {
  const { table, flips } = watchOf(polled("mii"), () => "unsupported");
  assert.equal(table.network.get("eth0")?.up, true);
  assert.deepEqual(flips, []);
});

test("where nothing is polled or delayed there is nothing to do", () => {
  const { watch, asked } = watchOf({ polled: [], delays: [] }, () => "up");
  assert.equal(watch.deadline, undefined);
  assert.deepEqual(asked, []);
});
