/**
 * The lines users grep for. The phrases were recorded from keepalived 2.2.7 of Debian 12 with and
 * without -D (two hosts on a veth pair); what follows them is ours.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MacAddress } from "../../../src/base/address.ts";
import { milliseconds, seconds } from "../../../src/base/units.ts";
import { renderEvent } from "../../../src/report/log-lines.ts";
import type { InstanceEvent } from "../../../src/vrrp/events.ts";
import type { Rejection } from "../../../src/vrrp/receive.ts";
import { address } from "../../sim/model.ts";
import { peer } from "./values.ts";

/** The lines of an event; a detail line begins with a dot. */
const lines = (event: InstanceEvent): readonly string[] =>
  renderEvent({ instance: "I", event }, { interfaceName: "eth0" }).map(
    ({ text, detail }) => `${detail ? "." : ""}${text}`,
  );

const GOLDEN: readonly (readonly [InstanceEvent, readonly string[]])[] = [
  [
    { kind: "entered", state: "backup", initial: true, cause: { kind: "started" } },
    ["(I) Entering BACKUP STATE (init)"],
  ],
  [
    { kind: "entered", state: "backup", initial: false, cause: { kind: "faultsCleared" } },
    ["(I) Entering BACKUP STATE"],
  ],
  [
    {
      kind: "entered",
      state: "master",
      initial: false,
      cause: { kind: "masterDown", waited: milliseconds(3_414), lastMaster: peer },
    },
    ["(I) Entering MASTER STATE", ".(I) no advert for 3.41 s, last master was 10.0.0.2"],
  ],
  [
    { kind: "entered", state: "fault", initial: false, cause: { kind: "fault", causes: [] } },
    ["(I) Entering FAULT STATE"],
  ],
  [{ kind: "stopped" }, []],
  [{ kind: "receiveTimeout" }, [".(I) Receive advertisement timeout"]],
  [
    { kind: "higherPriorityReceived", source: peer, priority: 150, ours: 100 },
    ["(I) Master received advert from 10.0.0.2 with higher priority 150, ours 100"],
  ],
  [
    { kind: "higherAddressReceived", source: peer, priority: 100 },
    [
      "(I) Master received advert from 10.0.0.2 with same priority 100 but higher IP address than ours",
    ],
  ],
  [
    { kind: "lowerPriorityReceived", source: peer, priority: 90, ours: 100 },
    ["(I) Received advert from 10.0.0.2 with lower priority 90, ours 100, forcing new election"],
  ],
  [
    { kind: "lowerPriorityDiscarded", source: peer, priority: 90 },
    ["(I) received lower priority (90) advert from 10.0.0.2 - discarding"],
  ],
  [
    { kind: "priorityZeroReceived", asMaster: true, source: peer },
    ["(I) Master received priority 0 message"],
  ],
  [
    { kind: "priorityZeroReceived", asMaster: false, source: peer },
    [".(I) Backup received priority 0 advertisement"],
  ],
  [{ kind: "priorityZeroSent" }, [".(I) sent 0 priority"]],
  [{ kind: "masterChanged", from: undefined, to: peer }, [".(I) master set to 10.0.0.2"]],
  [
    { kind: "masterChanged", from: address("10.0.0.9"), to: peer },
    [".(I) master changed from 10.0.0.9 to 10.0.0.2"],
  ],
  [{ kind: "preemptDelayStarted", delay: seconds(2) }, [".(I) start preempt delay (2.000000)"]],
  [{ kind: "preemptDelayStopped" }, [".(I) stop preempt delay"]],
  [
    { kind: "intervalLearned", from: seconds(1), to: milliseconds(500) },
    ["(I) advertisement interval updated from 1000ms to 500ms by master"],
  ],
  [
    { kind: "priorityChanged", from: 150, to: 130 },
    ["(I) Changing effective priority from 150 to 130"],
  ],
  [
    { kind: "faultBegan", cause: { kind: "interfaceDown", interfaceName: "eth0" } },
    ["(I) entering FAULT state (interface eth0 down)"],
  ],
  [
    { kind: "faultBegan", cause: { kind: "interfaceMissing", interfaceName: "eth0" } },
    ["(I) entering FAULT state (interface eth0 does not exist)"],
  ],
  [
    {
      kind: "faultBegan",
      cause: { kind: "noSourceAddress", family: "IPv4", interfaceName: "eth0" },
    },
    ["(I) entering FAULT state (no IPv4 address for interface)"],
  ],
  [
    { kind: "faultBegan", cause: { kind: "scriptFailed", script: "check" } },
    ["(I): entering FAULT state due to script check"],
  ],
  [
    { kind: "faultBegan", cause: { kind: "scriptPending", script: "check" } },
    [".(I) waits for the first result of script check"],
  ],
  [
    {
      kind: "faultBegan",
      cause: { kind: "kernelRefused", action: "add 10.0.0.3", call: "RTM_NEWADDR", errno: 1 },
    },
    [
      "(I) entering FAULT state (cannot add 10.0.0.3: RTM_NEWADDR failed with errno 1 (Operation not permitted))",
    ],
  ],
  [
    { kind: "faultEnded", cause: { kind: "interfaceDown", interfaceName: "eth0" } },
    [".(I) fault is over (interface eth0 down)"],
  ],
  [
    { kind: "ownAddressHeard", source: peer },
    [
      "(I) WARNING - equal priority advert received from remote host with our IP address. Two hosts use 10.0.0.2",
    ],
  ],
  [
    { kind: "secondOwnerHeard", source: peer },
    [
      "(I) CONFIGURATION ERROR: local instance and 10.0.0.2 are both configured as address owner, please resolve",
    ],
  ],
  [
    { kind: "conflictBegan", evidence: { kind: "advert", source: peer, priority: 90 } },
    [
      "(I) CONFLICT - two masters: 10.0.0.2 sends adverts as master too (priority 90). Does the network carry protocol 112 in both directions?",
    ],
  ],
  [
    {
      kind: "conflictBegan",
      evidence: { kind: "neighbour", address: peer, mac: "02:00:00:00:00:02" as MacAddress },
    },
    [
      "(I) CONFLICT - two masters: 02:00:00:00:00:02 answers for 10.0.0.2 too. Either another host has the address by configuration, or a second master cannot be heard: does a firewall drop protocol 112?",
    ],
  ],
  [
    { kind: "conflictEnded", lasted: milliseconds(4_200), yielded: false },
    [
      "(I) CONFLICT over after 4.2 s: no sign of a second master any more, announcing the addresses again",
    ],
  ],
  [{ kind: "addressesInstalled", excluded: false }, [".(I) setting VIPs."]],
  [{ kind: "addressesInstalled", excluded: true }, [".(I) setting E-VIPs."]],
  [{ kind: "addressesRemoved", excluded: false }, [".(I) removing VIPs."]],
  [{ kind: "firewallChanged", drops: true }, [".(I) setting firewall drop rule"]],
  [{ kind: "firewallChanged", drops: false }, [".(I) removing firewall drop rule"]],
  [
    { kind: "addressLost", address: peer },
    ["(I) Netlink reflector reports IP 10.0.0.2 removed from eth0"],
  ],
  [
    { kind: "sendFailed", errno: 1 },
    [
      "(I): send advert error 1 (Operation not permitted): cannot send adverts on eth0: EPERM, a local firewall drops protocol 112? See `nft list ruleset` or `iptables -S OUTPUT`",
    ],
  ],
  [{ kind: "sendRecovered" }, ["(I) adverts are sent again"]],
  [
    { kind: "announcing", interfaceName: "eth0", address: peer },
    [".(I) Sending/queueing gratuitous ARPs on eth0 for 10.0.0.2"],
  ],
  [
    { kind: "announcing", interfaceName: "eth0", address: address("2001:db8::5") },
    [".(I) Sending/queueing Unsolicited Neighbour Adverts on eth0 for 2001:db8::5"],
  ],
  [
    { kind: "checksumModeSwitched" },
    [
      "(I) Setting unicast VRRPv3 checksum to old version: the peer sends that of releases before 1.3.7 (old_unicast_checksum)",
    ],
  ],
];

for (const [event, expected] of GOLDEN) {
  test(`${event.kind}: ${expected[0] ?? "nothing is said"}`, () => {
    assert.deepEqual(lines(event), expected);
  });
}

const REJECTIONS: readonly (readonly [Rejection, RegExp])[] = [
  [
    { kind: "length", need: 20, have: 12 },
    /invalid packet length from 10\.0\.0\.2: 12 bytes, expected 20/,
  ],
  [{ kind: "ttl", got: 64 }, /invalid TTL\/HL from 10\.0\.0\.2\. Received 64 and expect 255/],
  [
    { kind: "version", got: 2, want: 3 },
    /wrong version from 10\.0\.0\.2\. Received 2 and expect 3/,
  ],
  [{ kind: "authTypeUnknown", got: 7 }, /unknown authentication type 7 from 10\.0\.0\.2/],
  [{ kind: "authTypeMismatch", got: 0, want: 1 }, /received none, ours is PASS/],
  [{ kind: "authFailure" }, /received an invalid passwd! from 10\.0\.0\.2/],
  [
    { kind: "interval", gotMs: 1_000, wantMs: 3_000 },
    /advertisement interval mismatch with 10\.0\.0\.2 mine=3 sec rcv'd=1 sec/,
  ],
  [{ kind: "type", got: 4 }, /invalid packet type 4/],
  [{ kind: "checksum" }, /invalid checksum from 10\.0\.0\.2/],
  [{ kind: "delivery", destination: "224.0.0.18" }, /advert from 10\.0\.0\.2 to 224\.0\.0\.18/],
  [{ kind: "ownerIgnores" }, /this router owns the addresses/],
  [
    { kind: "addressCount", got: 2, want: 1 },
    /received an unexpected ip number count 2, expected 1!/,
  ],
  [{ kind: "addressList" }, /received an unexpected ip address list from 10\.0\.0\.2/],
  [{ kind: "unknownPeer" }, /not a `unicast_peer`/],
  [{ kind: "peerTtl", got: 3 }, /outside its min_ttl\/max_ttl/],
];

for (const [rejection, pattern] of REJECTIONS) {
  test(`a rejected packet says why and from whom: ${rejection.kind}`, () => {
    const [line = ""] = lines({ kind: "packetRejected", source: peer, rejection });
    assert.match(line, pattern);
    assert.match(line, / - ignored$/);
  });
}

test("an odd packet is said but not called ignored", () => {
  const rejection = { kind: "addressList" } as const;
  const [line = ""] = lines({ kind: "packetOdd", source: peer, rejection });
  assert.doesNotMatch(line, /ignored/);
});
