/** Rows of global_defs about VRRP itself. keepalived.conf(5), Global definitions. */
import type { GlobalDraft } from "../drafts.ts";
import {
  address,
  choice,
  COUNT_MAXIMUM,
  countFromOne,
  explained,
  integer,
  interfaceName,
  optionalChoice,
  seconds,
  SECONDS_MAXIMUM,
  text,
  wholeSeconds,
} from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import { EXTRA_GARP, readExtraGarp } from "./extra-garp.ts";
import type { Keyword } from "./keyword.ts";
import { boolean, flag, optional, value, words } from "./rows.ts";

const DYNAMIC_INTERFACES = explained(optionalChoice("allow_if_changes"), {
  allow_if_changes: "An interface may come back as one of another kind.",
});

/** A policy by name in any case, or a size. */
const receiveBuffer: ArgumentType<
  { readonly kind: "mtu" | "advert" } | { readonly kind: "bytes"; readonly bytes: number }
> = {
  kind: "policy",
  shape: "MTU|ADVERT|BYTES",
  choiceHelp: {
    MTU: "As many packets as the multiplier says, each as large as the interface allows.",
    ADVERT: "As many packets as the multiplier says, each as large as the longest advert.",
    BYTES: "That many bytes.",
  },
  parse: (word, report) => {
    const name = word.text.toLowerCase();
    if (name === "mtu" || name === "advert") return { kind: name };
    const bytes = integer(0, COUNT_MAXIMUM).parse(word, report);
    return bytes === undefined ? undefined : { kind: "bytes", bytes };
  },
};

export const GLOBAL_CORE: readonly Keyword<GlobalDraft>[] = [
  value(text("STRING"), {
    name: "router_id",
    lenient: true,
    since: "1.1.8",
    group: "core",
    default: "host name",
    help: "Label used in mails and SNMP.",
    set: (draft, value) => (draft.routerId = value),
  }),
  optional(DYNAMIC_INTERFACES, {
    name: "dynamic_interfaces",
    since: "2.0.0",
    group: "core",
    default: "off",
    help: "Accept interfaces missing at start or recreated later.",
    without: undefined,
    set: (draft, { at }) => (draft.dynamicInterfaces = at),
  }),
  value(interfaceName, {
    name: "default_interface",
    since: "1.2.24",
    group: "vip",
    default: "eth0",
    help: "Interface for addresses that name none.",
    set: (draft, value) => (draft.defaultInterface = value),
  }),
  value(choice("2", "3"), {
    name: "vrrp_version",
    since: "1.2.20",
    group: "vrrp",
    default: "2",
    help: "Default protocol version; IPv6 always 3.",
    set: (draft, { value, at }) => (draft.vrrpVersion = { value: value === "2" ? 2 : 3, at }),
  }),
  boolean({
    name: "vrrp_strict",
    since: "1.2.20",
    group: "vrrp",
    default: "off",
    help: "Enforce RFC behaviour everywhere.",
    set: (draft, value) => (draft.strict = value),
  }),
  boolean({
    name: "vrrp_skip_check_adv_addr",
    since: "1.2.20",
    group: "vrrp",
    default: "off",
    help: "Compare advertised addresses only when the sender changed.",
    set: (draft, value) => (draft.skipAddressCheck = value),
  }),
  value(address, {
    name: "vrrp_mcast_group4",
    since: "1.2.10",
    group: "vrrp",
    default: "224.0.0.18",
    help: "IPv4 multicast group for adverts.",
    set: (draft, value) => (draft.multicastGroupIpv4 = value),
  }),
  value(address, {
    name: "vrrp_mcast_group6",
    since: "1.2.10",
    group: "vrrp",
    default: "ff02::12",
    help: "IPv6 multicast group for adverts.",
    set: (draft, value) => (draft.multicastGroupIpv6 = value),
  }),
  value(integer(1, 100), {
    name: "vrrp_down_timer_adverts",
    since: "2.2.3",
    group: "vrrp",
    default: "3",
    help: "Missed adverts before a backup takes over.",
    set: (draft, value) => (draft.downTimerAdverts = value),
  }),
  value(wholeSeconds(0, COUNT_MAXIMUM), {
    name: "vrrp_garp_master_delay",
    since: "1.2.20",
    group: "vrrp",
    default: "5",
    help: "Delay of second GARP/NA set after becoming master, 0 = none.",
    set: (draft, value) => (draft.announcements.masterDelay = value),
  }),
  value(countFromOne, {
    name: "vrrp_garp_master_repeat",
    since: "1.2.20",
    group: "vrrp",
    default: "5",
    help: "GARP/NA messages per set after becoming master.",
    set: (draft, value) => (draft.announcements.masterRepeat = value),
  }),
  value(wholeSeconds(0, COUNT_MAXIMUM), {
    name: "vrrp_garp_master_refresh",
    since: "1.2.20",
    group: "vrrp",
    default: "0 (off)",
    help: "Period of refreshing GARP/NA while master.",
    set: (draft, value) => (draft.announcements.refresh = value),
  }),
  value(countFromOne, {
    name: "vrrp_garp_master_refresh_repeat",
    since: "1.2.20",
    group: "vrrp",
    default: "1",
    help: "Messages per refresh.",
    set: (draft, value) => (draft.announcements.refreshRepeat = value),
  }),
  value(wholeSeconds(0, COUNT_MAXIMUM), {
    name: "vrrp_garp_lower_prio_delay",
    since: "1.2.20",
    group: "vrrp",
    default: "garp_master_delay",
    help: "Delay of second set after a lower priority advert.",
    set: (draft, value) => (draft.announcements.lowerPriorityDelay = value),
  }),
  value(integer(0, COUNT_MAXIMUM), {
    name: "vrrp_garp_lower_prio_repeat",
    since: "1.2.20",
    group: "vrrp",
    default: "garp_master_repeat",
    help: "Messages sent after a lower priority advert.",
    set: (draft, value) => (draft.announcements.lowerPriorityRepeat = value),
  }),
  value(seconds(0, SECONDS_MAXIMUM), {
    name: "vrrp_garp_interval",
    since: "1.2.21",
    group: "vrrp",
    default: "0",
    help: "Minimum gap between GARPs on one interface.",
    set: (draft, value) => (draft.garpInterval = value),
  }),
  value(seconds(0, SECONDS_MAXIMUM), {
    name: "vrrp_gna_interval",
    since: "1.2.21",
    group: "vrrp",
    default: "0",
    help: "Minimum gap between unsolicited NAs on one interface.",
    set: (draft, value) => (draft.gnaInterval = value),
  }),
  boolean({
    name: "vrrp_min_garp",
    since: "2.0.12",
    group: "vrrp",
    default: "off",
    help: "One GARP/NA only, no second set.",
    set: (draft, value) => (draft.minimalGarp = value),
  }),
  boolean({
    name: "vrrp_lower_prio_no_advert",
    since: "1.2.20",
    group: "vrrp",
    default: "off (on in strict)",
    help: "Do not answer lower priority adverts with an own advert.",
    set: (draft, value) => (draft.lowerPriorityNoAdvert = value),
  }),
  boolean({
    name: "vrrp_higher_prio_send_advert",
    since: "1.3.5",
    group: "vrrp",
    default: "off",
    help: "Send one more advert before yielding to a higher priority.",
    set: (draft, value) => (draft.higherPrioritySendAdvert = value),
  }),
  boolean({
    name: "vrrp_owner_ignore_adverts",
    since: "2.3.3",
    group: "vrrp",
    default: "off",
    help: "Address owners drop all received adverts by default.",
    set: (draft, value) => (draft.ownerIgnoresAdverts = value),
  }),
  flag({
    name: "vrrp_check_unicast_src",
    since: "1.2.20",
    group: "vrrp",
    default: "off",
    help: "Unicast adverts must come from a configured peer.",
    set: (draft, at) => (draft.checkUnicastSource = at),
  }),
  boolean({
    name: "v3_checksum_as_v2",
    since: "2.2.8",
    group: "vrrp",
    default: "off",
    help: "Leave the pseudo header out of VRRPv3 IPv4 checksums by default.",
    set: (draft, value) => (draft.v3ChecksumAsV2 = value),
  }),
  value(seconds(0, SECONDS_MAXIMUM), {
    name: "vrrp_startup_delay",
    since: "2.0.14",
    group: "vrrp",
    default: "0",
    help: "Wait before instances start working.",
    set: (draft, value) => (draft.startupDelay = value),
  }),
  flag({
    name: "log_unknown_vrids",
    since: "2.0.16",
    group: "vrrp",
    default: "off",
    help: "Log adverts for router ids not configured.",
    set: (draft, at) => (draft.logUnknownVrids = at),
  }),
  value(seconds(0, SECONDS_MAXIMUM), {
    name: "vrrp_delay_after_boot",
    since: "2.4.0",
    group: "vrrp",
    default: "0",
    help: "Instances start no earlier than this uptime.",
    set: (draft, value) => (draft.delayAfterBoot = value),
  }),
  words({
    name: "vrrp_garp_extra_if",
    since: "2.2.3",
    group: "vmac",
    default: "0 (off)",
    help: "Periodic GARP/NA on VMACs or all other interfaces carrying VIPs.",
    arguments: [EXTRA_GARP],
    needs: 1,
    take: (draft, found, context) => {
      readExtraGarp(draft.announcements, found, context);
    },
  }),
  words({
    name: "vrrp_vmac_garp_intvl",
    since: "2.2.0",
    group: "vmac",
    default: "0",
    help: "Deprecated synonym of vrrp_garp_extra_if.",
    instead: "vrrp_garp_extra_if",
    arguments: [EXTRA_GARP],
    needs: 1,
    take: (draft, found, context) => {
      readExtraGarp(draft.announcements, found, context);
    },
  }),
  value(receiveBuffer, {
    name: "vrrp_rx_bufs_policy",
    since: "2.0.3",
    group: "vrrp",
    default: "kernel default",
    help: "How VRRP receive buffers are sized.",
    set: (draft, { value }) => {
      draft.process.advertPolicy = value.kind;
      if (value.kind === "bytes") draft.process.advertBytes = value.bytes;
    },
  }),
  value(integer(1, COUNT_MAXIMUM), {
    name: "vrrp_rx_bufs_multiplier",
    since: "2.0.3",
    group: "vrrp",
    default: "3",
    help: "Multiplier for the MTU and ADVERT policies.",
    set: (draft, { value }) => (draft.process.bufferedPackets = value),
  }),
  value(interfaceName, {
    name: "vmac_prefix",
    since: "2.2.0",
    group: "vmac",
    default: "vrrp",
    help: "Name prefix of generated macvlans.",
    set: (draft, prefix) => (draft.vmac.prefix = prefix),
  }),
  value(interfaceName, {
    name: "vmac_addr_prefix",
    since: "2.2.0",
    group: "vmac",
    default: "vmac_prefix",
    help: "Name prefix of macvlans created for single addresses.",
    set: (draft, prefix) => (draft.vmac.addressPrefix = prefix),
  }),
];
