/**
 * The settings of an instance and of a script as they are in force: the line that a file would have
 * for each, and the setting of global_defs that stands in for it when the block is silent.
 */
import { toSeconds } from "../base/units.ts";
import type { ScriptConfig } from "../track/config.ts";
import type { InstanceConfig } from "../vrrp/config.ts";

export interface EffectiveSetting<Subject> {
  /** The keyword of the line, whichever of two opposites is written. */
  readonly keyword: string;
  /** The keyword of global_defs that gives the value when the block does not. */
  readonly global?: string;
  /** Strict mode gives the value, whatever is written. */
  readonly isStrict?: true;
  /** The line, or undefined when there is none to write. */
  readonly line: (subject: Subject) => string | undefined;
}

const onOff = (value: boolean): string => (value ? "on" : "off");

export const INSTANCE_SETTINGS: readonly EffectiveSetting<InstanceConfig>[] = [
  { keyword: "state", line: ({ initialState }) => `state ${initialState.toUpperCase()}` },
  {
    keyword: "interface",
    line: ({ interfaceName }) =>
      interfaceName === undefined ? undefined : `interface ${interfaceName}`,
  },
  { keyword: "virtual_router_id", line: ({ vrid }) => `virtual_router_id ${vrid}` },
  { keyword: "priority", line: ({ priority }) => `priority ${priority}` },
  {
    keyword: "advert_int",
    line: ({ advertInterval }) => `advert_int ${toSeconds(advertInterval)}`,
  },
  { keyword: "version", global: "vrrp_version", line: ({ version }) => `version ${version}` },
  { keyword: "preempt", line: ({ preempt }) => (preempt ? "preempt" : "nopreempt") },
  {
    keyword: "preempt_delay",
    isStrict: true,
    line: ({ preemptDelay }) => `preempt_delay ${toSeconds(preemptDelay)}`,
  },
  {
    keyword: "unicast_ttl",
    line: ({ delivery }) =>
      delivery.kind === "unicast" ? `unicast_ttl ${delivery.ttl}` : undefined,
  },
  {
    keyword: "down_timer_adverts",
    global: "vrrp_down_timer_adverts",
    isStrict: true,
    line: ({ downTimerAdverts }) => `down_timer_adverts ${downTimerAdverts}`,
  },
  {
    keyword: "lower_prio_no_advert",
    global: "vrrp_lower_prio_no_advert",
    isStrict: true,
    line: ({ lowerPriorityNoAdvert }) => `lower_prio_no_advert ${onOff(lowerPriorityNoAdvert)}`,
  },
  {
    keyword: "higher_prio_send_advert",
    global: "vrrp_higher_prio_send_advert",
    isStrict: true,
    line: ({ higherPrioritySendAdvert }) =>
      `higher_prio_send_advert ${onOff(higherPrioritySendAdvert)}`,
  },
  {
    keyword: "owner_ignore_adverts",
    global: "vrrp_owner_ignore_adverts",
    isStrict: true,
    line: ({ ownerIgnoresAdverts }) => `owner_ignore_adverts ${onOff(ownerIgnoresAdverts)}`,
  },
  {
    keyword: "skip_check_adv_addr",
    global: "vrrp_skip_check_adv_addr",
    line: ({ skipAddressCheck }) => `skip_check_adv_addr ${onOff(skipAddressCheck)}`,
  },
  {
    keyword: "v3_checksum_as_v2",
    global: "v3_checksum_as_v2",
    line: ({ v3ChecksumAsV2 }) => `v3_checksum_as_v2 ${onOff(v3ChecksumAsV2)}`,
  },
  {
    keyword: "strict_mode",
    global: "vrrp_strict",
    line: ({ strict }) => `strict_mode ${onOff(strict)}`,
  },
  {
    keyword: "garp_master_delay",
    global: "vrrp_garp_master_delay",
    line: ({ announcements }) => `garp_master_delay ${toSeconds(announcements.masterDelay)}`,
  },
  {
    keyword: "garp_master_repeat",
    global: "vrrp_garp_master_repeat",
    line: ({ announcements }) => `garp_master_repeat ${announcements.masterRepeat}`,
  },
  {
    keyword: "garp_master_refresh",
    global: "vrrp_garp_master_refresh",
    line: ({ announcements }) => `garp_master_refresh ${toSeconds(announcements.refresh)}`,
  },
  {
    keyword: "garp_master_refresh_repeat",
    global: "vrrp_garp_master_refresh_repeat",
    line: ({ announcements }) => `garp_master_refresh_repeat ${announcements.refreshRepeat}`,
  },
  {
    keyword: "garp_lower_prio_delay",
    global: "vrrp_garp_lower_prio_delay",
    isStrict: true,
    line: ({ announcements }) =>
      `garp_lower_prio_delay ${toSeconds(announcements.lowerPriorityDelay)}`,
  },
  {
    keyword: "garp_lower_prio_repeat",
    global: "vrrp_garp_lower_prio_repeat",
    isStrict: true,
    line: ({ announcements }) => `garp_lower_prio_repeat ${announcements.lowerPriorityRepeat}`,
  },
  {
    keyword: "smtp_alert",
    global: "smtp_alert_vrrp",
    line: ({ smtpAlert }) => `smtp_alert ${onOff(smtpAlert)}`,
  },
];

export const SCRIPT_SETTINGS: readonly EffectiveSetting<ScriptConfig>[] = [
  { keyword: "interval", line: ({ interval }) => `interval ${toSeconds(interval)}` },
  {
    keyword: "weight",
    line: ({ weight, reverse }) => `weight ${weight}${reverse ? " reverse" : ""}`,
  },
  { keyword: "rise", line: ({ rise }) => `rise ${rise}` },
  { keyword: "fall", line: ({ fall }) => `fall ${fall}` },
];

const SYNONYMS: Readonly<Record<string, string>> = {
  true: "on",
  yes: "on",
  false: "off",
  no: "off",
};

/** Whether two lines say the same: `advert_int 1.0` and `advert_int 1`, `accept` and `accept on`. */
export function saysTheSame(written: string, effective: string): boolean {
  const [left, right] = [written, effective].map((line) =>
    line
      .replace(/"/g, "")
      .split(/\s+/)
      .map((word) => (word !== "" && Number.isFinite(Number(word)) ? String(Number(word)) : word))
      .map((word) => (Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : word))
      .filter((word, i) => i === 0 || word !== "on")
      .join(" "),
  );
  return left === right;
}
