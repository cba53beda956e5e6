/** Drafts to the model: defaults, ranges and conflicts. keepalived.conf(5), VRRP instance(s). */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Diagnostic } from "../../../src/config/diagnostics.ts";
import type { InstanceConfig } from "../../../src/vrrp/config.ts";
import { instanceText, loadText, messagesOf } from "./reading.ts";

interface Loaded {
  readonly instance: InstanceConfig;
  readonly diagnostics: readonly Diagnostic[];
  readonly test: number;
}

function load(...lines: readonly string[]): Loaded {
  const { model, diagnostics, verdict } = loadText(instanceText(...lines));
  const [instance] = model.instances;
  assert.ok(instance !== undefined, messagesOf({ diagnostics }).join("; "));
  return { instance, diagnostics, test: verdict.test };
}

test("state MASTER without a priority is the owner; otherwise 100", () => {
  assert.equal(load("state MASTER").instance.priority, 255);
  assert.equal(load("state BACKUP").instance.priority, 100);
  assert.equal(load("state MASTER", "priority 150").instance.priority, 150);
  assert.equal(load("state MASTER", "priority 999").instance.priority, 100);
});

test("the last of two settings counts", () => {
  const { instance, test: code } = load("priority 10", "priority 20", "nopreempt", "preempt");
  assert.equal(instance.priority, 20);
  assert.equal(instance.preempt, true);
  assert.equal(code, 0);
});

test("a version 2 interval is rounded to whole seconds, at least one", () => {
  assert.equal(load("advert_int 1.5").instance.advertInterval, 2_000_000);
  assert.equal(load("advert_int 0.1").instance.advertInterval, 1_000_000);
  assert.equal(load("advert_int 1.5").test, 5);
});

test("a version 3 interval has steps of 10 ms up to 40.95 s", () => {
  assert.equal(load("version 3", "advert_int 0.01").instance.advertInterval, 10_000);
  assert.equal(load("version 3", "advert_int 0.014").instance.advertInterval, 10_000);
  assert.equal(load("version 3", "advert_int 1.255").instance.advertInterval, 1_260_000);
  assert.equal(load("version 3", "advert_int 100").instance.advertInterval, 40_950_000);
});

test("the first address of any kind decides the family, and IPv6 means version 3", () => {
  const { instance } = load("virtual_ipaddress {", "fe80::1", "}");
  assert.equal(instance.family, "ipv6");
  assert.equal(instance.version, 3);
  assert.deepEqual(instance.delivery, { kind: "multicast", group: "ff02::12", source: undefined });
});

test("an address of the other family is left out of virtual_ipaddress", () => {
  const { instance, diagnostics } = load("virtual_ipaddress {", "10.0.0.1", "fe80::1", "}");
  assert.deepEqual(
    instance.addresses.map((a) => a.address),
    ["10.0.0.1"],
  );
  assert.equal(diagnostics[0]?.because?.[0]?.at.line, 5);
});

test("prefix and preferred lifetime have their defaults", () => {
  const { instance } = load("virtual_ipaddress {", "fe80::1", "fd00::1/64", "}");
  const shown = instance.addresses.map((a) => [a.prefixLength, a.preferredLifetime]);
  assert.deepEqual(shown, [
    [128, 0],
    [64, "forever"],
  ]);
  const [ipv4] = load().instance.addresses;
  assert.deepEqual([ipv4?.prefixLength, ipv4?.preferredLifetime], [32, "forever"]);
});

test("broadcast + sets the host bits and - clears them", () => {
  const { instance } = load("virtual_ipaddress {", "10.1.2.3/20 brd +", "10.1.2.4/20 brd -", "}");
  assert.deepEqual(
    instance.addresses.map((a) => a.broadcast),
    ["10.1.15.255", "10.1.0.0"],
  );
});

test("an address goes on dev, else the instance's interface, else default_interface", () => {
  const text = instanceText(
    "unicast_src_ip 10.0.0.1",
    "unicast_peer {",
    "10.0.0.2",
    "}",
    "virtual_ipaddress {",
    "10.0.0.3",
    "10.0.0.4 dev eth9",
    "}",
  ).replace("interface eth0\n", "");
  const { model } = loadText(`global_defs {\ndefault_interface eth7\n}\n${text}`);
  assert.deepEqual(
    model.instances[0]?.addresses.map((a) => a.interfaceName),
    ["eth7", "eth9"],
  );
});

test("more than 255 addresses are advertised without the surplus", () => {
  const { instance, diagnostics } = load("virtual_ipaddress {", "~SEQ(i, 0, 255) 10.0.1.$i", "}");
  assert.equal(instance.addresses.length, 255);
  assert.equal(instance.excludedAddresses.length, 1);
  assert.equal(diagnostics.length, 1);
});

test("nopreempt does not go with state MASTER or an owner, and says why", () => {
  const master = load("state MASTER", "priority 150", "nopreempt");
  assert.equal(master.instance.preempt, true);
  assert.equal(master.diagnostics[0]?.because?.[0]?.at.line, 4);
  assert.equal(load("priority 255", "nopreempt").instance.preempt, true);
  assert.equal(load("nopreempt").instance.preempt, false);
});

test("preempt_delay goes neither with MASTER nor nopreempt nor strict mode", () => {
  assert.equal(load("preempt_delay 4.5").instance.preemptDelay, 4_500_000);
  for (const other of ["state MASTER", "nopreempt", "strict_mode"]) {
    const { instance, test: code } = load("priority 150", "preempt_delay 4", other);
    assert.equal(instance.preemptDelay, 0, other);
    assert.equal(code, 5, other);
  }
});

test("a password has at most eight bytes, and goes only with version 2 and PASS", () => {
  const lines = ["authentication {", "auth_type PASS", "auth_pass 123456789", "}"];
  const { instance, test: code } = load(...lines);
  assert.deepEqual(instance.authentication, { kind: "pass", password: "12345678" });
  assert.equal(code, 5);
  assert.deepEqual(load("version 3", ...lines).instance.authentication, { kind: "none" });
  assert.deepEqual(load("strict_mode", ...lines).instance.authentication, { kind: "none" });
  const wide = load("authentication {", "auth_type PASS", "auth_pass ééééé", "}").instance;
  assert.deepEqual(wide.authentication, { kind: "pass", password: "éééé" });
});

test("no message shows a password", () => {
  const { diagnostics } = load("authentication {", "auth_type PASS auth_pass topsecret", "}");
  assert.doesNotMatch(JSON.stringify(diagnostics), /topsecret/);
});

test("unicast needs peers; without them multicast is used, and said", () => {
  const { instance, diagnostics } = load("unicast_src_ip 10.0.0.1");
  assert.deepEqual(instance.delivery, {
    kind: "multicast",
    group: "224.0.0.18",
    source: "10.0.0.1",
  });
  assert.match(diagnostics[0]?.message ?? "", /Defaulting to multicast/);
});

test("unicast_fault_no_peer keeps such an instance out instead", () => {
  const { model } = loadText(instanceText("unicast_src_ip 10.0.0.1", "unicast_fault_no_peer"));
  assert.deepEqual(model.instances, []);
});

test("a ttl window of a peer turns on the check of the source", () => {
  const lines = ["unicast_peer {", "10.0.0.2 min_ttl 254", "}"];
  const { delivery } = load(...lines).instance;
  assert.deepEqual(delivery, {
    kind: "unicast",
    source: undefined,
    peers: [{ address: "10.0.0.2", minTtl: 254, maxTtl: undefined }],
    ttl: 255,
    checkSource: true,
  });
});

test("strict mode says each thing it changes at its place, and that the address will not answer", () => {
  const { instance, diagnostics } = load(
    "strict_mode",
    "down_timer_adverts 5",
    "higher_prio_send_advert",
    "authentication {",
    "auth_type PASS",
    "auth_pass 1234",
    "}",
  );
  assert.deepEqual(
    diagnostics.map(({ code, at }) => `${at.line} ${code}`),
    ["4 strict-consequence", "5 strict", "6 strict", "7 strict-authentication"],
  );
  assert.match(diagnostics[0]?.message ?? "", /answer no ping/);
  assert.equal(diagnostics[0]?.fix, "turn strict mode off, or use version 3 with accept");
  assert.equal(instance.accept, false);
  assert.equal(instance.downTimerAdverts, 3);
  assert.equal(instance.higherPrioritySendAdvert, false);
  assert.equal(instance.lowerPriorityNoAdvert, true);
  assert.equal(instance.announcements.lowerPriorityRepeat, 0);
});

test("strict mode alone does not fail a test; an owner and accept with version 3 answer", () => {
  assert.equal(load("strict_mode").test, 0);
  assert.equal(load("strict_mode", "state MASTER").instance.accept, true);
  assert.equal(load("strict_mode", "version 3", "accept").instance.accept, true);
  assert.equal(load("strict_mode", "accept").instance.accept, false);
});

test("the instance's switch wins over the global one", () => {
  const text = `global_defs {\nvrrp_strict\n}\n${instanceText("strict_mode off")}`;
  assert.equal(loadText(text).model.instances[0]?.strict, false);
});

const SCRIPT = "vrrp_script chk {\nscript /bin/true\ninterval 2\nweight -5 reverse\n}\n";

test("a script's defaults: timeout is the interval and not explicit", () => {
  const { model } = loadText(SCRIPT);
  const [script] = model.scripts;
  assert.equal(script?.timeout, 2_000_000);
  assert.equal(script.timeoutIsExplicit, false);
  assert.deepEqual([script.rise, script.fall, script.startsFailed], [1, 1, false]);
});

test("a tracked script takes its own weight, else the script's", () => {
  const track = (line: string): unknown =>
    loadText(SCRIPT + instanceText("track_script {", line, "}")).model.instances[0]
      ?.trackedScripts[0];
  assert.deepEqual(track("chk"), { name: "chk", weight: -5, reverse: true });
  assert.deepEqual(track("chk weight 7"), { name: "chk", weight: 7, reverse: true });
  assert.deepEqual(track("chk weight 7 noreverse"), { name: "chk", weight: 7, reverse: false });
  assert.deepEqual(track("chk weight 254"), { name: "chk", weight: 253, reverse: true });
});

test("a script that is not defined, or only later, is not tracked", () => {
  const tracking = instanceText("track_script {", "chk", "}");
  const later = loadText(tracking + SCRIPT);
  assert.deepEqual(later.model.instances[0]?.trackedScripts, []);
  assert.equal(later.diagnostics[0]?.fix, "move vrrp_script chk above the block that tracks it");
  const mistyped = loadText(SCRIPT + tracking.replace("chk", "chkk"));
  const [unknown] = mistyped.diagnostics.filter((d) => d.code === "unknown-reference");
  assert.equal(unknown?.fix, "did you mean chk?");
});

test("the second user of a router id on one interface and family is left out", () => {
  const second = instanceText().replace("VI_1", "VI_2").replace("10.0.0.3", "10.0.0.4");
  const { model, verdict, diagnostics } = loadText(instanceText() + second);
  assert.deepEqual(
    model.instances.map((i) => i.name),
    ["VI_1"],
  );
  assert.deepEqual(verdict, { test: 5, run: 2 });
  assert.equal(diagnostics[0]?.because?.[0]?.at.line, 3);
});

test("interfaces are looked for only with a callback, and not when they are dynamic", () => {
  const interfaceExists = (): boolean => false;
  assert.equal(loadText(instanceText()).verdict.run, undefined);
  assert.equal(loadText(instanceText(), { interfaceExists }).verdict.run, 2);
  const dynamic = `global_defs {\ndynamic_interfaces\n}\n${instanceText()}`;
  assert.equal(loadText(dynamic, { interfaceExists }).verdict.test, 0);
});

test("script security is asked for as soon as a program would run", () => {
  const text = instanceText("notify /no/such");
  assert.equal(loadText(text).verdict.test, 6);
  assert.equal(loadText(text, { programExists: () => false }).verdict.test, 0);
  assert.equal(loadText(`global_defs {\nenable_script_security\n}\n${text}`).verdict.test, 0);
});

test("a missing parameter ends -t and a start with 2, and the rest is still checked", () => {
  const { verdict, diagnostics } = loadText(instanceText("priority", "bogus"));
  assert.deepEqual(verdict, { test: 2, run: 2 });
  assert.equal(diagnostics.length, 2);
});

test("a missing file is no failed test and no start", () => {
  const { verdict, diagnostics } = loadText("", { path: "nowhere.conf" });
  assert.deepEqual(verdict, { test: 0, run: 6 });
  assert.equal(diagnostics[0]?.message, "Config files missing 'nowhere.conf'.");
});

test("a keyword in the wrong block is told where it belongs", () => {
  const { diagnostics } = loadText("auth_pass x\n");
  assert.equal(diagnostics[0]?.fix, "move it: auth_pass belongs in authentication");
});

test("whether a file has load balancing or BFD is known", () => {
  const server = "lvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 10.0.0.10 80 {\n}\n";
  const { model, verdict } = loadText(
    `virtual_server 10.0.0.9 80 {\n${server}}\nbfd_instance b {\nneighbor_ip 10.0.0.5\n}\n`,
  );
  assert.equal(model.hasVirtualServers, true);
  assert.equal(model.hasBfd, true);
  assert.equal(verdict.test, 0);
});

test("what is not active yet is said once for each keyword", () => {
  const later = "lvs_sync_daemon_interface eth0";
  const { diagnostics } = loadText(
    instanceText(later) + instanceText(later).replace("VI_1", "B").replace("50", "51"),
  );
  assert.equal(diagnostics.filter(({ code }) => code === "not-yet-active").length, 1);
});
