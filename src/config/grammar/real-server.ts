/** Rows of real_server: one server of a service. keepalived.conf(5), Virtual server(s). */
import type { RealServerDraft } from "../lvs-drafts.ts";
import { integer } from "./arguments.ts";
import { CHECKER_ROWS } from "./checkers.ts";
import { blockGrammar } from "./keyword.ts";
import type { Keyword } from "./keyword.ts";
import { forwardingRow } from "./lvs-method.ts";
import { CHECK_DEFAULTS, serverSettings, UNSIGNED_MAXIMUM, WEIGHT_MAXIMUM } from "./lvs-shared.ts";
import { command, value } from "./rows.ts";

const REAL_SERVER: readonly Keyword<RealServerDraft>[] = [
  value(integer(0, WEIGHT_MAXIMUM), {
    name: "weight",
    since: "1.0.3",
    group: "lvs",
    default: "weight of the service, 1",
    help: "Share of the connections; 0 gets no new ones.",
    set: (draft, value) => (draft.weight = value),
  }),
  forwardingRow({
    name: "lvs_method",
    since: "1.1.5",
    default: "that of the service",
    help: "Forwarding to this server.",
    owner: "real server",
    set: (draft, value) => (draft.forwarding = value),
  }),
  value(integer(0, UNSIGNED_MAXIMUM), {
    name: "uthreshold",
    since: "1.1.13",
    group: "lvs",
    default: "0, no limit",
    help: "Connections at which it gets no more.",
    set: (draft, value) => (draft.upperThreshold = value),
  }),
  value(integer(0, UNSIGNED_MAXIMUM), {
    name: "lthreshold",
    since: "1.1.13",
    group: "lvs",
    default: "0",
    help: "Connections below which it gets new ones again.",
    set: (draft, value) => (draft.lowerThreshold = value),
  }),
  command({
    name: "notify_up",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run when the server comes up.",
    set: (draft, value) => (draft.notifyUp = value),
  }),
  command({
    name: "notify_down",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run when the server goes down.",
    set: (draft, value) => (draft.notifyDown = value),
  }),
];

export const realServerGrammar = blockGrammar<RealServerDraft>(
  "real_server",
  REAL_SERVER,
  CHECK_DEFAULTS,
  serverSettings({ inhibit: "that of the service", alert: "on, unless global_defs says it" }),
  CHECKER_ROWS,
);
