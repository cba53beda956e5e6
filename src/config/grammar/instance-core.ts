/** Rows of vrrp_instance: identity, election and how adverts travel. keepalived.conf(5), VRRP instance(s). */
import type { InstanceDraft } from "../drafts.ts";
import {
  address,
  addressOfInterface,
  choice,
  codedAs,
  explained,
  integer,
  interfaceName,
  orElse,
  seconds,
} from "./arguments.ts";
import { authenticationGrammar } from "./authentication.ts";
import type { Keyword } from "./keyword.ts";
import { noteFamily } from "./family.ts";
import { readPeer, PEER_OPTIONS } from "./peers.ts";
import { boolean, flag, list, optional, section, value } from "./rows.ts";

const STATE = explained(choice("MASTER", "BACKUP"), {
  MASTER:
    "Without a priority the instance gets 255 and is master at once; with one it waits like any backup.",
  BACKUP: "The instance waits to hear of a master.",
});

const OLD_CHECKSUM = explained(choice("never"), {
  never: "Adverts with the old checksum are dropped.",
});

export const INSTANCE_CORE: readonly Keyword<InstanceDraft>[] = [
  value(STATE, {
    name: "state",
    since: "1.0.3",
    group: "vrrp",
    default: "BACKUP",
    help: "State in which the instance starts; the priority decides who becomes master.",
    set: (draft, { value, at }) =>
      (draft.state = { value: value === "MASTER" ? "master" : "backup", at }),
  }),
  value(interfaceName, {
    name: "interface",
    since: "1.0.3",
    group: "vrrp",
    default: "required unless unicast with source",
    help: "Interface the instance works on.",
    set: (draft, value) => (draft.interfaceName = value),
  }),
  value(codedAs("vrid-out-of-range", integer(1, 255)), {
    name: "virtual_router_id",
    since: "1.0.3",
    group: "vrrp",
    default: "required",
    help: "Number of the virtual router (VRID), the same on every router that shares it.",
    set: (draft, value) => (draft.vrid = value),
    refused: (draft, at) => (draft.refusedVrid = at),
  }),
  value(codedAs("priority-out-of-range", orElse(integer(1, 255), 100)), {
    name: "priority",
    since: "1.0.3",
    group: "vrrp",
    default: "100 (255 with state MASTER)",
    help: "Base priority, 255 = address owner.",
    set: (draft, value) => (draft.priority = value),
  }),
  value(seconds(0.01, 255), {
    name: "advert_int",
    since: "1.0.3",
    group: "vrrp",
    default: "1",
    help: "Advert interval; v2 whole seconds, v3 up to 40.95.",
    set: (draft, value) => (draft.advertInterval = value),
  }),
  value(choice("2", "3"), {
    name: "version",
    since: "1.2.17",
    group: "vrrp",
    default: "global",
    help: "Protocol version.",
    set: (draft, { value, at }) => (draft.version = { value: value === "2" ? 2 : 3, at }),
  }),
  flag({
    name: "preempt",
    since: "1.0.3",
    group: "vrrp",
    default: "on",
    help: "Explicitly allow preemption.",
    set: (draft, at) => (draft.preempt = { value: true, at }),
  }),
  flag({
    name: "nopreempt",
    since: "1.1.8",
    group: "vrrp",
    default: "off",
    help: "Do not take over from a live lower priority master.",
    set: (draft, at) => (draft.preempt = { value: false, at }),
  }),
  value(seconds(0, 1000), {
    name: "preempt_delay",
    since: "1.1.8",
    group: "vrrp",
    default: "0",
    help: "Wait before preempting a lower priority master.",
    set: (draft, value) => (draft.preemptDelay = value),
  }),
  value(integer(0, 4), {
    name: "debug",
    since: "1.0.3",
    group: "vrrp",
    default: "0",
    help: "Accepted; no effect.",
    set: (draft, value) => (draft.debug = value),
  }),
  value(addressOfInterface, {
    name: "mcast_src_ip",
    since: "1.0.3",
    group: "vrrp",
    default: "interface address",
    help: "Source address of multicast adverts.",
    set: (draft, value) => {
      noteFamily(draft, value);
      draft.multicastSource = value;
    },
  }),
  value(addressOfInterface, {
    name: "unicast_src_ip",
    since: "1.2.10",
    group: "vrrp",
    default: "interface address",
    help: "Source address of unicast adverts.",
    set: (draft, value) => {
      noteFamily(draft, value);
      draft.unicastSource = value;
    },
  }),
  value(address, {
    name: "mcast_dst_ip",
    since: "2.2.5",
    group: "vrrp",
    default: "global group",
    help: "Alternative multicast destination.",
    set: (draft, value) => (draft.multicastGroup = value),
  }),
  list({
    name: "unicast_peer",
    since: "1.2.8",
    group: "vrrp",
    default: "multicast",
    help: "Send adverts to these peers instead of multicast.",
    item: address,
    inside: PEER_OPTIONS.rows,
    open: (draft, at) => (draft.peers ??= { at, list: [] }),
    add: (draft, found, context) => {
      const peer = readPeer(found, context);
      if (peer === undefined) return;
      noteFamily(draft, peer.address);
      draft.peers?.list.push(peer);
    },
  }),
  value(integer(0, 255), {
    name: "unicast_ttl",
    since: "2.1.0",
    group: "vrrp",
    default: "255",
    help: "TTL or hop limit of unicast adverts.",
    set: (draft, value) => (draft.unicastTtl = value),
  }),
  flag({
    name: "check_unicast_src",
    since: "2.1.0",
    group: "vrrp",
    default: "global",
    help: "Accept unicast adverts from listed peers only.",
    set: (draft, at) => (draft.checkUnicastSource = at),
  }),
  flag({
    name: "unicast_fault_no_peer",
    since: "2.2.5",
    group: "vrrp",
    default: "off",
    help: "With unicast wanted but no peers go to FAULT instead of multicast.",
    set: (draft, at) => (draft.faultWithoutPeers = at),
  }),
  optional(OLD_CHECKSUM, {
    name: "old_unicast_checksum",
    since: "1.3.7",
    group: "vrrp",
    default: "auto",
    help: "Use or forbid the pre-1.3.7 unicast v3 checksum.",
    without: undefined,
    set: (draft, { value, at }) => (draft.oldUnicastChecksum = { value: value ?? "always", at }),
  }),
  boolean({
    name: "v3_checksum_as_v2",
    since: "2.2.8",
    group: "vrrp",
    default: "global",
    help: "Leave the pseudo header out of v3 IPv4 checksums.",
    set: (draft, value) => (draft.v3ChecksumAsV2 = value),
  }),
  flag({
    name: "native_ipv6",
    since: "1.2.1",
    group: "vrrp",
    default: "from VIPs",
    help: "Deprecated; force IPv6.",
    set: (draft, at) => {
      draft.nativeIpv6 = at;
      draft.family ??= { value: "ipv6", at };
    },
  }),
  section(authenticationGrammar, {
    name: "authentication",
    since: "1.0.3",
    group: "vrrp",
    default: "none",
    help: "Legacy v2 authentication.",
    open: (draft, { at }) => (draft.authentication = { at }),
  }),
  value(integer(1, 100), {
    name: "down_timer_adverts",
    since: "2.2.3",
    group: "vrrp",
    default: "global (3)",
    help: "Missed adverts before takeover.",
    set: (draft, value) => (draft.downTimerAdverts = value),
  }),
  boolean({
    name: "lower_prio_no_advert",
    since: "1.2.20",
    group: "vrrp",
    default: "global",
    help: "Do not answer lower priority adverts.",
    set: (draft, value) => (draft.lowerPriorityNoAdvert = value),
  }),
  boolean({
    name: "higher_prio_send_advert",
    since: "1.3.5",
    group: "vrrp",
    default: "global",
    help: "Send one advert before yielding.",
    set: (draft, value) => (draft.higherPrioritySendAdvert = value),
  }),
  boolean({
    name: "owner_ignore_adverts",
    since: "2.3.3",
    group: "vrrp",
    default: "global",
    help: "Owner drops received adverts.",
    set: (draft, value) => (draft.ownerIgnoresAdverts = value),
  }),
  boolean({
    name: "skip_check_adv_addr",
    since: "1.2.20",
    group: "vrrp",
    default: "global",
    help: "Compare advertised addresses only when the sender changed.",
    set: (draft, value) => (draft.skipAddressCheck = value),
  }),
  boolean({
    name: "strict_mode",
    since: "1.2.20",
    group: "vrrp",
    default: "global",
    help: "Enforce RFC behaviour for this instance.",
    set: (draft, value) => (draft.strict = value),
  }),
  flag({
    name: "accept",
    since: "1.2.17",
    group: "firewall",
    default: "on unless strict",
    help: "Accept packets sent to the VIPs.",
    set: (draft, at) => (draft.accept = { value: true, at }),
  }),
  flag({
    name: "no_accept",
    since: "1.3.0",
    group: "firewall",
    default: "off",
    help: "Drop packets sent to the VIPs.",
    set: (draft, at) => (draft.accept = { value: false, at }),
  }),
];
