/** How the values in force of one instance differ from those of another, keyword by keyword. */
import type { TrackedObject } from "../track/config.ts";
import type { InstanceConfig, NotifyCommands } from "../vrrp/config.ts";
import { INSTANCE_SETTINGS } from "./effective.ts";

/** Before is undefined for what was added, after for what was removed, both for a secret. */
export interface SettingChange {
  readonly keyword: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export function settingChanges(
  before: InstanceConfig,
  after: InstanceConfig,
): readonly SettingChange[] {
  const old = valuesOf(before);
  const current = valuesOf(after);
  const keywords = [...new Set([...old.keys(), ...current.keys()])];
  const changed = keywords
    .map((keyword) => ({ keyword, before: old.get(keyword), after: current.get(keyword) }))
    .filter((change) => change.before !== change.after);
  return [...changed, ...passwordChange(before, after)];
}

const NOTIFICATIONS: Readonly<Record<keyof NotifyCommands, string>> = {
  any: "notify",
  master: "notify_master",
  backup: "notify_backup",
  fault: "notify_fault",
  stop: "notify_stop",
  deleted: "notify_deleted",
  masterReceivedLowerPriority: "notify_master_rx_lower_pri",
};

/** Every value that is there, by its keyword; of lists with the item. */
function valuesOf(config: InstanceConfig): ReadonlyMap<string, string> {
  const { delivery, notify, authentication, trackPrimary } = config;
  const values: [string, string | undefined][] = [["name", config.name]];
  for (const { keyword, line } of INSTANCE_SETTINGS) {
    values.push([keyword, argumentOf(keyword, line(config))]);
  }
  values.push(["source", delivery.source], ["auth_type", authentication.kind.toUpperCase()]);
  if (delivery.kind === "multicast") values.push(["multicast group", delivery.group]);
  else {
    for (const { address, minTtl, maxTtl } of delivery.peers) {
      const limits = [minTtl, maxTtl].map((ttl) => ttl ?? "any").join(" to ");
      const isFree = minTtl === undefined && maxTtl === undefined;
      values.push([`unicast_peer ${address}`, isFree ? "" : `TTL ${limits}`]);
    }
  }
  values.push(["dont_track_primary", trackPrimary ? "off" : "on"]);
  for (const tracked of config.trackedInterfaces)
    values.push(trackedValue("track_interface", tracked));
  for (const tracked of config.trackedScripts) values.push(trackedValue("track_script", tracked));
  for (const which of Object.keys(NOTIFICATIONS) as (keyof NotifyCommands)[]) {
    values.push([NOTIFICATIONS[which], notify[which]?.text]);
  }
  return new Map(
    values.flatMap(([keyword, value]) => (value === undefined ? [] : [[keyword, value]])),
  );
}

/** What follows the keyword; `preempt` and `nopreempt` are on and off. */
function argumentOf(keyword: string, line: string | undefined): string | undefined {
  if (line === undefined || line.startsWith(`${keyword} `)) return line?.slice(keyword.length + 1);
  return line === keyword ? "on" : "off";
}

function trackedValue(keyword: string, { name, weight, reverse }: TrackedObject): [string, string] {
  const words = [...(weight === 0 ? [] : [`weight ${weight}`]), ...(reverse ? ["reverse"] : [])];
  return [`${keyword} ${name}`, words.join(" ")];
}

function passwordChange(
  { authentication: before }: InstanceConfig,
  { authentication: after }: InstanceConfig,
): readonly SettingChange[] {
  // Of another kind it is told by auth_type alone.
  const isSame = before.kind !== after.kind || JSON.stringify(before) === JSON.stringify(after);
  return isSame ? [] : [{ keyword: "auth_pass", before: undefined, after: undefined }];
}
