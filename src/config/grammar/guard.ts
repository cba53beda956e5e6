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

/** The kernel keeps lifetimes in whole seconds and ends them up to half a second late. */
const SHORTEST_LEASE = 2;
const LONGEST_LEASE = 3_600;

const LEASE_SECONDS = wholeSeconds(SHORTEST_LEASE, LONGEST_LEASE);

const LEASE: ArgumentType<Duration | "auto" | "off"> = explained(
  {
    ...LEASE_SECONDS,
    kind: "lease",
    shape: "auto|off|SECS",
    parse: (word, report) => {
      if (word.text === "auto" || word.text === "off") return word.text;
      if (/^[0-9]/.test(word.text)) return LEASE_SECONDS.parse(word, report);
      report({
        severity: "error",
        code: "bad-value",
        message: `'${word.text}' is not auto, off or a number of seconds`,
        at: spanOf(word),
      });
      return undefined;
    },
  },
  {
    auto: "As long as the peers wait for a dead master, in whole seconds.",
    off: "Addresses stay until they are taken off, whatever becomes of the daemon.",
    SECS: "This long after the last sign of life the kernel takes the addresses off.",
  },
);

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
];

/** For tests and words: the bounds of a lease. */
export const LEASE_LIMITS = {
  shortest: microseconds(SHORTEST_LEASE * 1_000_000),
  longest: microseconds(LONGEST_LEASE * 1_000_000),
} as const;
