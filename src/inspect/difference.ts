/**
 * What a reload from one configuration to another changes: instances matched as the daemon matches
 * them, their values in force, and everything else line by line.
 */
import type { Model } from "../config/model.ts";
import { fixedSetting, givesEverythingUp } from "../config/reload-limits.ts";
import type { InstanceConfig, VirtualAddress } from "../vrrp/config.ts";
import { differenceOf, originsOf } from "../vrrp/reload.ts";
import { INSTANCE_SETTINGS } from "./effective.ts";
import type { ShownLine } from "./flatten.ts";
import { rehearseReload } from "./reload-rehearsal.ts";
import type { Outcome } from "./reload-rehearsal.ts";
import { settingChanges } from "./setting-changes.ts";
import type { SettingChange } from "./setting-changes.ts";
import { settingTree, treeDifference } from "./tree-difference.ts";
import type { LineChange, SettingNode } from "./tree-difference.ts";

/** One side of the comparison. */
export interface Side {
  readonly model: Model;
  readonly lines: readonly ShownLine[];
}

export interface ConfigDifference {
  /** Why the daemon would not take the new configuration in a reload. */
  readonly refusal: Refusal | undefined;
  readonly instances: readonly InstanceDifference[];
  /** Everything but instances. */
  readonly others: readonly LineChange[];
}

export type Refusal =
  { readonly kind: "fixed"; readonly setting: string } | { readonly kind: "nothingLeft" };

export type InstanceDifference =
  | { readonly kind: "added"; readonly after: InstanceConfig }
  | { readonly kind: "removed"; readonly before: InstanceConfig }
  | ChangedInstance;

export interface ChangedInstance {
  /** `anew`: for the daemon it is another virtual router, and the old one is given up. */
  readonly kind: "goesOn" | "anew";
  readonly before: InstanceConfig;
  readonly after: InstanceConfig;
  readonly outcome: Outcome;
  readonly settings: readonly SettingChange[];
  readonly addresses: {
    readonly added: readonly VirtualAddress[];
    readonly removed: readonly VirtualAddress[];
  };
  /** Lines of keywords that the values above do not cover. */
  readonly others: readonly LineChange[];
}

export function differenceBetween(before: Side, after: Side): ConfigDifference {
  const old = settingTree(before.lines);
  const current = settingTree(after.lines);
  return {
    refusal: refusalOf(before.model, after.model),
    instances: instanceDifferences(before.model, after.model, { old, current }),
    others: treeDifference(old.filter(isNoInstance), current.filter(isNoInstance)),
  };
}

const INSTANCE = "vrrp_instance ";
const isNoInstance = ({ text }: SettingNode): boolean => !text.startsWith(INSTANCE);

function refusalOf(before: Model, after: Model): Refusal | undefined {
  if (givesEverythingUp(before, after)) return { kind: "nothingLeft" };
  const setting = fixedSetting(before, after);
  return setting === undefined ? undefined : { kind: "fixed", setting };
}

interface Trees {
  readonly old: readonly SettingNode[];
  readonly current: readonly SettingNode[];
}

function instanceDifferences(
  before: Model,
  after: Model,
  trees: Trees,
): readonly InstanceDifference[] {
  const origins = originsOf(before.instances, after.instances);
  const kept = new Set(origins);
  const gone = new Map(
    before.instances.flatMap((config, i) => (kept.has(i) ? [] : [[config.name, config] as const])),
  );
  const blocksOf = { old: instanceBlocks(trees.old), current: instanceBlocks(trees.current) };
  const outcomes = rehearseReload(before, after);
  const found = after.instances.flatMap((config, i): readonly InstanceDifference[] => {
    const origin = origins[i];
    const same = origin === undefined ? undefined : before.instances[origin];
    const from = same ?? gone.get(config.name);
    if (same === undefined) gone.delete(config.name);
    if (from === undefined) return [{ kind: "added", after: config }];
    const made: ChangedInstance = {
      kind: same === undefined ? "anew" : "goesOn",
      before: from,
      after: config,
      outcome: outcomes[i] ?? { kind: "goesOn" },
      settings: settingChanges(from, config),
      addresses: differenceOf(from, config),
      others: otherLines(blocksOf.old.get(from.name), blocksOf.current.get(config.name)),
    };
    return isChange(made) ? [made] : [];
  });
  const removed = [...gone.values()].map(
    (config) => ({ kind: "removed", before: config }) as const,
  );
  return [...found, ...removed];
}

function isChange({ kind, outcome, settings, addresses, others }: ChangedInstance): boolean {
  const { added, removed } = addresses;
  const changes = settings.length + added.length + removed.length + others.length;
  return kind === "anew" || outcome.kind !== "goesOn" || changes > 0;
}

function instanceBlocks(tree: readonly SettingNode[]): ReadonlyMap<string, SettingNode> {
  return new Map(
    tree.flatMap((node) => {
      const name = node.text.startsWith(INSTANCE) ? node.text.slice(INSTANCE.length) : undefined;
      return name === undefined ? [] : [[name.replace(/^"|"$/g, ""), node] as const];
    }),
  );
}

/** Keywords whose effect is read from the model. */
const COVERED: ReadonlySet<string> = new Set([
  ...INSTANCE_SETTINGS.map(({ keyword }) => keyword),
  "nopreempt",
  "authentication",
  "mcast_src_ip",
  "mcast_dst_ip",
  "unicast_src_ip",
  "unicast_peer",
  "virtual_ipaddress",
  "virtual_ipaddress_excluded",
  "track_interface",
  "track_script",
  "notify",
  "notify_master",
  "notify_backup",
  "notify_fault",
  "notify_stop",
  "notify_deleted",
  "notify_master_rx_lower_pri",
]);

function otherLines(
  before: SettingNode | undefined,
  after: SettingNode | undefined,
): readonly LineChange[] {
  const uncovered = (node: SettingNode | undefined): readonly SettingNode[] =>
    (node?.inside ?? []).filter(({ text }) => !COVERED.has(text.split(" ", 1)[0] ?? ""));
  return treeDifference(uncovered(before), uncovered(after));
}
