/**
 * `restart --keep`: the VRRP process leaves without resigning, and another program takes the place
 * of this one in the same process, told what it needs to go on. Everything that could keep it from
 * going on is looked at before anything is changed.
 */
import { seconds, toMilliseconds } from "../base/units.ts";
import type { Priority } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import { fixedSetting } from "../config/reload-limits.ts";
import type { RestartRefusal } from "../report/planned-results.ts";
import type { InstanceSnapshot, VrrpSnapshot } from "../report/state.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { differenceOf } from "../vrrp/reload.ts";
import { masterDownInterval } from "../vrrp/timing.ts";
import type { LoadedConfiguration } from "./supervisor-parts.ts";

/** How soon a peer may take over where a restart is still safe. */
export const LEAST_MASTER_DOWN = seconds(1);
/** The priority of a router that waits least without owning the address. */
const QUICKEST_RIVAL = 254 as Priority;

export interface RestartFacts {
  /** What runs. */
  readonly model: Model;
  /** What the file says now. */
  readonly loaded: LoadedConfiguration;
  readonly configFile: string;
  readonly snapshot: VrrpSnapshot | undefined;
  /** -V. */
  readonly keepAddresses: boolean;
}

/** Why the addresses could not be kept; undefined when they can. */
export function restartRefusal(facts: RestartFacts): RestartRefusal | undefined {
  const { model, loaded, configFile, snapshot, keepAddresses } = facts;
  const errors = loaded.lines.filter(({ level }) => level === "error");
  if (loaded.startVerdict !== undefined || loaded.errors > 0) {
    const text = errors[0]?.text ?? loaded.lines[0]?.text ?? "it has errors";
    return { kind: "configuration", file: configFile, text };
  }
  const setting = fixedSetting(model, loaded.model);
  if (setting !== undefined) return { kind: "fixedSetting", setting };
  if (model.instances.length === 0) return undefined;
  if (snapshot === undefined) return { kind: "notRunning" };
  const masters = snapshot.instances.filter(({ state }) => state === "master");
  if (masters.length > 0 && keepAddresses) return { kind: "keepsAddresses" };
  const handing = snapshot.instances.find(({ hold }) => hold === "handing");
  if (handing !== undefined) return { kind: "switchover", instance: handing.name };
  for (const master of masters) {
    const refusal = refusalFor(master, model, loaded.model);
    if (refusal !== undefined) return refusal;
  }
  return splitGroup(loaded.model, new Set(masters.map(({ name }) => name)));
}

/** Whether a new program would find and keep what this master holds. */
function refusalFor(
  { name }: InstanceSnapshot,
  running: Model,
  next: Model,
): RestartRefusal | undefined {
  const now = running.instances.find((instance) => instance.name === name);
  const then = next.instances.find((instance) => instance.name === name);
  if (now === undefined) return undefined;
  if (then === undefined) return { kind: "changed", instance: name, what: "no such instance" };
  if (now.lease === undefined || then.lease === undefined) {
    return { kind: "noLease", instance: name };
  }
  const down = masterDownInterval(now, QUICKEST_RIVAL, now.advertInterval);
  if (down < LEAST_MASTER_DOWN) {
    return { kind: "tooQuick", instance: name, downMs: Math.round(toMilliseconds(down)) };
  }
  const what = changeOf(now, then);
  return what === undefined ? undefined : { kind: "changed", instance: name, what };
}

/** What differs of what a new program must recognise, in words. */
function changeOf(now: InstanceConfig, then: InstanceConfig): string | undefined {
  const { added, removed } = differenceOf(now, then);
  if (added.length + removed.length > 0) return "other addresses";
  if (now.vrid !== then.vrid || now.family !== then.family) return "another virtual router";
  if (now.version !== then.version) return "another VRRP version";
  if (now.interfaceName !== then.interfaceName || !isSame(now.vmac, then.vmac)) {
    return "another interface";
  }
  if (!isSame(now.authentication, then.authentication)) return "another authentication";
  return now.lease === then.lease ? undefined : "another vip_lease";
}

const isSame = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A sync group goes on as a whole. */
function splitGroup(next: Model, masters: ReadonlySet<string>): RestartRefusal | undefined {
  const split = next.syncGroups.find(({ members }) => {
    const count = members.filter((member) => masters.has(member)).length;
    return count > 0 && count < members.length;
  });
  return split === undefined ? undefined : { kind: "splitGroup", group: split.name };
}

/** For the first VRRP process of the new program, which is no start to be put off. */
export function withoutStartupDelays(model: Model): Model {
  const none = seconds(0);
  return { ...model, global: { ...model.global, startupDelay: none, delayAfterBoot: none } };
}
