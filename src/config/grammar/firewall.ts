/** Rows of global_defs about the firewall that keeps virtual addresses from answering. */
import type { GlobalDraft } from "../drafts.ts";
import { COUNT_MAXIMUM, integer, optionalText, text } from "./arguments.ts";
import { keywordSpan } from "./keyword.ts";
import type { Keyword, KeywordText } from "./keyword.ts";
import { flag, optional, value, words } from "./rows.ts";

const DEFAULT_TABLE = "keepalived";

export const GLOBAL_FIREWALL: readonly Keyword<GlobalDraft>[] = [
  iptables("[IN [OUT]]", "nothing is put into these chains", {
    name: "vrrp_iptables",
    since: "1.2.20",
    group: "firewall",
    default: "INPUT OUTPUT",
    help: "Use iptables with these chains; nftables is used instead.",
  }),
  iptables("[NAME ...]", "no set of these names is made", {
    name: "vrrp_ipsets",
    since: "1.2.20",
    group: "firewall",
    default:
      "keepalived keepalived6 keepalived_if6 keepalived_igmp keepalived_mld keepalived_vmac_nd",
    help: "Names of ipsets used with iptables; nftables is used instead.",
  }),
  optional(optionalText("TABLE"), {
    name: "nftables",
    since: "2.0.11",
    group: "firewall",
    default: "keepalived",
    help: "Use nftables with this table name.",
    without: undefined,
    set: (draft, { value, at }) => (draft.nftables.table = { value: value ?? DEFAULT_TABLE, at }),
  }),
  value(integer(-COUNT_MAXIMUM, COUNT_MAXIMUM), {
    name: "nftables_priority",
    since: "2.0.11",
    group: "firewall",
    default: "-1",
    help: "Priority of the base chains.",
    set: (draft, priority) => (draft.nftables.priority = priority),
  }),
  flag({
    name: "nftables_ifindex",
    since: "2.0.11",
    group: "firewall",
    default: "off",
    help: "Key link-local sets by interface index instead of name.",
    set: (draft, at) => (draft.nftables.byInterfaceIndex = at),
  }),
  flag({
    name: "nftables_counters",
    since: "2.0.11",
    group: "firewall",
    default: "off",
    help: "Add counters to generated rules.",
    set: (draft, at) => (draft.nftables.counters = at),
  }),
];

/** A keyword about iptables: what it asks for is done with nftables. */
function iptables(shape: string, instead: string, row: KeywordText): Keyword<GlobalDraft> {
  const keyword = words<GlobalDraft>({
    ...row,
    arguments: [text(shape)],
    needs: 0,
    take: () => undefined,
  });
  return {
    ...keyword,
    read: (draft, statement, context) => {
      keyword.read(draft, statement, context);
      if (context.noticed.has(row.name)) return;
      context.noticed.add(row.name);
      context.report({
        severity: "warning",
        code: "deprecated",
        message: `${row.name}: iptables not supported, using nftables instead: ${instead}`,
        at: keywordSpan(statement),
        fix: "remove it, or write nftables NAME to name the table",
      });
    },
  };
}
