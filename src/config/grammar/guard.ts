/**
 * Rows of ours that keep an address from having two masters: the same words in global_defs and in
 * vrrp_instance, where they count for all and for one.
 */
import { microseconds } from "../../base/units.ts";
import type { Duration } from "../../base/units.ts";
import type { GuardDraft } from "../drafts.ts";
import { spanOf } from "../words.ts";
import { boolean as booleanType, explained, wholeSeconds } from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import type { Keyword } from "./keyword.ts";
import { optional, value } from "./rows.ts";
import { splitRows } from "./witness.ts";

/** The kernel keeps lifetimes in whole seconds and ends them up to half a second late. */
const SHORTEST_LEASE = 2;
const LONGEST_LEASE = 3_600;

const LEASE_SECONDS = wholeSeconds(SHORTEST_LEASE, LONGEST_LEASE);

/** At most an hour; two forward delays of a bridge (802.1D) are 30 s. */
const LONGEST_PROOF = 3_600;

const PROOF_SECONDS = wholeSeconds(1, LONGEST_PROOF);

/** A whole number of seconds, or one of two words. */
function spanOrWord(
  seconds: ArgumentType<Duration>,
  kind: string,
  meanings: Readonly<Record<"auto" | "off" | "SECS", string>>,
): ArgumentType<Duration | "auto" | "off"> {
  return explained(
    {
      ...seconds,
      kind,
      shape: "auto|off|SECS",
      parse: (word, report) => {
        if (word.text === "auto" || word.text === "off") return word.text;
        if (/^[0-9]/.test(word.text)) return seconds.parse(word, report);
        report({
          severity: "error",
          code: "bad-value",
          message: `'${word.text}' is not auto, off or a number of seconds`,
          at: spanOf(word),
        });
        return undefined;
      },
    },
    meanings,
  );
}

const LEASE = spanOrWord(LEASE_SECONDS, "lease", {
  auto: "As long as the peers wait for a dead master, in whole seconds.",
  off: "Addresses stay until they are taken off, whatever becomes of the daemon.",
  SECS: "This long after the last sign of life the kernel takes the addresses off.",
});

const PROOF = spanOrWord(PROOF_SECONDS, "proof", {
  auto: "Up to 30 s, on a link that came up while the daemon runs or on a machine that has just booted.",
  off: "An advert that is not heard is enough, as in Keepalived.",
  SECS: "Up to this long, at each start of the daemon too.",
});

/** A fresh list for a block whose draft has a `guard`. */
export const guardRows = <
  Draft extends { readonly guard: GuardDraft },
>(): readonly Keyword<Draft>[] => [
  value(LEASE, {
    name: "vip_lease",
    since: "0.1.0",
    ours: true,
    group: "vip",
    default: "auto",
    help: "How long virtual addresses outlive a daemon that was killed or does not run.",
    set: (draft, lease) => (draft.guard.lease = lease),
  }),
  optional(booleanType, {
    name: "vip_repair",
    since: "0.1.0",
    ours: true,
    group: "vip",
    default: "on",
    help: "Put back addresses, routes and rules that someone else removes, and stay master.",
    without: true,
    set: (draft, repairs) => (draft.guard.repairs = repairs),
  }),
  value(PROOF, {
    name: "receive_proof",
    since: "0.1.0",
    ours: true,
    group: "vip",
    default: "auto",
    help: "How long a new link may take to show that it receives before silence makes a master.",
    set: (draft, proof) => (draft.guard.proof = proof),
  }),
  ...splitRows<Draft>(),
];

/** For tests and words: the bounds of a lease. */
export const LEASE_LIMITS = {
  shortest: microseconds(SHORTEST_LEASE * 1_000_000),
  longest: microseconds(LONGEST_LEASE * 1_000_000),
} as const;
