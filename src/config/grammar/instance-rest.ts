/** Rows of vrrp_instance: addresses, announcements, tracking, notification, and what comes later. */
import type { InstanceDraft } from "../drafts.ts";
import { ADDRESS_LINE, ADDRESS_OPTIONS, readAddress } from "./addresses.ts";
import {
  COUNT_MAXIMUM,
  countFromOne,
  integer,
  interfaceName,
  optionalPriority,
  wholeSeconds,
} from "./arguments.ts";
import { noteFamily } from "./family.ts";
import { hmacGrammar } from "./authentication.ts";
import type { Keyword } from "./keyword.ts";
import { readRoute, ROUTE_OPTIONS } from "./routes.ts";
import { boolean, command, flag, list, optional, section, value, words } from "./rows.ts";
import { readRule, RULE_OPTIONS } from "./rules.ts";
import { trackRow } from "./tracked.ts";
import { readExtraGarp } from "./extra-garp.ts";
import { IPVLAN_WORDS, readIpvlanWords, readVmacWords, VMAC_WORDS } from "./vmac.ts";

export const INSTANCE_ADDRESSES: readonly Keyword<InstanceDraft>[] = [
  list({
    name: "virtual_ipaddress",
    since: "1.0.3",
    group: "vip",
    default: "none",
    help: "Advertised virtual addresses.",
    item: ADDRESS_LINE,
    inside: ADDRESS_OPTIONS.rows,
    add: (draft, found, context) => {
      const address = readAddress(found, context);
      if (address === undefined) return;
      noteFamily(draft, address.address);
      draft.addresses.push(address);
    },
  }),
  list({
    name: "virtual_ipaddress_excluded",
    since: "1.0.3",
    group: "vip",
    default: "none",
    help: "Virtual addresses not put in adverts.",
    item: ADDRESS_LINE,
    inside: ADDRESS_OPTIONS.rows,
    add: (draft, found, context) => {
      const address = readAddress(found, context);
      if (address !== undefined) draft.excludedAddresses.push(address);
    },
  }),
  flag({
    name: "no_virtual_ipaddress",
    since: "2.2.8",
    group: "vip",
    default: "off",
    help: "Allow an instance without any VIP.",
    set: (draft, at) => (draft.noVirtualAddress = at),
  }),
  flag({
    name: "promote_secondaries",
    since: "1.3.0",
    group: "vip",
    default: "off",
    help: "Set the sysctl so that deleting one address keeps the others.",
    set: (draft, at) => (draft.promotesSecondaries = at),
  }),
  list({
    name: "virtual_routes",
    since: "1.0.3",
    group: "routes",
    default: "none",
    help: "Routes present while master.",
    item: { kind: "route line", shape: "ROUTE" },
    inside: ROUTE_OPTIONS.rows,
    add: (draft, found, context) => {
      const route = readRoute(found, context);
      if (route !== undefined) draft.routes.push(route);
    },
  }),
  list({
    name: "virtual_rules",
    since: "1.2.20",
    group: "routes",
    default: "none",
    help: "Policy rules present while master.",
    item: { kind: "rule line", shape: "RULE" },
    inside: RULE_OPTIONS.rows,
    add: (draft, found, context) => {
      const rule = readRule(found, context);
      if (rule !== undefined) draft.rules.push(rule);
    },
  }),
];

export const INSTANCE_ANNOUNCEMENTS: readonly Keyword<InstanceDraft>[] = [
  value(wholeSeconds(0, COUNT_MAXIMUM), {
    name: "garp_master_delay",
    since: "1.0.3",
    group: "vrrp",
    default: "global",
    help: "Delay of second GARP/NA set.",
    set: (draft, value) => (draft.announcements.masterDelay = value),
  }),
  value(countFromOne, {
    name: "garp_master_repeat",
    since: "1.2.14",
    group: "vrrp",
    default: "global",
    help: "Messages per set.",
    set: (draft, value) => (draft.announcements.masterRepeat = value),
  }),
  value(wholeSeconds(0, COUNT_MAXIMUM), {
    name: "garp_master_refresh",
    since: "1.2.10",
    group: "vrrp",
    default: "global",
    help: "Refresh period while master.",
    set: (draft, value) => (draft.announcements.refresh = value),
  }),
  value(countFromOne, {
    name: "garp_master_refresh_repeat",
    since: "1.2.14",
    group: "vrrp",
    default: "global",
    help: "Messages per refresh.",
    set: (draft, value) => (draft.announcements.refreshRepeat = value),
  }),
  value(wholeSeconds(0, COUNT_MAXIMUM), {
    name: "garp_lower_prio_delay",
    since: "1.2.20",
    group: "vrrp",
    default: "global",
    help: "Delay of second set after a lower priority advert.",
    set: (draft, value) => (draft.announcements.lowerPriorityDelay = value),
  }),
  value(integer(0, COUNT_MAXIMUM), {
    name: "garp_lower_prio_repeat",
    since: "1.2.20",
    group: "vrrp",
    default: "global",
    help: "Messages after a lower priority advert.",
    set: (draft, value) => (draft.announcements.lowerPriorityRepeat = value),
  }),
  words({
    name: "garp_extra_if",
    since: "2.2.3",
    group: "vmac",
    default: "global",
    help: "Periodic GARP/NA on other interfaces, 0 disables.",
    arguments: [{ kind: "seconds", shape: "[all] SECS", unit: "s", minimum: 0, maximum: 86_400 }],
    needs: 1,
    take: (draft, found, context) => {
      readExtraGarp(draft.announcements, found, context);
    },
  }),
  words({
    name: "vmac_garp_intvl",
    since: "2.2.0",
    group: "vmac",
    default: "global",
    help: "Deprecated synonym of garp_extra_if.",
    instead: "garp_extra_if",
    arguments: [{ kind: "seconds", shape: "[all] SECS", unit: "s", minimum: 0, maximum: 86_400 }],
    needs: 1,
    take: (draft, found, context) => {
      readExtraGarp(draft.announcements, found, context);
    },
  }),
];

export const INSTANCE_TRACKING: readonly Keyword<InstanceDraft>[] = [
  flag({
    name: "dont_track_primary",
    since: "1.1.8",
    group: "tracking",
    default: "off",
    help: "Ignore link state of the own interface.",
    set: (draft, at) => (draft.ignoresOwnInterface = at),
  }),
  trackRow("interface", {
    name: "track_interface",
    since: "1.0.3",
    group: "tracking",
    default: "none",
    help: "Further interfaces to track.",
  }),
  trackRow("script", {
    name: "track_script",
    since: "1.1.13",
    group: "tracking",
    default: "none",
    help: "Scripts to track.",
  }),
  trackRow("file", {
    name: "track_file",
    since: "2.0.0",
    group: "tracking",
    default: "none",
    help: "Files to track.",
  }),
  trackRow("process", {
    name: "track_process",
    since: "2.0.11",
    group: "tracking",
    default: "none",
    help: "Processes to track.",
  }),
  trackRow("bfd", {
    name: "track_bfd",
    since: "2.0.0",
    group: "tracking",
    default: "none",
    help: "BFD sessions to track.",
    later: "the BFD sessions are not run and count as up",
  }),
  flag({
    name: "track_src_ip",
    since: "2.0.0",
    group: "tracking",
    default: "off",
    help: "FAULT while the configured source address is missing.",
    set: (draft, at) => (draft.tracksSource = at),
  }),
  flag({
    name: "linkbeat_use_polling",
    since: "2.0.0",
    group: "tracking",
    default: "off",
    help: "Deprecated; poll link state of the own interface.",
    set: (draft, at) => (draft.pollsOwnInterface = at),
    instead: "a linkbeat_interfaces block",
  }),
];

export const INSTANCE_NOTIFICATION: readonly Keyword<InstanceDraft>[] = [
  command({
    name: "notify_master",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run on entering MASTER.",
    set: (draft, value) => (draft.notify.master = value),
  }),
  command({
    name: "notify_backup",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run on entering BACKUP.",
    set: (draft, value) => (draft.notify.backup = value),
  }),
  command({
    name: "notify_fault",
    since: "1.0.3",
    group: "notify",
    default: "none",
    help: "Run on entering FAULT.",
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
    name: "notify_deleted",
    since: "2.1.0",
    group: "notify",
    default: "off (FAULT)",
    help: "Report DELETED when a reload removes the instance.",
    without: (draft) => {
      draft.reportsDeleted = true;
    },
    set: (draft, value) => (draft.notify.deleted = value),
  }),
  command({
    name: "notify_master_rx_lower_pri",
    since: "2.0.6",
    group: "notify",
    default: "none",
    help: "Run when a master hears a lower priority advert.",
    set: (draft, value) => (draft.notify.masterReceivedLowerPriority = value),
  }),
  command({
    name: "notify",
    since: "1.1.2",
    group: "notify",
    default: "none",
    help: "Run on every transition with four extra arguments.",
    set: (draft, value) => (draft.notify.any = value),
  }),
  boolean({
    name: "smtp_alert",
    since: "1.0.3",
    group: "smtp",
    default: "off unless global",
    help: "Mail on transitions.",
    set: (draft, value) => (draft.smtpAlert = value),
  }),
  boolean({
    name: "notify_priority_changes",
    since: "2.0.16",
    group: "notify",
    default: "global",
    help: "Write priority changes to FIFOs.",
    set: (draft, value) => (draft.notifiesPriority = value),
  }),
];

/** The priority that waits least without owning the address. */
const QUICKEST_RIVAL = 254;

export const INSTANCE_LATER: readonly Keyword<InstanceDraft>[] = [
  words({
    name: "use_vmac",
    since: "1.2.3",
    group: "vmac",
    default: "off, vrrp.VRID",
    help: "Create a macvlan with the virtual MAC for adverts and VIPs.",
    arguments: [
      {
        kind: "vmac",
        shape: "[[name] IF] [MAC] [group G] [netlink_notify_msg]",
        choiceHelp: {
          MAC: "Another address than the virtual router's; five octets get the router id.",
        },
      },
    ],
    inside: VMAC_WORDS,
    needs: 0,
    take: (draft, found, context) => {
      draft.usesVmac = draft.name.at;
      draft.vmac = readVmacWords(draft.name.at, found, context);
    },
  }),
  flag({
    name: "use_vmac_addr",
    since: "2.2.0",
    group: "vmac",
    default: "off",
    help: "Create macvlans also for VIPs on other interfaces or families.",
    set: (draft, at) => (draft.usesVmacForAddresses = at),
  }),
  flag({
    name: "vmac_xmit_base",
    since: "1.2.10",
    group: "vmac",
    default: "off",
    help: "Send and receive adverts on the parent interface.",
    set: (draft, at) => (draft.transmitsOnBase = at),
  }),
  words({
    name: "use_ipvlan",
    since: "2.0.17",
    group: "vmac",
    default: "off",
    help: "Create an L2 ipvlan for the instance.",
    arguments: [
      {
        kind: "ipvlan",
        shape: "[[name] IF] [ADDR] [bridge|private|vepa] [group G]",
        choiceHelp: { ADDRESS: "The address that adverts are sent from." },
      },
    ],
    inside: IPVLAN_WORDS,
    needs: 0,
    take: (draft, found, context) => {
      draft.vmac = readIpvlanWords(draft.name.at, found, context);
    },
  }),
  value(interfaceName, {
    name: "vrf",
    since: "2.2.5",
    group: "vrrp",
    default: "none",
    help: "VRF for unicast instances without interface.",
    set: (draft, found) => (draft.vrf = found),
  }),
  value(interfaceName, {
    name: "lvs_sync_daemon_interface",
    since: "1.0.3",
    group: "lvs",
    default: "none",
    help: "Deprecated way to bind the LVS sync daemon to this instance.",
    later: "the connection sync daemon is not run",
    instead: "the global lvs_sync_daemon",
  }),
  optional(optionalPriority, {
    name: "timer_expired_backup",
    since: "2.2.8",
    group: "vrrp",
    default: "off, 254",
    help: "With nopreempt fall back to BACKUP after own process stalled too long.",
    without: undefined,
    set: (draft, { value, at }) =>
      (draft.timerExpiredBackup = { value: value ?? QUICKEST_RIVAL, at }),
  }),
  optional(optionalPriority, {
    name: "thread_timer_expired",
    since: "2.3.2",
    group: "vrrp",
    default: "off",
    help: "Alias of timer_expired_backup.",
    without: undefined,
    set: (draft, { value, at }) =>
      (draft.timerExpiredBackup = { value: value ?? QUICKEST_RIVAL, at }),
  }),
  value(integer(0, COUNT_MAXIMUM, "bytes"), {
    name: "kernel_rx_buf_size",
    since: "2.0.3",
    group: "vrrp",
    default: "policy",
    help: "Receive buffer size of the VRRP socket.",
    set: (draft, value) => (draft.receiveBufferBytes = value),
  }),
  section(hmacGrammar, {
    name: "auth_hmac",
    since: "2.4.0",
    group: "vrrp",
    default: "none",
    help: "HMAC-SHA256 trailer with replay protection for adverts.",
    open: (draft, { at }) => (draft.hmac = { at, keys: [] }),
  }),
];
