/**
 * Whether a switchover can be begun, and who could take over: questions about the state of all
 * instances, asked before anything is changed.
 */
import { familyOf } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import type { InterfaceIndex } from "../base/units.ts";
import type { StateName } from "./events.ts";
import type { InstanceState } from "./state.ts";
import { instanceAt } from "./system-state.ts";
import type { SystemConfig, SystemState } from "./system-state.ts";

/** Why a switchover, or the end of one, is not begun. */
export type SwitchoverRefusal =
  | { readonly kind: "unknownInstance" }
  | { readonly kind: "notMaster"; readonly state: StateName; readonly master: string | undefined }
  /** The sync group could not follow: not all of it is master. */
  | {
      readonly kind: "groupIsSplit";
      readonly group: string;
      readonly member: string;
      readonly state: StateName;
    }
  | { readonly kind: "underWay" }
  | { readonly kind: "noPeerKnown"; readonly instance: string }
  | {
      readonly kind: "noPeerAnswers";
      readonly instance: string;
      readonly peers: readonly IpAddress[];
    }
  /** There is nothing to release. */
  | { readonly kind: "notHeld"; readonly state: StateName };

/** The instances that change together. */
export interface SwitchoverPlan {
  readonly routers: readonly number[];
  readonly names: readonly string[];
}

type Planned =
  | { readonly ok: true; readonly plan: SwitchoverPlan }
  | { readonly ok: false; readonly refusal: SwitchoverRefusal };

/** The instance called `name` and the rest of its sync group, all of which must be master. */
export function planSwitchover(config: SystemConfig, state: SystemState, name: string): Planned {
  const found = together(config, state, name);
  if (found === undefined) return refuse({ kind: "unknownInstance" });
  const { own, members, group } = found;
  const kind = own.phase.kind;
  if (own.hold?.kind === "handing") return refuse({ kind: "underWay" });
  if (kind !== "master") {
    return refuse({ kind: "notMaster", state: kind, master: own.master?.address });
  }
  const other = members.find(({ instance }) => instance.phase.kind !== "master");
  if (other !== undefined && group !== undefined) {
    const { name: member, instance } = other;
    return refuse({ kind: "groupIsSplit", group, member, state: instance.phase.kind });
  }
  return { ok: true, plan: planOf(members) };
}

/** The same for the end of a switchover. */
export function planRelease(config: SystemConfig, state: SystemState, name: string): Planned {
  const found = together(config, state, name);
  if (found === undefined) return refuse({ kind: "unknownInstance" });
  const { members } = found;
  if (members.some(({ instance }) => instance.hold?.kind === "handing")) {
    return refuse({ kind: "underWay" });
  }
  if (members.every(({ instance }) => instance.hold === undefined)) {
    return refuse({ kind: "notHeld", state: found.own.phase.kind });
  }
  return { ok: true, plan: planOf(members) };
}

/** Whom to ask on the link whether it lives, before an instance is handed over. */
export interface PeerQuestion {
  readonly router: number;
  readonly interfaceIndex: InterfaceIndex | undefined;
  readonly source: IpAddress | undefined;
  readonly peers: readonly IpAddress[];
}

/** The peers that have been heard as master, and those that are configured. */
export function questionsFor(
  config: SystemConfig,
  state: SystemState,
  { routers }: SwitchoverPlan,
): readonly PeerQuestion[] {
  return routers.flatMap((router) => {
    const instance = instanceAt(state, router);
    const own = config.routers[router]?.config;
    if (instance === undefined || own === undefined) return [];
    const { delivery, interfaceName } = own;
    const configured = delivery.kind === "unicast" ? delivery.peers.map((p) => p.address) : [];
    const heard = instance.peer === undefined ? [] : [instance.peer.address];
    const { source } = instance.assessment;
    const peers = [...new Set([...heard, ...configured])].filter(
      (peer) => source !== undefined && familyOf(peer) === familyOf(source),
    );
    const interfaceIndex =
      interfaceName === undefined ? undefined : state.network.get(interfaceName)?.index;
    return [{ router, interfaceIndex, source, peers }];
  });
}

interface Member {
  readonly router: number;
  readonly name: string;
  readonly instance: InstanceState;
}

function together(
  config: SystemConfig,
  state: SystemState,
  name: string,
):
  | {
      readonly own: InstanceState;
      readonly members: readonly Member[];
      readonly group: string | undefined;
    }
  | undefined {
  const router = config.routers.findIndex((each) => each.config.name === name);
  const own = instanceAt(state, router);
  if (router < 0 || own === undefined) return undefined;
  const number = config.syncGroupOf.get(router);
  const group = number === undefined ? undefined : config.syncGroups[number];
  const members = (group?.members ?? [router]).flatMap((position): readonly Member[] => {
    const instance = instanceAt(state, position);
    const member = config.routers[position]?.config.name;
    if (instance === undefined || member === undefined) return [];
    return [{ router: position, name: member, instance }];
  });
  return { own, members, group: group?.config.name };
}

const planOf = (members: readonly Member[]): SwitchoverPlan => ({
  routers: members.map(({ router }) => router),
  names: members.map(({ name }) => name),
});

const refuse = (refusal: SwitchoverRefusal): Planned => ({ ok: false, refusal });
