/**
 * Services of which nothing but their mistakes is wanted, as by `keepalived -t`: each is finished
 * once it has been read, and forgotten but for what the others are compared with. So of ten
 * thousand services no more than one is in memory.
 */
import type { Command } from "../base/command.ts";
import type { Located, Span } from "./diagnostics.ts";
import type { CheckScope, ServiceScope } from "./finish-server-group.ts";
import { firstScript } from "./finish-services.ts";
import type { Claim } from "./finish-services.ts";
import { finishVirtualServer } from "./finish-virtual-server.ts";
import type { VirtualServerDraft } from "./lvs-drafts.ts";

/** What is left of a service that has been checked. */
export interface CheckedService {
  readonly at: Span;
  /** Undefined when it can do nothing. */
  readonly claim: Claim | undefined;
  /** A script that would run; once one is known, of few others. */
  readonly script: Located<Command> | undefined;
}

export interface ServiceChecks {
  /** Takes the drafts away, and checks those that no other block has a say in. */
  take(drafts: VirtualServerDraft[]): void;
  /** Checks the others; all of them in the order in which they were taken. */
  finish(scope: ServiceScope): readonly CheckedService[];
}

export function createServiceChecks(
  early: Pick<CheckScope, "global" | "names" | "report" | "suggest" | "programExists">,
): ServiceChecks {
  const none: ReadonlyMap<string, never> = new Map<string, never>();
  const scope: ServiceScope = {
    ...early,
    ...{ groups: none, groupNames: none, trackFiles: none, bfdInstances: none },
  };
  const taken: (CheckedService | VirtualServerDraft)[] = [];
  let isScriptKnown = false;
  const check = (draft: VirtualServerDraft, inner: ServiceScope): CheckedService => {
    const { at } = draft;
    const finished = finishVirtualServer(draft, inner);
    const isAsked =
      early.global.scriptSecurity === undefined && (!isScriptKnown || inner !== scope);
    const script = isAsked ? firstScript([draft], inner.programExists) : undefined;
    if (script !== undefined) isScriptKnown = true;
    if (finished === undefined) return { at, claim: undefined, script };
    const { target, protocol, family } = finished;
    return { at, claim: { target, protocol, family }, script };
  };
  return {
    take: (drafts) => {
      for (const draft of drafts.splice(0)) {
        taken.push(standsAlone(draft) ? check(draft, scope) : draft);
      }
    },
    finish: (whole) => taken.map((each) => ("target" in each ? check(each, whole) : each)),
  };
}

/** Whether nothing that other blocks say can be a mistake of the service. */
function standsAlone({ target, realServers }: VirtualServerDraft): boolean {
  return (
    target.kind !== "group" &&
    realServers.every(({ checkers }) =>
      checkers.every(({ kind }) => kind !== "file" && kind !== "bfd"),
    )
  );
}
