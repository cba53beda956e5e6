/** A group of addresses and marks to its finished form, and what services must know of it. */
import { familyOf } from "../base/address.ts";
import type { Family } from "../base/address.ts";
import type { GroupMember, VirtualServerGroupConfig } from "../lvs/config.ts";
import type { Located, Span } from "./diagnostics.ts";
import type { ServerGroupDraft } from "./lvs-drafts.ts";
import type { Scope } from "./scope.ts";

type AddressMember = Extract<GroupMember, { readonly kind: "addresses" }>;

/** A group as the services that use it need it. */
export interface GroupFacts {
  readonly config: VirtualServerGroupConfig;
  readonly families: ReadonlySet<Family>;
  /** One member for each port that addresses of the group have. */
  readonly byPort: ReadonlyMap<number, AddressMember>;
  readonly marks: number;
}

/** What the finish of a service and of its checks looks at beside their drafts. */
export type CheckScope = Pick<
  Scope,
  "global" | "names" | "trackFiles" | "bfdInstances" | "report" | "suggest" | "programExists"
>;

export interface ServiceScope extends CheckScope {
  readonly groups: ReadonlyMap<string, GroupFacts>;
  /** Groups that stand in the file, whether or not they can be used. */
  readonly groupNames: ReadonlyMap<string, Span>;
}

/** The group, or undefined when it cannot be used. */
export function finishGroup(
  draft: ServerGroupDraft,
  { report }: CheckScope,
): GroupFacts | undefined {
  const name = draft.name.value;
  const members = draft.members.map(({ value }) => value);
  const families = new Set<Family>();
  const byPort = new Map<number, AddressMember>();
  let marks = 0;
  let markWithoutFamily: Located<GroupMember> | undefined;
  for (const member of draft.members) {
    const { value } = member;
    if (value.kind === "mark") {
      marks += 1;
      if (value.family === undefined) markWithoutFamily ??= member;
    } else {
      families.add(familyOf(value.first));
      if (!byPort.has(value.port)) byPort.set(value.port, value);
    }
  }
  if (members.length === 0) {
    report({
      severity: "error",
      code: "incomplete",
      message: `virtual server group ${name} has no entries - removing`,
      at: draft.name.at,
      fix: "add an address or a fwmark",
    });
    return undefined;
  }
  if (families.size > 1 && markWithoutFamily !== undefined) {
    report({
      severity: "error",
      code: "conflict",
      message: `virtual server group ${name} cannot have IPv4, IPv6 and fwmark without family - removing`,
      at: draft.name.at,
      because: markWithoutFamily.at,
      fix: "write inet or inet6 after the fwmark",
    });
    return undefined;
  }
  return { config: { name, members }, families, byPort, marks };
}
