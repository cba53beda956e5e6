/** Warnings that prevent outages: each is given where it is deserved, and nowhere else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIpAddress } from "../../../src/base/address.ts";
import type { IpAddress } from "../../../src/base/address.ts";
import type { Diagnostic } from "../../../src/config/diagnostics.ts";
import type { LoadOptions } from "../../../src/config/load.ts";
import type { CommandProblem, NameTable } from "../../../src/config/surroundings.ts";
import { instanceText, loadText } from "./reading.ts";

const SCRIPT = "global_defs {\nenable_script_security\n}\nvrrp_script chk {\nscript /bin/true\n";
const track = (line: string): readonly string[] => ["track_script {", line, "}"];

function diagnosed(text: string, options: Partial<LoadOptions> = {}): readonly Diagnostic[] {
  return loadText(text, options).diagnostics;
}

/** `LINE CODE` of everything said of an instance with these lines below a script chk. */
function codesWithScript(...lines: readonly string[]): readonly string[] {
  return codesOf(diagnosed(`${SCRIPT}}\n${instanceText(...lines)}`));
}

function codesOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code }) => code);
}

test("a weight that the bounds of the priority swallow is reported", () => {
  const weighted = (priority: number, weight: number): readonly string[] =>
    codesWithScript(`priority ${priority}`, ...track(`chk weight ${weight}`));
  assert.deepEqual(weighted(254, 10), ["weight-without-effect"]);
  assert.deepEqual(weighted(1, -10), ["weight-without-effect"]);
  assert.deepEqual(weighted(253, 10), []);
  assert.deepEqual(weighted(254, -10), []);
});

test("a weight counts when another check can make room for it", () => {
  const found = diagnosed(
    `${SCRIPT}}\nvrrp_script other {\nscript /bin/true\nweight -20\n}\n` +
      instanceText("priority 254", ...track("chk weight 10\nother")),
  );
  assert.deepEqual(codesOf(found), []);
});

test("reverse turns the sign round before the bounds are looked at", () => {
  const lines = ["priority 254", ...track("chk weight 10 reverse")];
  assert.deepEqual(codesWithScript(...lines), []);
});

test("the owner's priority never changes, and Keepalived fails its test for it", () => {
  const text = `${SCRIPT}weight 5\n}\n${instanceText("priority 255", ...track("chk"))}`;
  const { diagnostics, verdict } = loadText(text);
  assert.deepEqual(codesOf(diagnostics), ["weight-for-owner"]);
  assert.equal(verdict.test, 5);
});

test("nopreempt with a weight is reported, and without one is not", () => {
  assert.deepEqual(codesWithScript("nopreempt", ...track("chk weight -10")), [
    "nopreempt-with-weight",
  ]);
  assert.deepEqual(codesWithScript("nopreempt", ...track("chk")), []);
  assert.deepEqual(codesWithScript(...track("chk weight -10")), []);
});

test("in a sync group weights are looked at only where the group keeps them", () => {
  const group = (...lines: readonly string[]): string =>
    ["vrrp_sync_group G {", "group {", "VI_1", "VI_2", "}", ...lines, "}", ""].join("\n");
  const second = instanceText().replace("VI_1", "VI_2").replace("50", "52");
  const codes = (groupText: string): readonly string[] =>
    codesOf(
      diagnosed(
        `${SCRIPT}weight -10\n}\n${groupText}` +
          `${instanceText("nopreempt", ...track("chk"))}${second.replace("10.0.0.3", "10.0.0.4")}`,
      ),
    );
  assert.deepEqual(codes(group()), ["weight-in-sync-group"]);
  assert.deepEqual(codes(group("sync_group_tracking_weight")), ["nopreempt-with-weight"]);
});

test("fast adverts want real-time priority", () => {
  const lines = instanceText("version 3", "advert_int 0.2");
  assert.deepEqual(codesOf(diagnosed(lines)), ["fast-adverts"]);
  const withPriority = `global_defs {\nvrrp_rt_priority 50\n}\n${lines}`;
  assert.deepEqual(codesOf(diagnosed(withPriority)), []);
  assert.deepEqual(codesOf(diagnosed(instanceText("version 3", "advert_int 1"))), []);
});

test("a router among its own unicast peers is reported at the peer", () => {
  const text = instanceText(
    "unicast_src_ip 10.0.0.1",
    "unicast_peer {",
    "10.0.0.2",
    "10.0.0.1",
    "}",
  );
  const [found] = diagnosed(text);
  assert.equal(found?.code, "unicast-source-is-peer");
  assert.equal(found.at.line, 7);
  assert.equal(found.because?.[0]?.at.line, 4);
});

function address(text: string): IpAddress {
  const value = parseIpAddress(text);
  assert.ok(value);
  return value;
}

const WITH_ADDRESSES: Partial<LoadOptions> = {
  interfaceAddresses: (name) =>
    name === "eth0"
      ? [
          { address: address("192.0.2.1"), length: 24 },
          { address: address("192.0.2.99"), length: 32 },
          { address: address("fe80::1"), length: 64 },
        ]
      : undefined,
};
const withAddress = (line: string, ...more: readonly string[]): string =>
  instanceText(...more, "virtual_ipaddress {", line, "}");

test("an address in no subnet of its interface is reported", () => {
  const codes = (line: string): readonly string[] =>
    diagnosed(withAddress(line), WITH_ADDRESSES).map(({ code, severity }) => `${severity} ${code}`);
  assert.deepEqual(codes("192.0.2.10"), []);
  assert.deepEqual(codes("192.0.3.10"), ["warning address-outside-subnet"]);
  assert.deepEqual(codes("192.0.3.10/24"), ["notice address-outside-subnet"]);
  assert.deepEqual(codes("192.0.3.10 dev eth7"), []);
  assert.deepEqual(codes("2001:db8::1/64"), []);
});

test("many addresses outside are one complaint, with their number", () => {
  const found = diagnosed(withAddress("192.0.3.1\n192.0.3.2\n192.0.3.3"), WITH_ADDRESSES);
  assert.deepEqual(
    found.map(({ message }) => message),
    [
      "(VI_1) 192.0.3.1/32, and 2 more of the instance, are in no subnet of eth0 " +
        "(192.0.2.1/24, 192.0.2.99/32): no neighbour there will ask for it",
    ],
  );
});

test("an address that a running master has put there itself proves nothing", () => {
  const options: Partial<LoadOptions> = {
    interfaceAddresses: () => [
      { address: address("192.0.2.1"), length: 24 },
      { address: address("10.9.9.9"), length: 32 },
    ],
  };
  assert.deepEqual(codesOf(diagnosed(withAddress("10.9.9.9"), options)), [
    "address-outside-subnet",
  ]);
});

test("an owner that does not have the address is reported, one that has it is not", () => {
  const codes = (line: string): readonly string[] =>
    codesOf(diagnosed(withAddress(line, "priority 255"), WITH_ADDRESSES));
  assert.deepEqual(codes("192.0.2.10"), ["owner-without-address"]);
  assert.deepEqual(codes("192.0.2.1"), []);
});

test("a missing length is remarked where other addresses have one", () => {
  const [found] = diagnosed(withAddress("10.0.0.3/24\n10.0.0.4"));
  assert.equal(found?.code, "address-without-length");
  assert.equal(found.severity, "notice");
  assert.deepEqual(diagnosed(withAddress("10.0.0.3\n10.0.0.4")), []);
});

const table = (...known: readonly string[]): NameTable => ({
  has: (name) => known.includes(name),
  names: () => known,
});
const ACCOUNTS = { users: table("root", "monitor"), groups: table("root", "ops") };

test("users and groups that do not exist are reported at their words, with a suggestion", () => {
  const text =
    "global_defs {\nscript_user monitr :ops\nenable_script_security\n}\n" +
    "vrrp_script chk {\nscript /bin/true\nuser root op\n}\n" +
    instanceText(...track("chk"));
  const { diagnostics, verdict } = loadText(text, ACCOUNTS);
  assert.deepEqual(
    diagnostics.map(({ at, code, fix }) => `${at.line}:${at.column} ${code} ${fix ?? ""}`),
    ["2:13 unknown-user did you mean monitor?", "7:11 unknown-user did you mean ops?"],
  );
  assert.equal(verdict.test, 5);
});

test("a program that cannot run is reported at its line: for checks it counts, for notifies not", () => {
  const problem: CommandProblem = {
    kind: "disabled",
    message: "/etc/check.sh is not executable for root",
    fix: "run chmod 755 /etc/check.sh",
  };
  const options: Partial<LoadOptions> = { inspectCommand: () => [problem] };
  const check = loadText(`${SCRIPT}}\n${instanceText(...track("chk"))}`, options);
  assert.deepEqual(codesOf(check.diagnostics), ["check-not-runnable"]);
  assert.equal(check.diagnostics[0]?.at.line, 5);
  assert.equal(check.diagnostics[0].fix, "run chmod 755 /etc/check.sh");
  assert.equal(check.verdict.test, 5);
  const notify = loadText(
    `global_defs {\nenable_script_security\n}\n${instanceText("notify_master /bin/a.sh")}`,
    options,
  );
  assert.deepEqual(codesOf(notify.diagnostics), ["notify-not-runnable"]);
  assert.match(notify.diagnostics[0]?.message ?? "", /^\(VI_1\) notify_master: \/etc\/check\.sh/);
  assert.equal(notify.verdict.test, 0);
});

test("a notify program of a sync group is looked at too", () => {
  const group = "vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\nnotify_fault /bin/gone\n}\n";
  const second = instanceText("virtual_ipaddress {", "10.0.0.4", "}")
    .replace("VI_1", "VI_2")
    .replace("50", "52");
  const found = diagnosed(
    `global_defs {\nenable_script_security\n}\n${group}${instanceText()}${second}`,
    { inspectCommand: () => [{ kind: "disabled", message: "gone" }] },
  );
  assert.deepEqual(
    found.map(({ message }) => message),
    ["(G) notify_fault: gone"],
  );
});

test("words for a shell are reported where no shell reads them", () => {
  const codes = (script: string): readonly string[] =>
    codesOf(
      diagnosed(
        `global_defs {\nenable_script_security\n}\nvrrp_script chk {\nscript ${script}\n}\n` +
          instanceText(...track("chk")),
      ),
    );
  assert.deepEqual(codes('"/usr/bin/killall -0 nginx || exit 1"'), ["shell-syntax"]);
  assert.deepEqual(codes('"/bin/check >/dev/null 2>&1"'), ["shell-syntax"]);
  assert.deepEqual(codes("\"/bin/sh -c 'a || b'\""), []);
  assert.deepEqual(codes('"/bin/check --limit 5"'), []);
});

test("an interface that does not exist gets the name it probably has", () => {
  const [found] = diagnosed(instanceText().replace("eth0", "etho"), {
    interfaceExists: (name) => name === "eth0",
    interfaceNames: () => ["lo", "eth0"],
  });
  assert.equal(found?.code, "interface");
  assert.equal(found.fix, "did you mean eth0?");
});

test("a virtual_router_id that is refused is not also called missing, and still ends a start", () => {
  const text = instanceText().replace("virtual_router_id 50", "virtual_router_id 500");
  const { diagnostics, verdict } = loadText(text);
  assert.deepEqual(codesOf(diagnostics), ["vrid-out-of-range"]);
  assert.deepEqual(verdict, { test: 5, run: 2 });
});

test("every refused number names its keyword and what to write", () => {
  const text = `${SCRIPT}weight -300\n}\n${instanceText("virtual_ipaddress {", "10.0.0.3/40", "}")}`;
  const said = diagnosed(text).map(({ message, fix }) => `${message}: ${fix ?? ""}`);
  assert.deepEqual(said, [
    "weight: number '-300' outside range [-253, 253]: write a whole number from -253 to 253",
    "prefix length: number '40' outside range [0, 32]: write a prefix length from 0 to 32",
  ]);
});
