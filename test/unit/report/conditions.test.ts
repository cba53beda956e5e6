import assert from "node:assert/strict";
import { test } from "node:test";
import {
  conditionMark,
  conditionSentences,
  conditionViews,
} from "../../../src/report/conditions.ts";
import type { ConditionSnapshot } from "../../../src/report/state.ts";
import { mac } from "../../sim/values.ts";
import { NOW, SINCE, instance, peer } from "./values.ts";

const password: ConditionSnapshot = {
  ...{ kind: "password", source: peer, mac: undefined, count: 17 },
  ...{ firstSeen: SINCE, lastSeen: NOW },
  detail: { kind: "rejection", rejection: { kind: "authFailure" } },
};

const mute: ConditionSnapshot = {
  ...{ kind: "mute", source: undefined, mac: undefined, count: 4 },
  ...{ firstSeen: SINCE, lastSeen: NOW },
  detail: { kind: "errno", errno: 1 },
};

const deaf: ConditionSnapshot = {
  ...{ kind: "deaf", source: undefined, mac: mac("02:00:00:00:00:01"), count: 1 },
  ...{ firstSeen: SINCE, lastSeen: NOW },
  detail: { kind: "none" },
};

test("the mark is that of the worst condition, and none when all is well", () => {
  assert.equal(conditionMark(instance()), "");
  assert.equal(conditionMark(instance({ conditions: [password] })), " (!)");
  assert.equal(conditionMark(instance({ conditions: [password, mute], sendErrno: 1 })), " (MUTE)");
});

test("a condition is a sentence with who, how often, since when and what to do", () => {
  assert.deepEqual(conditionSentences(instance({ conditions: [password] }), NOW), [
    "Adverts with another password or key from 10.0.0.2, 17 times in 4 m 5 s: set the same `auth_pass` or key on both.",
  ]);
});

test("who is deaf is told who has the addresses, and which rule is to blame", () => {
  const culprit = { condition: "deaf", rule: "inet f in: `drop` (handle 4)" } as const;
  assert.deepEqual(conditionSentences(instance({ conditions: [deaf], culprit }), NOW), [
    "DEAF for 4 m 5 s: 02:00:00:00:00:01 has our addresses, but no advert of it arrives: let protocol 112 in, here and in the network, and out on the other machine.",
    "The local firewall drops them: inet f in: `drop` (handle 4).",
  ]);
});

test("who waits for proof says for how long", () => {
  const proof = { interfaceName: "eth0", until: NOW + 12_000 };
  assert.deepEqual(conditionSentences(instance({ proof }), NOW), [
    "Waiting for proof that eth0 receives (12 s): nothing has arrived on it since it came up.",
  ]);
});

test("the rule that is to blame is with the condition that it makes, in JSON", () => {
  const culprit = { condition: "mute", rule: "inet f out: policy drop" } as const;
  const views = conditionViews(instance({ conditions: [password, mute], culprit }));
  assert.deepEqual(
    views.map((view) => (view as { readonly firewallRule: unknown }).firewallRule),
    [null, "inet f out: policy drop"],
  );
});
