/**
 * Rows of ours about peers that cannot hear each other: isolation_check and witness, the same in
 * global_defs and in vrrp_instance, where a block of the instance replaces the other as a whole.
 */
import { seconds as secondsOf } from "../../base/units.ts";
import type { SplitPolicy } from "../../track/isolation.ts";
import type { GuardDraft } from "../drafts.ts";
import type { IsolationDraft, WitnessDraft } from "../witness-drafts.ts";
import { spanOf } from "../words.ts";
import {
  address,
  choice,
  explained,
  integer,
  refuse,
  seconds,
  text,
  wholeSeconds,
} from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import { blockGrammar, reportFor } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";
import { section, value, words } from "./rows.ts";

/** Targets of one isolation_check, and addresses of one witness. */
const TARGETS_LIMIT = 16;
const URLS_LIMIT = 9;

const POLICY: ArgumentType<SplitPolicy> = explained(
  choice("prefer-availability", "prefer-single-owner"),
  {
    "prefer-availability": "In doubt somebody has the address, even if that may be two routers.",
    "prefer-single-owner": "In doubt this router gives the address up, even if nobody has it then.",
  },
);

const URL_TEXT = explained(
  { kind: "URL", shape: "URL [URL...]" },
  {
    URL: "http:// or https://, a name or address, and the port: https://192.0.2.9:2379.",
  },
);

const isolationGrammar = blockGrammar<IsolationDraft>("isolation_check", [
  words({
    name: "gateway",
    since: "0.1.0",
    ours: true,
    addsUp: true,
    group: "tracking",
    default: "required",
    help: "Addresses on the link of the instance's interface that should always answer.",
    arguments: [{ kind: "address", shape: "ADDR [ADDR...]" }],
    needs: 1,
    take: (draft, found, { report }) => {
      for (const word of found) {
        if (draft.targets.length === TARGETS_LIMIT) {
          refuse(report, "limit", word, `gateway: more than ${TARGETS_LIMIT} are not asked`);
          return;
        }
        const target = address.parse(word, reportFor("gateway", address, report));
        if (target !== undefined) draft.targets.push({ value: target, at: spanOf(word) });
      }
    },
  }),
  value(seconds(0.1, 60), {
    name: "interval",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "1",
    help: "Time between two rounds of questions.",
    set: (draft, value) => (draft.interval = value),
  }),
  value(integer(1, 100), {
    name: "fall",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "3",
    help: "Rounds in a row without any answer until the router is isolated.",
    set: (draft, value) => (draft.fall = value),
  }),
  value(integer(1, 100), {
    name: "rise",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "2",
    help: "Rounds in a row with an answer until it is isolated no more.",
    set: (draft, value) => (draft.rise = value),
  }),
  value(POLICY, {
    name: "policy",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "prefer-availability",
    help: "What an isolated router does: wait before it takes over, or be in FAULT.",
    set: (draft, value) => (draft.policy = value),
  }),
]);

const FILE = text("FILE");

const witnessGrammar = blockGrammar<WitnessDraft>("witness", [
  words({
    name: "etcd",
    since: "0.1.0",
    ours: true,
    addsUp: true,
    group: "tracking",
    default: "required",
    help: "Where the members of one etcd (version 3) answer; one after another is asked.",
    arguments: [URL_TEXT],
    needs: 1,
    take: (draft, found, { report }) => {
      for (const word of found) {
        if (draft.urls.length === URLS_LIMIT) {
          refuse(report, "limit", word, `etcd: more than ${URLS_LIMIT} are not asked`);
          return;
        }
        draft.urls.push({ value: word.text, at: spanOf(word) });
      }
    },
  }),
  value(text("STRING", 200), {
    name: "prefix",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "/keepalived",
    help: "What the names of the keys begin with: one for each segment that uses the same etcd.",
    set: (draft, value) => (draft.prefix = value),
  }),
  value(FILE, {
    name: "ca",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "those of the system",
    help: "Certificates that the servers' ones are checked with.",
    set: (draft, value) => (draft.authorities = value),
  }),
  value(FILE, {
    name: "cert",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "none",
    help: "Our own certificate, for an etcd that wants one.",
    set: (draft, value) => (draft.certificate = value),
  }),
  value(FILE, {
    name: "key",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "none",
    help: "The file with the private key of cert.",
    set: (draft, value) => (draft.privateKey = value),
  }),
  value(text("NAME"), {
    name: "user",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "none",
    help: "Who logs in to an etcd that has users.",
    set: (draft, value) => (draft.user = value),
  }),
  value(FILE, {
    name: "password_file",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "none",
    help: "The file with the password of user.",
    set: (draft, value) => (draft.passwordFile = value),
  }),
  value(wholeSeconds(2, 300), {
    name: "ttl",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "6",
    help: "How long the claim of a master that is silent lasts; it is renewed four times as often.",
    set: (draft, value) => (draft.ttl = value),
  }),
  value(seconds(0.1, 60), {
    name: "timeout",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "1",
    help: "How long one question may take; must be at most a quarter of ttl.",
    set: (draft, value) => (draft.timeout = value),
  }),
  value(POLICY, {
    name: "policy",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "prefer-availability",
    help: "What a master does when another router has the claim and is not heard.",
    set: (draft, value) => (draft.policy = value),
  }),
]);

/** For a block whose draft has a `guard`. */
export const splitRows = <
  Draft extends { readonly guard: GuardDraft },
>(): readonly Keyword<Draft>[] => [
  section<Draft, IsolationDraft>(isolationGrammar, {
    name: "isolation_check",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "none",
    help: "Find out whether this router, rather than its peer, is the one that is cut off.",
    open: (draft, { at }) => (draft.guard.isolation = { at, targets: [] }),
  }),
  section<Draft, WitnessDraft>(witnessGrammar, {
    name: "witness",
    since: "0.1.0",
    ours: true,
    group: "tracking",
    default: "none",
    help: "Ask a third party, an etcd, who is master while peers cannot hear each other.",
    open: (draft, { at }) => (draft.guard.witness = { at, urls: [] }),
  }),
];

/** What stands where nothing is written. */
export const SPLIT_DEFAULTS = {
  policy: "prefer-availability",
  interval: secondsOf(1),
  fall: 3,
  rise: 2,
  prefix: "/keepalived",
  ttl: secondsOf(6),
  timeout: secondsOf(1),
} as const;
