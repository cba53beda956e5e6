/** Rows that virtual_server and real_server have in common: what a server inherits. */
import type { CheckDefaults } from "../lvs-drafts.ts";
import { integer, seconds, text } from "./arguments.ts";
import type { Keyword } from "./keyword.ts";
import { boolean, value } from "./rows.ts";

export const UNSIGNED_MAXIMUM = 4_294_967_295;
export const WEIGHT_MAXIMUM = 2_147_483_647;
/** The longest pause between checks: Keepalived's bound is beyond what a number here can hold. */
const LONGEST_PAUSE = 1_000_000_000;
const SHORTEST = 0.000001;

/** What checks of all kinds take from the service or the server when they do not say it. */
export const CHECK_DEFAULTS: readonly Keyword<CheckDefaults>[] = [
  value(seconds(SHORTEST, LONGEST_PAUSE), {
    name: "delay_loop",
    since: "1.0.3",
    group: "checker",
    default: "60",
    help: "Time between checks.",
    set: (draft, { value }) => (draft.delayLoop = value),
  }),
  value(seconds(SHORTEST, 4_294.967295), {
    name: "connect_timeout",
    since: "1.0.3",
    group: "checker",
    default: "5",
    help: "Time limit of a connection.",
    set: (draft, { value }) => (draft.connectTimeout = value),
  }),
  value(integer(1, UNSIGNED_MAXIMUM), {
    name: "retry",
    since: "1.1.8",
    group: "checker",
    default: "1, MISC_CHECK 0, DNS_CHECK 3",
    help: "Rechecks of a server that is up before it is down.",
    set: (draft, { value }) => (draft.retry = value),
  }),
  value(seconds(0, LONGEST_PAUSE), {
    name: "delay_before_retry",
    since: "1.0.3",
    group: "checker",
    default: "1, HTTP_GET and SSL_GET 3, DNS_CHECK delay_loop",
    help: "Pause before each recheck.",
    set: (draft, { value }) => (draft.delayBeforeRetry = value),
  }),
  value(seconds(0, LONGEST_PAUSE), {
    name: "warmup",
    since: "1.2.13",
    group: "checker",
    default: "delay_loop",
    help: "Longest random delay of the first check; 0 is none.",
    set: (draft, { value }) => (draft.warmup = value),
  }),
  boolean({
    name: "alpha",
    since: "1.1.16",
    group: "lvs",
    default: "off",
    help: "Take servers for down until a check says they are up.",
    set: (draft, { value }) => (draft.alpha = value),
  }),
  value(text("NAME"), {
    name: "virtualhost",
    lenient: true,
    since: "1.0.3",
    group: "checker",
    default: "none",
    help: "Host that HTTP checks ask for.",
    set: (draft, { value }) => (draft.virtualHost = value),
  }),
];

interface Labelled {
  inhibitsOnFailure?: boolean;
  smtpAlert?: boolean;
  snmpName?: string;
}

/** Settings of the same name that a server does not always inherit. */
export const serverSettings = (defaults: {
  readonly inhibit: string;
  readonly alert: string;
}): readonly Keyword<Labelled>[] => [
  boolean({
    name: "inhibit_on_failure",
    since: "1.0.3",
    group: "lvs",
    default: defaults.inhibit,
    help: "A failed server keeps its place with weight 0.",
    set: (draft, { value }) => (draft.inhibitsOnFailure = value),
  }),
  boolean({
    name: "smtp_alert",
    since: "2.0.0",
    group: "smtp",
    default: defaults.alert,
    help: "Mail about changes.",
    set: (draft, { value }) => (draft.smtpAlert = value),
  }),
  value(text("NAME"), {
    name: "snmp_name",
    lenient: true,
    since: "2.2.3",
    group: "snmp",
    default: "none",
    help: "Label for SNMP.",
    set: (draft, { value }) => (draft.snmpName = value),
  }),
];
