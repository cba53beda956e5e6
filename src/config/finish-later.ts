/** Checks of what is parsed now and acts later: track groups, and trackers other than scripts. */
import type { Located } from "./diagnostics.ts";
import type { NamedDraft, RootDraft } from "./drafts.ts";
import { namesOf } from "./finish-tracking.ts";
import type { Scope } from "./scope.ts";

export function checkLater(root: RootDraft, scope: Scope): void {
  for (const group of root.trackGroups) {
    for (const member of group.members) isMember(member, "track", group.name.value, scope);
  }
  for (const file of root.trackFiles) {
    checkEssential(file, `No file set for track_file ${file.name.value} - ignoring`, scope);
  }
  for (const process of root.trackProcesses) {
    const message = `track process '${process.name.value}' process name not specified`;
    checkEssential(process, message, scope);
  }
}

function checkEssential(draft: NamedDraft, message: string, { report }: Scope): void {
  if (draft.essential !== undefined) return;
  report({ severity: "error", code: "incomplete", message, at: draft.name.at });
}

/** Keepalived says nothing of a stranger in a track_group, so there it does not count. */
export function isMember(
  { value, at }: Located<string>,
  kind: "sync" | "track",
  owner: string,
  scope: Scope,
): boolean {
  if (scope.names.has(`vrrp_instance ${value}`)) return true;
  const close = scope.suggest(value, namesOf("vrrp_instance", scope));
  scope.report({
    severity: kind === "sync" ? "error" : "warning",
    code: kind === "sync" ? "unknown-reference" : "ignored",
    message: `Virtual router ${value} specified in ${kind} group ${owner} doesn't exist - ignoring`,
    at,
    ...(close === undefined ? {} : { fix: `did you mean ${close}?` }),
  });
  return false;
}
