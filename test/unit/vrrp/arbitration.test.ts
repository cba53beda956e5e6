/** Who yields: the whole table, and the claims that docs/user/split-brain.md makes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arbitrate } from "../../../src/vrrp/arbitration.ts";
import type { Ruling, Situation } from "../../../src/vrrp/arbitration.ts";

const STANDINGS = ["following", "due", "master", "fault"] as const;
const POLICIES = ["prefer-availability", "prefer-single-owner"] as const;
const CHECKS = [undefined, "connected", "isolated"] as const;
const VERDICTS = ["unknown", "free", "held", "elsewhere", "lapsed"] as const;
const HEARD = ["heard", "silent", "apart"] as const;

const ISOLATIONS: readonly Situation["isolation"][] = [
  undefined,
  ...POLICIES.flatMap((policy) => CHECKS.map((verdict) => ({ policy, verdict }))),
];
const WITNESSES: readonly Situation["witness"][] = [
  undefined,
  ...POLICIES.flatMap((policy) =>
    VERDICTS.flatMap((verdict) => HEARD.map((holder) => ({ policy, verdict, holder }))),
  ),
];
const ALL: readonly Situation[] = STANDINGS.flatMap((standing) =>
  ISOLATIONS.flatMap((isolation) =>
    WITNESSES.flatMap((witness) =>
      [false, true].map((hasWaited) => ({ standing, isolation, witness, hasWaited })),
    ),
  ),
);

const isIsolated = ({ isolation }: Situation): boolean => isolation?.verdict === "isolated";
const isElsewhere = ({ witness }: Situation): boolean => witness?.verdict === "elsewhere";
const wantsOne = ({ witness }: Situation): boolean => witness?.policy === "prefer-single-owner";
const text = (situation: Situation, ruling: Ruling): string =>
  `${JSON.stringify(situation)} -> ${JSON.stringify(ruling)}`;

/** The table of docs/user/split-brain.md, a line for each of its rows, in its order. */
function expected(situation: Situation): string {
  const { standing, isolation, witness, hasWaited } = situation;
  const alone = isIsolated(situation);
  if (alone && isolation?.policy === "prefer-single-owner") return "fault isolated";
  if (standing === "following") return "goOn";
  if (witness?.verdict === "elsewhere" && witness.holder !== "heard") {
    if (standing === "due")
      return witness.holder === "apart" && wantsOne(situation) ? "fault witness" : "wait witness";
    if (witness.holder === "apart" && (wantsOne(situation) || alone)) return "fault witness";
  }
  const mute = witness?.verdict === "unknown" || witness?.verdict === "lapsed";
  if (mute && alone && wantsOne(situation)) {
    if (standing === "due") return "wait cutOff";
    if (witness.verdict === "lapsed") return "fault lapsed";
  }
  if (standing === "due" && isolation !== undefined && isolation.verdict !== "connected")
    return hasWaited ? "goOn" : "wait isolated";
  return "goOn";
}

test("every situation is ruled as the table says", () => {
  assert.equal(ALL.length, 4 * 7 * 31 * 2);
  for (const situation of ALL) {
    const ruling = arbitrate(situation);
    const said = ruling.kind === "goOn" ? "goOn" : `${ruling.kind} ${ruling.why}`;
    assert.equal(said, expected(situation), text(situation, ruling));
  }
});

const claim = (
  name: string,
  about: (each: Situation) => boolean,
  holds: (r: Ruling, s: Situation) => boolean,
): void => {
  test(name, () => {
    const concerned = ALL.filter(about);
    assert.ok(concerned.length > 0);
    for (const situation of concerned) {
      const ruling = arbitrate(situation);
      assert.ok(holds(ruling, situation), text(situation, ruling));
    }
  });
};

claim(
  "a witness that says nothing changes nothing for who is not isolated",
  (s) => s.witness?.verdict === "unknown" && !isIsolated(s),
  (ruling, s) => JSON.stringify(ruling) === JSON.stringify(arbitrate({ ...s, witness: undefined })),
);
claim(
  "a witness alone never ends a mastership by being silent",
  (s) => s.standing === "master" && s.isolation === undefined && !isElsewhere(s),
  (ruling) => ruling.kind === "goOn",
);
claim(
  "a holder that is heard is a matter for VRRP alone",
  (s) => isElsewhere(s) && s.witness?.holder === "heard",
  (ruling) => ruling.kind === "goOn" || ruling.why === "isolated",
);
claim(
  "with prefer-single-owner nobody is or becomes master beside a holder that lives and is not heard",
  (s) =>
    isElsewhere(s) && s.witness?.holder === "apart" && wantsOne(s) && s.standing !== "following",
  (ruling) => ruling.kind === "fault",
);
claim(
  "with prefer-availability a master that is not isolated stays master",
  (s) => s.standing === "master" && !isIsolated(s) && s.witness?.policy !== "prefer-single-owner",
  (ruling) => ruling.kind === "goOn",
);
claim(
  "who only follows is disturbed by nothing but an isolation that wants a single owner",
  (s) => s.standing === "following",
  (ruling, s) =>
    (ruling.kind === "fault") === (isIsolated(s) && s.isolation?.policy === "prefer-single-owner"),
);
