/**
 * Advice about a configuration that is accepted and will be regretted: each check takes the drafts
 * with their places and the finished model, and only reports. Nothing here changes the model.
 */
import type { ScriptConfig } from "../track/config.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { checkAddresses } from "./checks/addresses.ts";
import { checkElection } from "./checks/election.ts";
import { checkScripts } from "./checks/scripts.ts";
import { checkWeights } from "./checks/weights.ts";
import type { InstanceDraft, RootDraft } from "./drafts.ts";
import type { Scope } from "./scope.ts";

/** What is read, and what was made of it. */
export interface Finished {
  readonly root: RootDraft;
  readonly scripts: readonly ScriptConfig[];
  readonly instances: readonly InstanceConfig[];
}

/** An instance as it is written and as it runs. */
export interface Pair {
  readonly draft: InstanceDraft;
  readonly config: InstanceConfig;
}

export function giveAdvice(finished: Finished, everywhere: Scope): void {
  const scope = inNamespace(finished.root, everywhere);
  const drafts = new Map(finished.root.instances.map((draft) => [draft.name.value, draft]));
  const pairs = finished.instances.flatMap((config): readonly Pair[] => {
    const draft = drafts.get(config.name);
    return draft === undefined ? [] : [{ draft, config }];
  });
  checkElection(pairs, scope);
  for (const pair of pairs) checkWeights(pair, finished.root, scope);
  checkAddresses(pairs, scope);
  checkScripts(finished, scope);
}

/** What interfaces have now is not known of those in another network namespace. */
function inNamespace(root: RootDraft, scope: Scope): Scope {
  if (root.netNamespace === undefined) return scope;
  return { ...scope, surroundings: { ...scope.surroundings, interfaceAddresses: () => undefined } };
}
