/**
 * A new model for a process that has another one. Of a thousand instances a reload changes a few:
 * those that stay are told by their position in the model that the process has, so that they are
 * neither written nor read, and are the same objects afterwards.
 */
import type { Model } from "../config/model.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { sameConfig } from "../vrrp/reload.ts";

export interface ModelChange extends Omit<Model, "instances"> {
  readonly instances: readonly (InstanceConfig | KeptInstance)[];
}

/** An instance at this position of the model before. */
interface KeptInstance {
  readonly kept: number;
}

/** What turns `before` into `next`. */
export function changeOfModel(before: Model, next: Model): ModelChange {
  const positions = new Map(before.instances.map(({ name }, position) => [name, position]));
  const instances = next.instances.map((instance) => {
    const kept = positions.get(instance.name);
    const former = kept === undefined ? undefined : before.instances[kept];
    const isKept = former !== undefined && sameConfig(former, instance);
    return isKept && kept !== undefined ? { kept } : instance;
  });
  return { ...next, instances };
}

/** The model that `change` was made for, in the process that has `before`. */
export function changedModel(before: Model, change: ModelChange): Model {
  const instances = change.instances.flatMap((each) =>
    "kept" in each ? (before.instances[each.kept] ?? []) : [each],
  );
  return { ...change, instances };
}
