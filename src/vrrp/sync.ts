/**
 * Sync groups: instances that are master together or not at all. keepalived.conf(5),
 * vrrp_sync_group. Pure functions over the states of a group's members; what they find is told to
 * the members as inputs, and only the members' own machines change their phases.
 */
import type { SyncGroupConfig } from "./config.ts";
import type { FaultCause } from "./events.ts";
import { ownFaults } from "./faults.ts";
import type { InstanceState } from "./state.ts";
import type { GroupOrder, GroupStateName } from "./step.ts";

/** A group with the positions of its members. */
export interface SyncGroup {
  readonly config: SyncGroupConfig;
  readonly members: readonly number[];
}

/** A member's state, and how it was before the step that is being looked at. */
export interface Member {
  readonly position: number;
  readonly name: string;
  readonly state: InstanceState;
  readonly before: InstanceState;
  /** It heard a lower master and forced an election in this step. */
  readonly wasContradicted: boolean;
}

export type Order = readonly [position: number, order: GroupOrder];

/** Faults join: what each member is to take for the fault of the others. */
export function faultOrders(group: string, members: readonly Member[]): readonly Order[] {
  const faulty = members.map((member) => ({ member, cause: sharedCause(group, member) }));
  return members.flatMap((member): readonly Order[] => {
    const others = faulty.filter((each) => each.member !== member && each.cause !== undefined);
    const worst = others.find((each) => each.cause?.kind === "memberFault") ?? others[0];
    const cause = worst?.cause;
    return sameCause(cause, member.state.groupFault)
      ? []
      : [[member.position, { kind: "fault", cause }]];
  });
}

/** What a member's own condition means for the others. */
function sharedCause(group: string, { name, state }: Member): FaultCause | undefined {
  if (state.phase.kind === "stopped") return undefined;
  const own = ownFaults(state);
  if (own.length === 0) return undefined;
  const isPending = own.every(({ kind }) => kind === "scriptPending");
  return { kind: isPending ? "memberPending" : "memberFault", group, member: name };
}

const sameCause = (a: FaultCause | undefined, b: FaultCause | undefined): boolean =>
  a?.kind === b?.kind && JSON.stringify(a) === JSON.stringify(b);

/** Mastership is shared: who must follow whom. */
export function stateOrders(group: string, members: readonly Member[]): readonly Order[] {
  const lost = members.find(
    ({ before, state }) => before.phase.kind === "master" && state.phase.kind === "backup",
  );
  if (lost !== undefined) {
    const { name: member, state } = lost;
    const resigns = state.cause.kind === "addressRemoved";
    return members
      .filter((each) => each.state.phase.kind === "master")
      .map(({ position }) => [position, { kind: "backup", group, member, resigns }]);
  }
  if (isReady(members)) {
    return members
      .filter(({ state }) => state.phase.kind === "backup")
      .map(({ position }) => [position, { kind: "master" }]);
  }
  const contradicted = members.find(({ wasContradicted }) => wasContradicted);
  if (contradicted === undefined) return [];
  return members
    .filter((each) => each !== contradicted && each.state.phase.kind === "master")
    .map(({ position }) => [position, { kind: "reassert" }]);
}

/** All want to be master, and some are not yet. */
function isReady(members: readonly Member[]): boolean {
  const wants = ({ state: { phase } }: Member): boolean =>
    phase.kind === "master" || (phase.kind === "backup" && phase.held !== undefined);
  return members.every(wants) && members.some(({ state }) => state.phase.kind === "backup");
}

/** The state of the group as its notifications have it. */
export function groupState(members: readonly InstanceState[]): GroupStateName {
  const kinds = new Set(members.map(({ phase }) => phase.kind));
  if (kinds.has("fault")) return "fault";
  if (kinds.has("init")) return "init";
  if (kinds.has("backup")) return "backup";
  return kinds.has("master") ? "master" : "stopped";
}
