/**
 * What is compared: the configurations of several nodes, and the virtual routers they form. A node
 * is a file, or one of the hosts that share a file.
 */
import type { LoadedConfig } from "../config/load.ts";
import type { GlobalDraft, InstanceDraft } from "../config/drafts.ts";
import type { InstanceConfig } from "../vrrp/config.ts";

export interface Node {
  /** What the operator calls it: made of the file's name, or the configuration id. */
  readonly name: string;
  readonly loaded: LoadedConfig;
}

/** One node's part in a virtual router. */
export interface Member {
  readonly node: string;
  /** The position of the node among those compared. */
  readonly nodeIndex: number;
  readonly config: InstanceConfig;
  /** As it was written, with places. */
  readonly draft: InstanceDraft;
  readonly global: GlobalDraft;
}

/** The instances of different nodes that are one virtual router; at most one of each node. */
export interface VirtualRouter {
  /** The name of the instance; both names where the nodes have different ones. */
  readonly title: string;
  /** In the order of the nodes. */
  readonly members: readonly [Member, ...Member[]];
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], conjunction: "and" | "or" = "and"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
