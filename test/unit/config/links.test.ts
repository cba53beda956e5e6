/** What decides about links and announcements beside the instances. keepalived.conf(5). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { instanceText, loadText, messagesOf } from "./reading.ts";

const load = (lines: readonly string[], ...instance: readonly string[]) =>
  loadText(`${lines.join("\n")}\n${instanceText(...instance)}`);

test("linkbeat_interfaces name what is asked first; MII where nothing is named", () => {
  const { model } = load(["linkbeat_interfaces {", "eth1 ETHTOOL", "eth2", "eth1 IOCTL", "}"]);
  assert.deepEqual(model.links.polled, [
    { interfaceName: "eth1", method: "ethtool" },
    { interfaceName: "eth2", method: "mii" },
  ]);
});

test("linkbeat_use_polling polls the own interface, and at the top all that are used", () => {
  const own = load([], "linkbeat_use_polling", "track_interface {", "eth1", "}");
  assert.deepEqual(own.model.links.polled, [{ interfaceName: "eth0", method: "mii" }]);
  const all = load(["linkbeat_use_polling"], "track_interface {", "eth1", "}");
  assert.deepEqual(
    all.model.links.polled.map(({ interfaceName }) => interfaceName),
    ["eth0", "eth1"],
  );
});

test("a delay counts for both directions unless the second is written; the last line wins", () => {
  const { model } = load(["interface_up_down_delays {", "eth0 1.5", "eth1 1", "eth1 0.5 1", "}"]);
  assert.deepEqual(model.links.delays, [
    { interfaceName: "eth0", down: 1_500_000, up: 1_500_000 },
    { interfaceName: "eth1", down: 500_000, up: 1_000_000 },
  ]);
});

test("a delay is cut to what a master may be silent, without a word from -t", () => {
  const { model, diagnostics, verdict } = load(
    ["interface_up_down_delays {", "eth0 5 1", "eth9 5", "}"],
    "version 3",
    "advert_int 0.5",
    "down_timer_adverts 4",
  );
  assert.deepEqual(model.links.delays, [
    { interfaceName: "eth0", down: 1_500_000, up: 1_000_000 },
    { interfaceName: "eth9", down: 5_000_000, up: 5_000_000 },
  ]);
  assert.match(
    messagesOf({ diagnostics }).join(),
    /debounce timer\(s\) not less than 3 \* advert_int/,
  );
  assert.equal(verdict.test, 0);
});

test("garp_group: interfaces that share a gap; the first group that names one has it", () => {
  const { model, diagnostics } = load([
    ...["garp_group {", "garp_interval 0.5", "interfaces {", "eth0", "eth1", "}", "}"],
    ...["garp_group {", "gna_interval 1", "interface eth1", "interface eth2", "}"],
    ...["garp_group {", "garp_interval 1", "}"],
  ]);
  assert.deepEqual(model.garpGroups, [
    { interfaceNames: ["eth0", "eth1"], arpGap: 500_000, naGap: undefined },
    { interfaceNames: ["eth2"], arpGap: undefined, naGap: 1_000_000 },
  ]);
  assert.deepEqual(messagesOf({ diagnostics }), [
    "garp_group already specified for eth1 - ignoring",
  ]);
});

test("track_src_ip, promote_secondaries and vrrp_delay_after_boot reach the model", () => {
  const { model } = load(
    ["global_defs {", "vrrp_delay_after_boot 30", "}"],
    "track_src_ip",
    "promote_secondaries",
  );
  assert.equal(model.global.delayAfterBoot, 30_000_000);
  const [instance] = model.instances;
  assert.equal(instance?.tracksSource, true);
  assert.equal(instance.promotesSecondaries, true);
});

test("timer_expired_backup is 254 unless a priority is named, and nothing without nopreempt", () => {
  const rival = (...lines: readonly string[]) =>
    load([], ...lines).model.instances[0]?.timerExpiredBackup;
  assert.equal(rival("nopreempt", "timer_expired_backup"), 254);
  assert.equal(rival("nopreempt", "thread_timer_expired 120"), 120);
  assert.equal(rival("timer_expired_backup"), undefined);
  assert.equal(rival("nopreempt"), undefined);
});

test("track_bfd holds what is tracked, with the weight of the session unless it has its own", () => {
  const { model } = load(
    ["bfd_instance up {", "neighbor_ip 10.0.0.9", "weight -20", "}"],
    ...["track_bfd {", "up", "}"],
  );
  assert.deepEqual(model.instances[0]?.trackedBfds, [{ name: "up", weight: -20, reverse: false }]);
});

test("a link-local source does not do without an interface", () => {
  const unicast = (source: string, peer: string, virtual: string) =>
    loadText(
      [
        ...["vrrp_instance VI_1 {", "virtual_router_id 51", "version 3"],
        ...[`unicast_src_ip ${source}`, "unicast_peer {", peer, "}"],
        ...["virtual_ipaddress {", virtual, "}", "}"],
      ].join("\n"),
    );
  assert.match(
    messagesOf(unicast("fe80::1", "fe80::2", "fe80::3")).join(),
    /\(VI_1\) Unknown interface!/,
  );
  assert.equal(unicast("fd00::1", "fd00::2", "fe80::3").model.instances.length, 1);
});
