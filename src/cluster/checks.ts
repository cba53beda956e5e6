/**
 * What can fail on a node, as facts that are either normal or not: check scripts, interfaces, files,
 * processes and BFD sessions that instances track.
 */
import type { NamedDraft, TrackedDraft } from "../config/drafts.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import type { TrackedObject } from "../track/config.ts";
import type { Member, Node } from "./node.ts";

export type CheckKind = TrackedDraft["kind"];

/** One thing that may go wrong on one node. */
export interface Check {
  readonly kind: CheckKind;
  readonly name: string;
  readonly node: string;
  readonly nodeIndex: number;
  /** `reverse` without a weight: a success is what counts against the instance. */
  readonly isReversed: boolean;
}

export const sameCheck = (a: Check, b: Check): boolean =>
  a.nodeIndex === b.nodeIndex && a.kind === b.kind && a.name === b.name;

/** What the members on one node track, each thing once. */
export function checksOf(members: readonly Member[], node: Node): readonly Check[] {
  const found = new Map<string, Check>();
  const add = (member: Member, kind: CheckKind, { name, weight, reverse }: TrackedObject): void => {
    const key = `${kind} ${name}`;
    if (found.has(key)) return;
    const isReversed = weight === 0 && reverse;
    found.set(key, { kind, name, node: member.node, nodeIndex: member.nodeIndex, isReversed });
  };
  for (const member of members) {
    for (const script of member.config.trackedScripts) add(member, "script", script);
    for (const { kind, object } of otherTracked(member, node)) add(member, kind, object);
    for (const link of member.config.trackedInterfaces) add(member, "interface", link);
    // Alone, the loss of the own interface is the loss of the node; in a sync group it takes others.
    const { interfaceName, syncGroup } = member.config;
    if (interfaceName !== undefined && syncGroup !== undefined) {
      add(member, "interface", { name: interfaceName, weight: 0, reverse: false });
    }
  }
  return [...found.values()];
}

/** The name under which a check other than a script is played out as one. */
export const scriptName = (kind: CheckKind, name: string): string =>
  kind === "script" ? name : `${kind} ${name}`;

/** The instance with files, processes and BFD sessions as scripts: they vote in the same way. */
export function withTracked(member: Member, node: Node): InstanceConfig {
  const others = otherTracked(member, node).map(({ kind, object }) => ({
    ...object,
    name: scriptName(kind, object.name),
  }));
  const trackedScripts = [...member.config.trackedScripts, ...others];
  return { ...member.config, ...PLAYED_AS_SCRIPTS, trackedScripts };
}

/** What must not count a second time. */
const PLAYED_AS_SCRIPTS = { trackedProcesses: [], trackedFiles: [] } as const;

interface OtherTracked {
  readonly kind: CheckKind;
  readonly object: TrackedObject;
}

function otherTracked(member: Member, { loaded: { drafts } }: Node): readonly OtherTracked[] {
  const group = drafts.syncGroups.find(({ members }) =>
    members.some(({ value }) => value === member.config.name),
  );
  // keepalived.conf(5): in a sync group a member's own weights are dropped, unless it says otherwise.
  const keepsWeights = group === undefined || group.keepsWeights !== undefined;
  return [...member.draft.tracked, ...(group?.tracked ?? [])].flatMap(
    (tracked): readonly OtherTracked[] => {
      const { kind, name } = tracked;
      if (kind === "interface" || kind === "script" || !tracked.isKnown) return [];
      const objects: readonly NamedDraft[] =
        kind === "file" ? drafts.trackFiles : kind === "process" ? drafts.trackProcesses : [];
      const defined = objects.find((object) => object.name.value === name.value);
      const weight = tracked.weight?.value ?? defined?.weight?.value ?? (kind === "file" ? 1 : 0);
      const reverse = tracked.isReversed ?? defined?.isReversed === true;
      // What a weighted file adds depends on the number in it.
      if (kind === "file" && weight !== 0) return [];
      const isOwn = member.draft.tracked.includes(tracked);
      if (isOwn && weight !== 0 && !keepsWeights) return [];
      return [{ kind, object: { name: name.value, weight, reverse } }];
    },
  );
}
