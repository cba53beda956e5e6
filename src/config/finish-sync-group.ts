/** Sync groups: who is in which, and what a group is told of. keepalived.conf(5), vrrp_sync_group. */
import { OWNER } from "../base/units.ts";
import type { InstanceConfig, SyncGroupConfig } from "../vrrp/config.ts";
import type { RootDraft, SyncGroupDraft } from "./drafts.ts";
import { related } from "./diagnostics.ts";
import type { Report } from "./diagnostics.ts";
import { isMember } from "./finish-later.ts";
import { checkInterface, groupTracking, isDefined } from "./finish-tracking.ts";
import type { Scope } from "./scope.ts";

/** The group of each instance that is named by one; the first group that names it has it. */
export function groupsByMember(
  groups: readonly SyncGroupDraft[],
  report: Report,
): ReadonlyMap<string, SyncGroupDraft> {
  const found = new Map<string, SyncGroupDraft>();
  for (const group of groups) {
    for (const { value, at } of group.members) {
      const other = found.get(value);
      if (other === undefined) found.set(value, group);
      else if (other !== group) {
        report({
          severity: "error",
          code: "duplicate",
          message: `Virtual router ${value} cannot exist in more than one sync group; ignoring ${group.name.value}`,
          at,
          ...related(other.name.at, "the group that has it"),
          fix: "name it in one of the groups",
        });
      }
    }
  }
  return found;
}

/** The groups that have members, checked. */
export function finishSyncGroups(
  root: RootDraft,
  instances: readonly InstanceConfig[],
  scope: Scope,
): readonly SyncGroupConfig[] {
  return root.syncGroups.flatMap((draft) => {
    checkTracked(draft, scope);
    const members = membersOf(draft, scope);
    checkNumber(draft, members.length, scope);
    const running = instances.filter(({ name }) => members.includes(name));
    checkOwners(draft, running, scope);
    return running.length === 0 ? [] : [finishSyncGroup(draft, running, scope)];
  });
}

function finishSyncGroup(
  draft: SyncGroupDraft,
  members: readonly InstanceConfig[],
  scope: Scope,
): SyncGroupConfig {
  const { global } = scope;
  const { notify } = draft;
  return {
    name: draft.name.value,
    members: members.map(({ name }) => name),
    notify: {
      master: notify.master?.value,
      backup: notify.backup?.value,
      fault: notify.fault?.value,
      stop: notify.stop?.value,
      any: notify.any?.value,
    },
    smtpAlert: (draft.smtpAlert ?? global.smtpAlertVrrp ?? global.smtpAlert)?.value === true,
    tracked: groupTracking(draft, scope),
    keepsWeights: draft.keepsWeights !== undefined,
  };
}

function checkTracked(draft: SyncGroupDraft, scope: Scope): void {
  const owner = draft.name.value;
  for (const tracked of draft.tracked) {
    if (tracked.kind === "interface") checkInterface(tracked, owner, scope);
    else isDefined(tracked, owner, scope);
  }
}

/** Names of instances that exist and that no other group has. */
function membersOf(draft: SyncGroupDraft, scope: Scope): readonly string[] {
  const known = draft.members.filter((member) => isMember(member, "sync", draft.name.value, scope));
  const names = known.map(({ value }) => value);
  return [...new Set(names)].filter((name) => scope.syncGroups.get(name) === draft);
}

function checkNumber(draft: SyncGroupDraft, members: number, { report }: Scope): void {
  if (members >= 2) return;
  const owner = draft.name.value;
  report({
    severity: "warning",
    code: members === 0 ? "sync-group-empty" : "sync-group-one-member",
    message:
      members === 0
        ? `Sync group ${owner} has no virtual router(s). removing`
        : `Sync group ${owner} has only 1 virtual router(s) - this probably isn't what you want`,
    at: draft.name.at,
    fix: "name at least two instances in group, or remove the vrrp_sync_group",
  });
}

/** Keepalived: an owner that waits for members that are none is no owner for as long. */
function checkOwners(
  draft: SyncGroupDraft,
  members: readonly InstanceConfig[],
  { report }: Scope,
): void {
  const owners = members.filter(({ priority }) => priority === OWNER).length;
  if (owners === 0 || owners === members.length) return;
  report({
    severity: "warning",
    code: "sync-group-mixed-owners",
    message: `Sync group ${draft.name.value} has some members with priority 255 and some without: the owners wait for the others`,
    at: draft.name.at,
    fix: "give every member priority 255, or none",
  });
}
