/** Policy rules: family, names, preference; what cannot be used is reported and left out. */
import { familyOf } from "../base/address.ts";
import type { Family } from "../base/address.ts";
import { KEEPALIVED_PROTOCOL } from "../vrrp/route-config.ts";
import type { RuleAction, RulePrefix, VirtualRule } from "../vrrp/route-config.ts";
import type { Located } from "./diagnostics.ts";
import { noTable, resolve, resolveRealms } from "./finish-routes.ts";
import type { Destination, RuleDraft } from "./route-drafts.ts";
import { numberIn } from "./route-names.ts";
import type { Scope } from "./scope.ts";

const LARGEST = 0xffff_ffff;
/** The rule, or undefined when it cannot be used and has been reported. */
export function finishRule(draft: RuleDraft, scope: Scope): VirtualRule | undefined {
  const action = finishAction(draft, scope);
  const family = familyOfRule(draft, scope);
  const numbers = lookUp(draft, scope);
  if (action === undefined || family === undefined || numbers === undefined) return undefined;
  const preference = draft.preference ?? nextPreference(draft, family, scope);
  if (action.kind === "goto" && action.target <= preference) {
    refuse(
      scope,
      draft.at,
      `Invalid rule - preference ${preference} >= goto target ${action.target}`,
    );
    return undefined;
  }
  const track = draft.ignoresLoss !== true;
  if (track && numbers.protocol !== undefined && numbers.protocol !== KEEPALIVED_PROTOCOL) {
    scope.report({
      severity: "warning",
      code: "conflict",
      message:
        "Rule cannot be tracked if protocol is not RTPROT_KEEPALIVED(18), resetting protocol",
      at: draft.protocol?.at ?? draft.at,
      fix: "remove protocol, or add no_track",
    });
  }
  return {
    family,
    preference,
    action,
    protocol: track ? KEEPALIVED_PROTOCOL : numbers.protocol,
    inverted: draft.isInverted,
    from: prefixOf(draft.from, family),
    to: prefixOf(draft.to, family),
    tos: numbers.tos,
    inputInterface: draft.inputInterface?.value,
    outputInterface: draft.outputInterface?.value,
    fwmark: numbers.fwmark,
    realms: numbers.realms,
    tunnelId: draft.tunnelId,
    suppressPrefixLength: draft.suppressPrefixLength?.value,
    suppressGroup: numbers.suppressGroup,
    uids: draft.uids,
    ipProtocol: numbers.ipProtocol,
    sourcePorts: draft.sourcePorts,
    destinationPorts: draft.destinationPorts,
    track,
  };
}

function refuse({ report }: Scope, at: RuleDraft["at"], message: string, fix?: string): void {
  const hint = fix === undefined ? {} : { fix };
  report({ severity: "error", code: "bad-value", message, at, ...hint });
}

function finishAction(draft: RuleDraft, scope: Scope): RuleAction | undefined {
  const [action, ...more] = draft.actions;
  if (action === undefined) return undefined;
  if (more.length > 0) {
    const message =
      "Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable for rule";
    refuse(scope, draft.at, message, "write one rule for each action");
    return undefined;
  }
  const isTable = action.kind === "table" || action.kind === "l3mdev";
  const isForTables =
    draft.suppressPrefixLength !== undefined ||
    draft.suppressGroup !== undefined ||
    draft.realms !== undefined;
  if (!isTable && isForTables) {
    refuse(scope, draft.at, "suppressor/realm specified for non table action - skipping");
    return undefined;
  }
  if (action.kind !== "table") return action;
  const table = resolve(action.table, ["table", LARGEST], scope, (name) => noTable(name, "rule"));
  return typeof table === "number" ? { kind: "table", table } : undefined;
}

function familyOfRule(draft: RuleDraft, scope: Scope): Family | undefined {
  const families = new Set<Family>(draft.family === undefined ? [] : [draft.family]);
  for (const selector of [draft.from?.value, draft.to?.value]) {
    if (selector !== undefined && selector !== "everywhere")
      families.add(familyOf(selector.address));
  }
  const [first = "ipv4", second] = families;
  if (second === undefined) return first;
  const message = "rule specification has mixed IPv4 and IPv6";
  refuse(scope, draft.at, message, "write one rule for each family");
  return undefined;
}

interface RuleNumbers {
  readonly tos: number | undefined;
  readonly protocol: number | undefined;
  readonly suppressGroup: number | undefined;
  readonly realms: number | undefined;
  readonly ipProtocol: number | undefined;
  readonly fwmark: VirtualRule["fwmark"];
}

function lookUp(draft: RuleDraft, scope: Scope): RuleNumbers | undefined {
  const tos = resolve(draft.tos, ["dsfield", 255], scope, (name) => `TOS value ${name} is invalid`);
  const protocol = resolve(
    draft.protocol,
    ["protocol", 255],
    scope,
    (name) => `Protocol ${name} not found or invalid for rule`,
  );
  const suppressGroup = resolve(
    draft.suppressGroup,
    ["group", LARGEST],
    scope,
    (name) => `suppress_group ${name} is invalid`,
  );
  const realms = resolveRealms(draft.realms, scope, "rule");
  const ipProtocol = protocolNumber(draft.ipProtocol, scope);
  const fwmark = markOf(draft.fwmark, scope);
  if (
    tos === "unknown" ||
    protocol === "unknown" ||
    suppressGroup === "unknown" ||
    realms === "unknown" ||
    ipProtocol === "unknown" ||
    fwmark === "unknown"
  ) {
    return undefined;
  }
  return { tos, protocol, suppressGroup, realms, ipProtocol, fwmark };
}

/** Names of protocols(5) that people write rules for. */
const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  ...{ icmp: 1, igmp: 2, ipencap: 4, tcp: 6, egp: 8, igp: 9, udp: 17, dccp: 33, ipv6: 41 },
  ...{ rsvp: 46, gre: 47, esp: 50, ah: 51, "ipv6-icmp": 58, eigrp: 88, ospf: 89, ipip: 94 },
  ...{ pim: 103, vrrp: 112, l2tp: 115, isis: 124, sctp: 132, udplite: 136, "mpls-in-ip": 137 },
};

function protocolNumber(
  written: Located<string> | undefined,
  scope: Scope,
): number | undefined | "unknown" {
  if (written === undefined) return undefined;
  const number = numberIn(written.value) ?? IP_PROTOCOLS[written.value.toLowerCase()];
  if (number !== undefined && number <= 255) return number;
  refuse(scope, written.at, `Invalid ipproto ${written.value}`, "write tcp, udp or a number");
  return "unknown";
}

/** `N[/MASK]`. */
function markOf(
  written: Located<string> | undefined,
  scope: Scope,
): VirtualRule["fwmark"] | "unknown" {
  if (written === undefined) return undefined;
  const [value, mask, ...rest] = written.value.split("/").map(numberIn);
  const isRight = written.value.split("/").length === 1 || mask !== undefined;
  if (
    value !== undefined &&
    isRight &&
    rest.length === 0 &&
    Math.max(value, mask ?? 0) <= LARGEST
  ) {
    return { value, mask };
  }
  refuse(
    scope,
    written.at,
    `Invalid rule fwmark ${written.value} specified`,
    "write fwmark N/MASK",
  );
  return "unknown";
}

function nextPreference(
  draft: RuleDraft,
  family: Family,
  { report, rulePreferences: left }: Scope,
): number {
  const preference = left[family];
  // A written preference is the user's word; these are only kept apart from each other.
  left[family] = preference - 1;
  report({
    severity: "warning",
    code: "incomplete",
    message:
      `Rule has no preference specified - setting to ${preference}. ` +
      "This is probably not what you want.",
    at: draft.at,
    fix: "add preference and a number of your own",
  });
  return preference;
}

function prefixOf(
  selector: Located<Destination> | undefined,
  family: Family,
): RulePrefix | undefined {
  if (selector === undefined || selector.value === "everywhere") return undefined;
  const { address, length } = selector.value;
  return { address, length: length ?? (family === "ipv4" ? 32 : 128) };
}
