/** What is found between the files of several nodes: a right pair, and each finding wrong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codes, comparePair, compareTexts, instanceText } from "./pair.ts";
import type { Wanted } from "./pair.ts";

test("a right pair is one router without a complaint", () => {
  const report = comparePair({});

  assert.deepEqual(report.diagnostics, []);
  assert.deepEqual(
    report.routers.map(({ title, members }) => [title, members.map(({ node }) => node)]),
    [["VI_1", ["a", "b"]]],
  );
});

interface Case {
  readonly name: string;
  readonly a?: Wanted;
  readonly b?: Wanted;
  readonly found: readonly string[];
  readonly says: RegExp;
}

const unicast = (own: string, ...peers: readonly string[]): string =>
  `unicast_src_ip ${own}\n  unicast_peer {\n    ${peers.join("\n    ")}\n  }`;

const CASES: readonly Case[] = [
  {
    name: "two router ids with the same address",
    b: { vrid: 52 },
    found: ["error cluster-router-id"],
    says: /the same addresses, but virtual_router_id 51 on a and 52 on b.*both be master/,
  },
  {
    name: "two versions",
    a: { more: "version 3", password: undefined },
    b: { password: undefined },
    found: ["error cluster-version"],
    says: /VRRP version is 3 on a and 2 on b/,
  },
  {
    name: "two intervals in version 2",
    b: { interval: 2 },
    found: ["error cluster-interval"],
    says: /advert_int is 1 s on a and 2 s on b: version 2 drops/,
  },
  {
    name: "two intervals in version 3",
    a: { more: "version 3", password: undefined },
    b: { more: "version 3", interval: 2, password: undefined },
    found: ["warning cluster-interval"],
    says: /version 3 learns/,
  },
  {
    name: "a password on one node only",
    b: { password: undefined },
    found: ["error cluster-authentication"],
    says: /auth_type is PASS on a and none on b/,
  },
  {
    name: "two checksum forms",
    a: { more: "version 3\n  v3_checksum_as_v2", password: undefined },
    b: { more: "version 3", password: undefined },
    found: ["error cluster-checksum"],
    says: /v3_checksum_as_v2 is on on a and off on b/,
  },
  {
    name: "unicast against multicast",
    a: { more: unicast("10.0.0.1", "10.0.0.2") },
    found: ["error cluster-delivery"],
    says: /a sends unicast and b multicast/,
  },
  {
    name: "two multicast groups",
    b: { more: "mcast_dst_ip 224.0.0.19" },
    found: ["error cluster-delivery"],
    says: /group 224\.0\.0\.18 on a and 224\.0\.0\.19 on b/,
  },
  {
    name: "a unicast peer that is another host",
    a: { more: unicast("10.0.0.1", "10.0.0.9") },
    b: { more: unicast("10.0.0.2", "10.0.0.1") },
    found: ["error cluster-peers"],
    says: /unicast_peer of a has 10\.0\.0\.9, not 10\.0\.0\.2, from which b sends/,
  },
  {
    name: "a source address that was copied",
    a: { more: unicast("10.0.0.1", "10.0.0.2") },
    b: { more: unicast("10.0.0.1", "10.0.0.2") },
    found: ["error cluster-peers", "error cluster-peers", "error cluster-peers"],
    says: /a and b both send from 10\.0\.0\.1/,
  },
  {
    name: "a list of peers that was copied",
    a: { more: "unicast_peer {\n    10.0.0.1\n    10.0.0.2\n  }" },
    b: { more: "unicast_peer {\n    10.0.0.1\n    10.0.0.2\n  }" },
    found: ["error cluster-peers"],
    says: /no address in unicast_peer of b can be a, which lists the same/,
  },
  {
    name: "an address that only one node has",
    b: { addresses: ["10.0.0.3/24", "10.0.0.4/24"] },
    found: ["warning cluster-addresses"],
    says: /virtual_ipaddress of a lacks 10\.0\.0\.4, which b has/,
  },
  {
    name: "two prefix lengths",
    b: { addresses: ["10.0.0.3/16"] },
    found: ["warning cluster-addresses"],
    says: /10\.0\.0\.3 has prefix length 24 on a and 16 on b/,
  },
  {
    name: "equal priorities",
    b: { priority: 150 },
    found: ["warning cluster-priority"],
    says: /a and b both have priority 150: whoever has the higher address/,
  },
  {
    name: "equal priorities of known addresses",
    a: { more: unicast("10.0.0.1", "10.0.0.2") },
    b: { priority: 150, more: unicast("10.0.0.2", "10.0.0.1") },
    found: ["warning cluster-priority"],
    says: /b wins an election by its higher address 10\.0\.0\.2/,
  },
  {
    name: "two owners",
    a: { state: "MASTER", priority: undefined },
    b: { state: "BACKUP", priority: 255 },
    found: ["error cluster-priority"],
    says: /both have priority 255 \(state MASTER without priority means 255 on a\)/,
  },
  {
    name: "state MASTER on both",
    a: { state: "MASTER" },
    b: { state: "MASTER" },
    found: ["notice cluster-preempt"],
    says: /state MASTER on a and b: it decides nothing/,
  },
  {
    name: "state MASTER on the node of lower priority",
    b: { state: "MASTER" },
    found: ["notice cluster-preempt"],
    says: /state MASTER on b, but a has the higher priority \(150 against 100\)/,
  },
  {
    name: "nopreempt on the lower node only",
    b: { more: "nopreempt" },
    found: ["warning cluster-preempt"],
    says: /nopreempt is on b and not on a: a takes the address/,
  },
  {
    name: "nopreempt with state MASTER",
    a: { state: "MASTER", more: "nopreempt" },
    b: { more: "nopreempt" },
    found: ["warning cluster-preempt"],
    says: /nopreempt has no effect on a, which has state MASTER/,
  },
  {
    name: "preempt_delay on the lower node only",
    b: { more: "preempt_delay 60" },
    found: ["warning cluster-preempt"],
    says: /preempt_delay 60 is on b and not on a/,
  },
  {
    name: "sources in two subnets",
    a: { more: unicast("10.0.0.1", "10.0.1.1") },
    b: { more: unicast("10.0.1.1", "10.0.0.1") },
    found: ["warning cluster-subnet"],
    says: /10\.0\.0\.3\/24 lies in the subnet of a \(10\.0\.0\.1\) and not in that of b/,
  },
  {
    name: "accept on one node",
    b: { more: "no_accept" },
    found: ["warning cluster-settings"],
    says: /accept is on on a and off on b/,
  },
  {
    name: "a check whose weight does not reach the other",
    a: { track: "chk_nginx weight -50" },
    b: { track: "chk_nginx weight -50" },
    found: ["warning cluster-check"],
    says: /chk_nginx never moves the address: its weight -50 is not above the gap of 50/,
  },
  {
    name: "a check on the backup alone",
    b: { track: "chk_nginx weight -60" },
    found: ["warning cluster-check"],
    says: /tracked on b and not on a, which is master/,
  },
];

for (const { name, a = {}, b = {}, found, says } of CASES) {
  test(`the cluster check finds ${name}`, () => {
    const report = comparePair({ a, b });

    assert.deepEqual(codes(report), found);
    assert.match(report.diagnostics.map(({ message }) => message).join("\n"), says);
  });
}

test("a finding has its place in both files, and a fix", () => {
  const report = comparePair({ b: { vrid: 52 } });

  const [diagnostic] = report.diagnostics;
  assert.deepEqual(diagnostic?.at, { file: "b.conf", line: 11, column: 21, length: 2 });
  assert.deepEqual(diagnostic.because, [
    { at: { file: "a.conf", line: 11, column: 21, length: 2 }, message: "on a" },
  ]);
  assert.equal(diagnostic.fix, "write virtual_router_id 51 on every node");
});

test("a differing password is told without either", () => {
  const report = comparePair({ a: { password: "hunter2" }, b: { password: "swordf" } });

  assert.deepEqual(codes(report), ["error cluster-authentication"]);
  assert.doesNotMatch(JSON.stringify(report.diagnostics), /hunter2|swordf/);
});

test("eight characters of a password count, as on the wire", () => {
  const report = comparePair({ a: { password: "12345678" }, b: { password: "12345678x" } });

  assert.deepEqual(codes(report), []);
});

test("an address family that differs is told, and nothing that follows from it", () => {
  const report = comparePair({
    b: { addresses: ["fe80::3/64"], password: undefined },
  });

  assert.ok(codes(report).includes("error cluster-family"));
  assert.ok(!codes(report).includes("error cluster-version"));
});

test("an instance on one node alone has nobody to take over", () => {
  const report = compareTexts(
    instanceText({ priority: 150 }) +
      instanceText({ name: "VI_2", vrid: 52, addresses: ["10.0.1.3/24"], priority: 150 }),
    instanceText({ priority: 100 }),
  );

  assert.deepEqual(codes(report), ["warning cluster-alone"]);
  assert.match(report.diagnostics[0]?.message ?? "", /\(VI_2\) is not on b: nobody takes over/);
});

test("instances with other names belong together by router id and address", () => {
  const report = compareTexts(
    instanceText({ name: "LEFT", priority: 150 }),
    instanceText({ name: "RIGHT", priority: 100 }),
  );

  assert.deepEqual(
    report.routers.map(({ title }) => title),
    ["LEFT and RIGHT"],
  );
  assert.deepEqual(report.diagnostics, []);
});

test("of three nodes the one that differs from the others is told", () => {
  const report = compareTexts(
    instanceText({ priority: 150, interval: 2 }),
    instanceText({ priority: 100 }),
    instanceText({ priority: 50 }),
  );

  assert.deepEqual(codes(report), ["error cluster-interval"]);
  assert.match(report.diagnostics[0]?.message ?? "", /1 s on b and 2 s on a/);
  assert.equal(report.diagnostics[0]?.at.file, "a.conf");
});

test("unicast nodes without a source address are known by the peers of the others", () => {
  const peers = (...list: readonly string[]): string =>
    `unicast_peer {\n    ${list.join("\n    ")}\n  }`;
  const report = compareTexts(
    instanceText({ priority: 150, more: peers("10.0.0.12", "10.0.0.13") }),
    instanceText({ priority: 100, more: peers("10.0.0.11", "10.0.0.13") }),
    instanceText({ priority: 50, more: peers("10.0.0.11", "10.0.0.14") }),
  );

  assert.deepEqual(codes(report), ["error cluster-peers"]);
  assert.match(report.diagnostics[0]?.message ?? "", /unicast_peer of c .* not 10\.0\.0\.12/);
});

test("sync groups with different members are told once", () => {
  const two =
    instanceText({ priority: 150 }) +
    instanceText({ name: "VI_2", vrid: 52, addresses: ["10.0.1.3/24"], priority: 150 });
  const group = "vrrp_sync_group G {\n  group {\n    VI_1\n    VI_2\n  }\n}\n";
  const report = compareTexts(two + group, two.replaceAll("150", "100"));

  assert.deepEqual(codes(report), ["warning cluster-sync-group"]);
  assert.match(
    report.diagnostics[0]?.message ?? "",
    /\(VI_1\) moves with VI_2 on a and alone on b/,
  );
});
