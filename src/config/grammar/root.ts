/** The top level: process-wide settings and the blocks. keepalived.conf(5), TOP HIERARCHY. */
import { related } from "../diagnostics.ts";
import type { Located } from "../diagnostics.ts";
import { createInstanceDraft } from "../drafts.ts";
import type { InstanceDraft, RootDraft, TrackFileDraft, TrackProcessDraft } from "../drafts.ts";
import { ADDRESS_LINE, readStaticAddress, STATIC_ADDRESS_OPTIONS } from "./addresses.ts";
import {
  COUNT_MAXIMUM,
  explained,
  interfaceName,
  optionalText,
  text,
  wholeSeconds,
} from "./arguments.ts";
import { BFD_INSTANCE } from "./bfd.ts";
import {
  garpGroupGrammar,
  readLinkbeatLine,
  readUpDownDelay,
  syncGroupGrammar,
  trackGroupGrammar,
} from "./groups.ts";
import { globalGrammar } from "./global.ts";
import { guardRows } from "./guard.ts";
import { INSTANCE_CORE } from "./instance-core.ts";
import {
  INSTANCE_ADDRESSES,
  INSTANCE_ANNOUNCEMENTS,
  INSTANCE_LATER,
  INSTANCE_NOTIFICATION,
  INSTANCE_TRACKING,
} from "./instance-rest.ts";
import { blockGrammar, TOP_LEVEL } from "./keyword.ts";
import type { Context, Keyword } from "./keyword.ts";
import { LVS_BLOCKS } from "./lvs-blocks.ts";
import { newName } from "./named.ts";
import { readStaticRoute, STATIC_ROUTE_OPTIONS } from "./routes.ts";
import { flag, list, optional, section, value } from "./rows.ts";
import { readStaticRule, STATIC_RULE_OPTIONS } from "./rules.ts";
import { processGrammar, scriptGrammar, trackFileGrammar } from "./trackers.ts";

export const instanceGrammar = blockGrammar<InstanceDraft>(
  "vrrp_instance",
  INSTANCE_CORE,
  INSTANCE_ADDRESSES,
  INSTANCE_ANNOUNCEMENTS,
  INSTANCE_TRACKING,
  INSTANCE_NOTIFICATION,
  INSTANCE_LATER,
  guardRows(),
);

const NAME = text("NAME");

/** Names that end up in file names count once; Keepalived keeps the first. */
function isFirst(
  keyword: string,
  earlier: Located<string> | undefined,
  { value, at }: Located<string>,
  context: Context,
): boolean {
  if (earlier === undefined) return true;
  const message = `Duplicate ${keyword} definition ${value} - ignoring`;
  const place = related(earlier.at, "the one that counts");
  const fix = "remove one of the two";
  context.report({ severity: "error", code: "duplicate", message, at, ...place, fix });
  return false;
}

const SETTINGS: readonly Keyword<RootDraft>[] = [
  flag({
    name: "linkbeat_use_polling",
    since: "1.1.18",
    group: "tracking",
    default: "off",
    help: "Ask every interface in use for its link each second, beside what netlink says.",
    set: (draft, at) => (draft.pollsAllLinks = at),
  }),
  value(NAME, {
    name: "net_namespace",
    lenient: true,
    since: "1.2.24",
    group: "process",
    default: "current namespace",
    help: "Run everything inside the named network namespace; not changeable on reload.",
    set: (draft, value, context) => {
      if (isFirst("net_namespace", draft.netNamespace, value, context)) draft.netNamespace = value;
    },
  }),
  optional(optionalText("NAME"), {
    name: "net_namespace_ipvs",
    since: "2.1.0",
    group: "process",
    default: "as net_namespace",
    help: "Namespace used only for IPVS work; no name means the default namespace.",
    later: "load balancing is not done",
    without: undefined,
  }),
  flag({
    name: "namespace_with_ipsets",
    since: "1.3.0",
    group: "firewall",
    default: "off",
    help: "Allow ipsets although a namespace is used (needs kernel 3.13).",
    later: "no firewall sets are made",
  }),
  flag({
    name: "use_pid_dir",
    since: "1.2.24",
    group: "process",
    default: "off",
    help: "Put pid files under /run/keepalived.",
    set: (draft, at) => (draft.usePidDir = at),
  }),
  value(NAME, {
    name: "instance",
    lenient: true,
    since: "1.2.24",
    group: "process",
    default: "none",
    help: "Name this daemon; suffixes pid files, syslog idents and dump files.",
    set: (draft, value, context) => {
      if (isFirst("instance", draft.instanceName, value, context)) draft.instanceName = value;
    },
  }),
  value(wholeSeconds(0, COUNT_MAXIMUM), {
    name: "child_wait_time",
    since: "2.0.0",
    group: "process",
    default: "5",
    help: "How long the parent waits for children at stop before KILL.",
    set: (draft, value) => (draft.childWaitTime = value),
  }),
];

const VRRP_BLOCKS: readonly Keyword<RootDraft>[] = [
  section(globalGrammar, {
    name: "global_defs",
    since: "1.0.3",
    group: "core",
    default: "none",
    help: "Container of daemon-wide settings.",
    open: (draft) => draft.global,
  }),
  section(instanceGrammar, {
    name: "vrrp_instance",
    since: "1.0.3",
    group: "vrrp",
    default: "none",
    help: "One virtual router.",
    title: NAME,
    open: (draft, { title }, context) => {
      const name = newName("vrrp_instance", title, context);
      if (name === undefined) return undefined;
      const instance = createInstanceDraft(name);
      draft.instances.push(instance);
      return instance;
    },
  }),
  section(scriptGrammar, {
    name: "vrrp_script",
    since: "1.1.13",
    group: "tracking",
    default: "none",
    help: "Periodic check command usable in track_script.",
    title: NAME,
    open: (draft, { title }, context) => {
      const name = newName("vrrp_script", title, context);
      if (name === undefined) return undefined;
      const made = { name };
      draft.scripts.push(made);
      return made;
    },
  }),
  section(syncGroupGrammar, {
    name: "vrrp_sync_group",
    lenient: true,
    since: "1.0.3",
    group: "vrrp",
    default: "none",
    help: "Bundle of instances that change state together.",
    title: NAME,
    open: (draft, { title }, context) => {
      const name = newName("vrrp_sync_group", title, context);
      if (name === undefined) return undefined;
      const made = { name, members: [], tracked: [], notify: {} };
      draft.syncGroups.push(made);
      return made;
    },
  }),
  section(processGrammar, {
    name: "vrrp_track_process",
    since: "2.0.11",
    group: "tracking",
    default: "none",
    help: "Watch for running processes through the proc connector.",
    title: NAME,
    open: (draft, { title }, context) => {
      const name = newName("vrrp_track_process", title, context);
      if (name === undefined) return undefined;
      const made: TrackProcessDraft = { name };
      draft.trackProcesses.push(made);
      return made;
    },
  }),
  section(trackFileGrammar, {
    name: "track_file",
    since: "2.0.0",
    group: "tracking",
    default: "none",
    help: "File whose integer content feeds priority or weight.",
    title: NAME,
    open: (draft, { title }, context) => {
      const name = newName("track_file", title, context);
      if (name === undefined) return undefined;
      const made: TrackFileDraft = { name };
      draft.trackFiles.push(made);
      return made;
    },
  }),
  section(trackFileGrammar, {
    name: "vrrp_track_file",
    quietly: true,
    since: "2.0.0",
    group: "tracking",
    default: "none",
    help: "Deprecated synonym of track_file.",
    instead: "track_file",
    title: NAME,
    open: (draft, { title }, context) => {
      const name = newName("track_file", title, context);
      if (name === undefined) return undefined;
      const made: TrackFileDraft = { name };
      draft.trackFiles.push(made);
      return made;
    },
  }),
  section(garpGroupGrammar, {
    name: "garp_group",
    since: "1.2.21",
    group: "vrrp",
    default: "none",
    help: "Shared rate limit for GARP/NA over one or several interfaces.",
    open: (draft, { at }) => {
      const made = { at, interfaces: [] };
      draft.garpGroups.push(made);
      return made;
    },
  }),
  section(trackGroupGrammar, {
    name: "track_group",
    since: "2.0.3",
    group: "tracking",
    default: "none",
    help: "Names a set of VRRP instances that watch static addresses, routes and rules.",
    title: NAME,
    open: (draft, { title }, context) => {
      const name = newName("track_group", title, context);
      if (name === undefined) return undefined;
      const made = { name, members: [] };
      draft.trackGroups.push(made);
      return made;
    },
  }),
];

const OTHER_BLOCKS: readonly Keyword<RootDraft>[] = [
  list({
    name: "static_ipaddress",
    since: "1.1.0",
    group: "vip",
    default: "none",
    help: "Addresses kept on the machine independent of VRRP state.",
    item: ADDRESS_LINE,
    inside: STATIC_ADDRESS_OPTIONS.rows,
    add: ({ statics }, found, context) => {
      const address = readStaticAddress(found, context);
      if (address !== undefined) statics.addresses.push(address);
    },
  }),
  list({
    name: "static_routes",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Routes kept independent of VRRP state.",
    item: { kind: "route line", shape: "ROUTE" },
    inside: STATIC_ROUTE_OPTIONS.rows,
    add: ({ statics }, found, context) => {
      const route = readStaticRoute(found, context);
      if (route !== undefined) statics.routes.push(route);
    },
  }),
  list({
    name: "static_rules",
    since: "1.2.20",
    group: "routes",
    default: "none",
    help: "Policy rules kept independent of VRRP state.",
    item: { kind: "rule line", shape: "RULE" },
    inside: STATIC_RULE_OPTIONS.rows,
    add: ({ statics }, found, context) => {
      const rule = readStaticRule(found, context);
      if (rule !== undefined) statics.rules.push(rule);
    },
  }),
  list({
    name: "linkbeat_interfaces",
    since: "2.0.13",
    group: "tracking",
    default: "none",
    help: "Interfaces whose link state is polled, with preferred method.",
    item: explained(interfaceName, {
      MII: "Its state is read by the ioctl for MII registers.",
      ETHTOOL: "Its state is read by the ioctl of ethtool.",
      IOCTL: "Its state is read from the interface flags.",
    }),
    add: (draft, found, context) => {
      const line = readLinkbeatLine(found, context);
      if (line !== undefined) draft.linkbeatInterfaces.push(line);
    },
  }),
  list({
    name: "interface_up_down_delays",
    since: "2.2.3",
    group: "tracking",
    default: "no delay",
    help: "Debounce of link state changes per interface.",
    item: {
      kind: "delay line",
      shape: "IF DOWN [UP]",
      choiceHelp: { IF: "The interface, and how long it must be down, or up, before that counts." },
    },
    add: (draft, found, context) => {
      const line = readUpDownDelay(found, context);
      if (line !== undefined) draft.upDownDelays.push(line);
    },
  }),
  BFD_INSTANCE,
];

export const rootGrammar = blockGrammar<RootDraft>(
  TOP_LEVEL,
  SETTINGS,
  VRRP_BLOCKS,
  OTHER_BLOCKS,
  LVS_BLOCKS,
);
