/** Rows of the blocks about several instances or interfaces. */
import type { Duration } from "../../base/units.ts";
import type { LinkProbeMethod } from "../../track/config.ts";
import type { Located } from "../diagnostics.ts";
import type { GarpGroupDraft, LinkbeatDraft, SyncGroupDraft, UpDownDelayDraft } from "../drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { interfaceName, seconds, text } from "./arguments.ts";
import { blockGrammar } from "./keyword.ts";
import type { Context, Keyword, KeywordText } from "./keyword.ts";
import { boolean, command, flag, list, value } from "./rows.ts";
import { trackRow } from "./tracked.ts";

interface Members {
  readonly members: SyncGroupDraft["members"];
}

function memberRow<Draft extends Members>(
  origin: Pick<KeywordText, "since" | "group">,
): Keyword<Draft> {
  return list<Draft>({
    ...origin,
    name: "group",
    default: "none",
    help: "Names of vrrp_instance blocks, one or several on a line.",
    item: text("NAME"),
    add: (draft, found) => {
      for (const word of found) draft.members.push({ value: word.text, at: spanOf(word) });
    },
  });
}

export const syncGroupGrammar = blockGrammar<SyncGroupDraft>("vrrp_sync_group", [
  memberRow({ since: "1.0.3", group: "vrrp" }),
  trackRow("interface", {
    name: "track_interface",
    since: "1.0.3",
    group: "tracking",
    default: "none",
    help: "Interfaces tracked for all members.",
  }),
  trackRow("script", {
    name: "track_script",
    since: "1.1.13",
    group: "tracking",
    default: "none",
    help: "Scripts tracked for all members.",
  }),
  trackRow("file", {
    name: "track_file",
    since: "2.0.0",
    group: "tracking",
    default: "none",
    help: "Files tracked for all members.",
  }),
  trackRow("process", {
    name: "track_process",
    since: "2.0.11",
    group: "tracking",
    default: "none",
    help: "Processes tracked for all members.",
  }),
  trackRow("bfd", {
    name: "track_bfd",
    since: "2.0.0",
    group: "tracking",
    default: "none",
    help: "BFD sessions tracked for all members.",
  }),
  command({
    name: "notify_backup",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run when the group enters BACKUP.",
    set: (draft, value) => (draft.notify.backup = value),
  }),
  command({
    name: "notify_master",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run when the group enters MASTER.",
    set: (draft, value) => (draft.notify.master = value),
  }),
  command({
    name: "notify_fault",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run when the group enters FAULT.",
    set: (draft, value) => (draft.notify.fault = value),
  }),
  command({
    name: "notify_stop",
    since: "1.1.13",
    group: "notify",
    default: "none",
    help: "Run when VRRP stops.",
    set: (draft, value) => (draft.notify.stop = value),
  }),
  command({
    name: "notify",
    since: "1.1.2",
    group: "notify",
    default: "none",
    help: "Run on every group transition with four extra arguments.",
    set: (draft, value) => (draft.notify.any = value),
  }),
  boolean({
    name: "smtp_alert",
    since: "1.0.3",
    group: "smtp",
    default: "off unless global",
    help: "Mail on group transitions.",
    set: (draft, value) => (draft.smtpAlert = value),
  }),
  flag({
    name: "global_tracking",
    since: "1.2.3",
    group: "tracking",
    default: "off",
    help: "Deprecated; members keep weighted trackers, as with sync_group_tracking_weight.",
    instead: "sync_group_tracking_weight, or track_ blocks in the vrrp_sync_group",
    set: (draft, at) => (draft.keepsWeights = at),
  }),
  flag({
    name: "sync_group_tracking_weight",
    since: "2.0.0",
    group: "tracking",
    default: "off",
    help: "Let member trackers keep their weights.",
    set: (draft, at) => (draft.keepsWeights = at),
  }),
  boolean({
    name: "notify_priority_changes",
    since: "2.0.16",
    group: "notify",
    default: "global",
    help: "Write member priority changes to FIFOs.",
    set: (draft, value) => (draft.notifiesPriority = value),
  }),
]);

export const trackGroupGrammar = blockGrammar<Members>("track_group", [
  memberRow({ since: "2.0.3", group: "tracking" }),
]);

export const garpGroupGrammar = blockGrammar<GarpGroupDraft>("garp_group", [
  value(seconds(0, 1_000), {
    name: "garp_interval",
    since: "1.2.21",
    group: "vrrp",
    default: "global",
    help: "Gap between GARPs of the group.",
    set: (draft, value) => (draft.garpInterval = value),
  }),
  value(seconds(0, 1_000), {
    name: "gna_interval",
    since: "1.2.21",
    group: "vrrp",
    default: "global",
    help: "Gap between unsolicited NAs of the group.",
    set: (draft, value) => (draft.gnaInterval = value),
  }),
  value(interfaceName, {
    name: "interface",
    since: "1.2.21",
    group: "vrrp",
    default: "none",
    help: "Single interface the limit applies to.",
    set: (draft, value) => draft.interfaces.push(value),
  }),
  list({
    name: "interfaces",
    since: "1.2.21",
    group: "vrrp",
    default: "none",
    help: "Interfaces that share the limit.",
    item: interfaceName,
    add: (draft, found, context) => {
      for (const word of found) {
        const value = interfaceName.parse(word, context.report);
        if (value !== undefined) draft.interfaces.push({ value, at: spanOf(word) });
      }
    },
  }),
]);

const LINKBEAT_METHODS: Readonly<Record<string, LinkProbeMethod>> = {
  MII: "mii",
  ETHTOOL: "ethtool",
  IOCTL: "ioctl",
};

/** `IF [MII|ETHTOOL|IOCTL]`, when the interface can be one. */
export function readLinkbeatLine(
  [name, method]: readonly [Word, ...Word[]],
  context: Context,
): LinkbeatDraft | undefined {
  const value = interfaceName.parse(name, context.report);
  const known = method === undefined ? undefined : LINKBEAT_METHODS[method.text];
  if (method !== undefined && known === undefined) {
    const message = `'${method.text}' is not one of MII, ETHTOOL, IOCTL`;
    context.report({ severity: "error", code: "bad-value", message, at: spanOf(method) });
  }
  return value === undefined ? undefined : { name: { value, at: spanOf(name) }, method: known };
}

const DELAY = seconds(0, 255);

/** `IF DOWN [UP]`, in seconds. */
export function readUpDownDelay(
  [name, down, up]: readonly [Word, ...Word[]],
  context: Context,
): UpDownDelayDraft | undefined {
  const value = interfaceName.parse(name, context.report);
  if (down === undefined) {
    const message = `interface_up_down_delays: ${name.text} needs a delay`;
    context.report({ severity: "warning", code: "ignored", message, at: spanOf(name) });
    return undefined;
  }
  const delays = { down: readDelay(down, context), up: up && readDelay(up, context) };
  if (value === undefined || delays.down === undefined) return undefined;
  return { name: { value, at: spanOf(name) }, down: delays.down, up: delays.up };
}

function readDelay(word: Word, context: Context): Located<Duration> | undefined {
  const value = DELAY.parse(word, context.report);
  return value === undefined ? undefined : { value, at: spanOf(word) };
}
