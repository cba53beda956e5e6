/** Rows of bfd_instance. keepalived.conf(5), BFD CONFIGURATION; RFC 5880 for what they mean. */
import { MAX_BFD_NAME } from "../../bfd/config.ts";
import type { BfdDraft } from "../bfd-drafts.ts";
import type { Located } from "../diagnostics.ts";
import type { RootDraft } from "../drafts.ts";
import { remark } from "../remark.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { addressOfInterface, integer, milliseconds, orElse, text } from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import { blockGrammar } from "./keyword.ts";
import type { Context, Keyword, KeywordText } from "./keyword.ts";
import { newName } from "./named.ts";
import { boolean, flag, section, value, words } from "./rows.ts";
import { takeWeight } from "./trackers.ts";

const INTERVAL = milliseconds(1, 4_294_967);
/** RFC 5880 §6.8.3: not below one second while the session is not up. */
const IDLE_INTERVAL = milliseconds(1_000, 4_294_967);
const TTL = integer(1, 255);
const WEIGHT = integer(-253, 253);
const NEIGHBOR: ArgumentType<BfdNeighbor> = orElse<BfdNeighbor>(addressOfInterface, "malformed");

type BfdNeighbor = NonNullable<BfdDraft["neighbor"]>["value"];

const LONG_INTERVAL_US = 10_000_000;
const MANY_PACKETS = 10;

function setNeighbor(draft: BfdDraft, neighbor: Located<BfdNeighbor>): void {
  draft.neighbor = neighbor;
}

function neighborRow(text: Pick<KeywordText, "name" | "help">): Keyword<BfdDraft> {
  return value(NEIGHBOR, {
    ...text,
    since: "2.0.0",
    group: "bfd",
    default: "required",
    set: setNeighbor,
  });
}

/** Keepalived takes such a time, and would notice the loss of a neighbour very late. */
function remarkLong({ value, at }: Located<number>, { report }: Context): void {
  if (value <= LONG_INTERVAL_US) return;
  report(remark(at, "more than 10000 ms is a long time for BFD"));
}

const ADDRESS_ROWS: readonly Keyword<BfdDraft>[] = [
  neighborRow({ name: "neighbor_ip", help: "The router at the other end." }),
  neighborRow({ name: "neighbour_ip", help: "Another spelling of neighbor_ip." }),
  value(addressOfInterface, {
    name: "source_ip",
    since: "2.0.0",
    group: "bfd",
    default: "the kernel chooses",
    help: "The address of this machine that the session uses.",
    set: (draft, value) => (draft.source = value),
  }),
];

const TIME_ROWS: readonly Keyword<BfdDraft>[] = [
  value(INTERVAL, {
    name: "min_rx",
    since: "2.0.0",
    group: "bfd",
    default: "10",
    help: "The shortest interval at which packets are taken (Required Min RX Interval).",
    set: (draft, value, context) => {
      draft.minRx = value;
      remarkLong(value, context);
    },
  }),
  value(INTERVAL, {
    name: "min_tx",
    since: "2.0.0",
    group: "bfd",
    default: "10",
    help: "The interval at which packets are sent, if the neighbour takes them (Desired Min TX Interval).",
    set: (draft, value, context) => {
      draft.minTx = value;
      remarkLong(value, context);
    },
  }),
  value(IDLE_INTERVAL, {
    name: "idle_tx",
    since: "2.0.0",
    group: "bfd",
    default: "1000",
    help: "The interval at which packets are sent while the session is not up.",
    set: (draft, value, context) => {
      draft.idleTx = value;
      remarkLong(value, context);
    },
  }),
  value(integer(1, 255), {
    name: "multiplier",
    since: "2.0.0",
    group: "bfd",
    default: "5",
    help: "How many packets in a row may be missing before the neighbour counts as lost (Detect Mult).",
    set: (draft, value, { report }) => {
      draft.multiplier = value;
      if (value.value <= MANY_PACKETS) return;
      report(remark(value.at, `more than ${MANY_PACKETS} missing packets is a long time for BFD`));
    },
  }),
];

const PACKET_ROWS: readonly Keyword<BfdDraft>[] = [
  flag({
    name: "passive",
    since: "2.0.0",
    group: "bfd",
    default: "off",
    help: "Send nothing before the neighbour does.",
    set: (draft, at) => (draft.passive = at),
  }),
  value(TTL, {
    name: "ttl",
    since: "2.0.0",
    group: "bfd",
    default: "255",
    help: "Time to live of the packets that are sent over IPv4.",
    set: (draft, value) => (draft.ttl = value),
  }),
  value(TTL, {
    name: "hoplimit",
    since: "2.0.0",
    group: "bfd",
    default: "64",
    help: "Hop limit of the packets that are sent over IPv6.",
    set: (draft, value) => (draft.ttl = value),
  }),
  value(integer(0, 255), {
    name: "max_hops",
    since: "2.0.0",
    group: "bfd",
    default: "0",
    help: "How many routers a packet may have come through; 255 takes any number.",
    set: (draft, value) => (draft.maxHops = value),
  }),
  boolean({
    name: "multihop",
    since: "2.2.8",
    group: "bfd",
    default: "off",
    help: "Talk to port 4784, which is for neighbours that are not on the same link (RFC 5883).",
    set: (draft, value) => (draft.multihop = value),
  }),
];

const takeBfdWeight = takeWeight(WEIGHT);

const EFFECT_ROWS: readonly Keyword<BfdDraft>[] = [
  words({
    name: "weight",
    since: "2.0.0",
    group: "bfd",
    default: "0",
    help: "What track_bfd adds to a priority unless it says otherwise; 0 makes a lost neighbour a fault.",
    arguments: [WEIGHT, { kind: "flag", shape: "[reverse]" }],
    needs: 1,
    take: (draft: BfdDraft, found: readonly Word[], context: Context) => {
      takeBfdWeight(draft, found, context);
    },
  }),
  flag({
    name: "vrrp",
    since: "2.0.0",
    group: "bfd",
    default: "both",
    help: "Tell VRRP instances of the session; without checker, them alone.",
    set: (draft, at) => (draft.tellsVrrp = at),
  }),
  flag({
    name: "checker",
    since: "2.0.0",
    group: "bfd",
    default: "both",
    help: "Tell the checks of real servers of the session; without vrrp, them alone.",
    set: (draft, at) => (draft.tellsCheckers = at),
  }),
];

const bfdGrammar = blockGrammar<BfdDraft>(
  "bfd_instance",
  ADDRESS_ROWS,
  TIME_ROWS,
  PACKET_ROWS,
  EFFECT_ROWS,
);

export const BFD_INSTANCE: Keyword<RootDraft> = section(bfdGrammar, {
  name: "bfd_instance",
  since: "2.0.0",
  group: "bfd",
  default: "none",
  help: "One BFD session.",
  later: "the BFD session is not run",
  title: text("NAME"),
  open: (draft, { title }, context) => {
    if (title === undefined || !isShortEnough(title, context)) return undefined;
    const name = newName("bfd_instance", title, context);
    if (name === undefined) return undefined;
    const made: BfdDraft = { name };
    draft.hasBfd = true;
    draft.bfdInstances.push(made);
    return made;
  },
});

function isShortEnough(title: Word, { report }: Context): boolean {
  if (title.text.length <= MAX_BFD_NAME) return true;
  report({
    severity: "error",
    code: "bad-value",
    message: `BFD instance ${title.text} name too long (maximum length is ${MAX_BFD_NAME} characters) - ignoring`,
    at: spanOf(title),
    fix: "give it a shorter name",
  });
  return false;
}
