/** What the `finish` functions share: the rest of the file's settings, and where to complain. */
import type { BfdDraft } from "./bfd-drafts.ts";
import type { LinkNames } from "./finish-vmac.ts";
import type { FileSource } from "./source.ts";
import type { Report, Span } from "./diagnostics.ts";
import type { Suggest } from "./nearest.ts";
import type { RouteNames, RulePreferences } from "./route-names.ts";
import type { Surroundings } from "./surroundings.ts";
import type {
  GlobalDraft,
  InstanceDraft,
  ScriptDraft,
  SyncGroupDraft,
  TrackFileDraft,
  TrackProcessDraft,
} from "./drafts.ts";

export interface Scope {
  readonly global: GlobalDraft;
  readonly scripts: ReadonlyMap<string, ScriptDraft>;
  /** Where files beside the configuration are read. */
  readonly source: FileSource;
  /** The sync group of each instance that is in one, by the instance's name. */
  readonly syncGroups: ReadonlyMap<string, SyncGroupDraft>;
  /** Tracked files, processes and BFD sessions by name. */
  readonly trackFiles: ReadonlyMap<string, TrackFileDraft>;
  readonly trackProcesses: ReadonlyMap<string, TrackProcessDraft>;
  readonly bfdInstances: ReadonlyMap<string, BfdDraft>;
  /** Every named block by `KEYWORD NAME`. */
  readonly names: ReadonlyMap<string, Span>;
  readonly report: Report;
  readonly suggest: Suggest;
  /** Whether an interface exists now; without it existence is not checked. */
  readonly interfaceExists: ((name: string) => boolean) | undefined;
  readonly programExists: (program: string) => boolean;
  readonly surroundings: Surroundings;
  readonly routeNames: RouteNames;
  readonly rulePreferences: RulePreferences;
  readonly linkNames: LinkNames;
}

type Complaint = Omit<Parameters<Report>[0], "message"> & { readonly message: string };

/** Reports about an instance, with its name in front as Keepalived has it. */
export function complain(scope: Scope, draft: InstanceDraft, complaint: Complaint): void {
  scope.report({ ...complaint, message: `(${draft.name.value}) ${complaint.message}` });
}

/** What to do about an interface that does not exist. */
export function missingInterfaceFix(scope: Scope, name: string): string {
  const names = scope.surroundings.interfaceNames?.() ?? [];
  const close = scope.suggest(
    name,
    names.filter((each) => each !== "lo"),
  );
  if (close !== undefined) return `did you mean ${close}?`;
  return "name an interface that `ip link` shows, or set dynamic_interfaces in global_defs";
}

/** Whether an interface that is named must be reported as missing. */
export function isMissing(scope: Scope, name: string): boolean {
  if (scope.global.dynamicInterfaces !== undefined) return false;
  return scope.interfaceExists?.(name) === false;
}
