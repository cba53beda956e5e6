/** Scripts, and the lines that track something. keepalived.conf(5), track_script. */
import { OWNER, seconds } from "../base/units.ts";
import type { ScriptConfig, TrackedObject } from "../track/config.ts";
import type { BfdDraft } from "./bfd-drafts.ts";
import { related } from "./diagnostics.ts";
import type { GroupTracking, InstanceConfig } from "../vrrp/config.ts";
import type {
  InstanceDraft,
  ScriptDraft,
  SyncGroupDraft,
  TrackedDraft,
  TrackFileDraft,
  TrackProcessDraft,
} from "./drafts.ts";
import { DEFAULT_FILE_WEIGHT } from "./finish-trackers.ts";
import { isMissing, missingInterfaceFix } from "./scope.ts";
import type { Scope } from "./scope.ts";

const DEFAULT_INTERVAL = seconds(1);

/** The script, or undefined when it has nothing to run. */
export function finishScript(draft: ScriptDraft, scope: Scope): ScriptConfig | undefined {
  if (draft.command === undefined) {
    scope.report({
      severity: "error",
      code: "incomplete",
      message: `No script set for vrrp_script ${draft.name.value} - removing`,
      at: draft.name.at,
      fix: "add script with the full path of a program",
    });
    return undefined;
  }
  const interval = draft.interval?.value ?? DEFAULT_INTERVAL;
  const command = draft.command.value;
  return {
    name: draft.name.value,
    command: {
      ...command,
      user: draft.user?.user ?? command.user,
      group: draft.user?.group ?? command.group,
    },
    interval,
    timeout: draft.timeout?.value ?? interval,
    timeoutIsExplicit: draft.timeout !== undefined,
    weight: draft.weight?.value ?? 0,
    reverse: draft.isReversed === true,
    rise: draft.rise?.value ?? 1,
    fall: draft.fall?.value ?? 1,
    startsFailed: draft.startsFailed !== undefined,
  };
}

export type FinishedTracking = Pick<
  InstanceConfig,
  | "trackPrimary"
  | "tracksSource"
  | "trackedInterfaces"
  | "trackedScripts"
  | "trackedProcesses"
  | "trackedFiles"
  | "trackedBfds"
>;

type TrackedKind = TrackedDraft["kind"];
type ByKind = Readonly<Record<TrackedKind, readonly TrackedObject[]>>;

export function finishTracking(draft: InstanceDraft, scope: Scope): FinishedTracking {
  const found: Record<TrackedKind, TrackedObject[]> = {
    ...{ interface: [], script: [], file: [], process: [], bfd: [] },
  };
  const owner = draft.name.value;
  for (const tracked of draft.tracked) {
    if (tracked.kind === "interface") {
      if (isOwnInterface(tracked, draft, scope)) continue;
      checkInterface(tracked, owner, scope);
    } else if (!isDefined(tracked, owner, scope) || !isComplete(tracked, scope)) continue;
    found[tracked.kind].push(finishTracked(tracked, owner, scope));
  }
  const own = forEachKind((kind) => withoutRepeats(found[kind], kind, draft, scope));
  const group = scope.syncGroups.get(owner);
  const all = group === undefined ? own : joinGroupTracking(own, { draft, group }, scope);
  return {
    trackPrimary: draft.ignoresOwnInterface === undefined,
    tracksSource: draft.tracksSource !== undefined,
    trackedProcesses: all.process,
    // An owner's priority never changes, so that only a switch is left of a file.
    trackedFiles: all.file.filter(({ weight }) => weight === 0 || !isOwner(draft)),
    trackedInterfaces: all.interface,
    trackedBfds: all.bfd,
    trackedScripts: all.script,
  };
}

const forEachKind = (make: (kind: TrackedKind) => readonly TrackedObject[]): ByKind => ({
  interface: make("interface"),
  script: make("script"),
  file: make("file"),
  process: make("process"),
  bfd: make("bfd"),
});

const isOwner = ({ priority }: InstanceDraft): boolean => priority?.value === OWNER;

/** keepalived.conf(5): a group's trackers count for each of its members. */
function joinGroupTracking(
  own: ByKind,
  { draft, group }: { readonly draft: InstanceDraft; readonly group: SyncGroupDraft },
  scope: Scope,
): ByKind {
  const shared = group.tracked
    .filter((tracked) => isComplete(tracked, scope))
    .map((tracked) => {
      const finished = finishTracked(tracked, group.name.value, scope);
      const object =
        isOwner(draft) && finished.weight !== 0
          ? withoutWeight(finished, tracked, scope)
          : finished;
      return { kind: tracked.kind, object };
    });
  return forEachKind((kind) => {
    const kept =
      group.keepsWeights === undefined
        ? own[kind].filter((each) => keepsUnweighted(each, kind, draft, scope))
        : own[kind];
    const names = new Set(kept.map(({ name }) => name));
    if (kind === "interface" && draft.interfaceName !== undefined) {
      names.add(draft.interfaceName.value);
    }
    const joined = shared.filter((each) => each.kind === kind && !names.has(each.object.name));
    return [...kept, ...joined.map(({ object }) => object)];
  });
}

/** What a group itself tracks; what is wrong with it is said for its members. */
export function groupTracking(group: SyncGroupDraft, scope: Scope): GroupTracking {
  const silent = { ...scope, report: () => undefined };
  const tracked = group.tracked.filter((each) => isComplete(each, silent));
  const of = (kind: TrackedKind): readonly TrackedObject[] =>
    tracked
      .filter((each) => each.kind === kind)
      .map((each) => finishTracked(each, group.name.value, silent));
  return {
    interfaces: of("interface"),
    scripts: of("script"),
    files: of("file"),
    processes: of("process"),
    bfds: of("bfd"),
  };
}

/** The block that is tracked, as far as it was read; interfaces have none. */
function objectOf(
  { kind, name }: TrackedDraft,
  scope: Scope,
): ScriptDraft | TrackFileDraft | TrackProcessDraft | BfdDraft | undefined {
  switch (kind) {
    case "script":
      return scope.scripts.get(name.value);
    case "file":
      return scope.trackFiles.get(name.value);
    case "process":
      return scope.trackProcesses.get(name.value);
    case "bfd":
      return scope.bfdInstances.get(name.value);
    case "interface":
      return undefined;
  }
}

/** A block without what it is for is reported where it stands, and never tracked. */
function isComplete(tracked: TrackedDraft, scope: Scope): boolean {
  const object = objectOf(tracked, scope);
  if (tracked.kind === "interface") return true;
  return object !== undefined && ["path", "command", "neighbor"].some((key) => key in object);
}

/** Members of a group must agree on the election: weights of their own are dropped. */
function keepsUnweighted(
  tracked: TrackedObject,
  kind: TrackedKind,
  draft: InstanceDraft,
  { report, syncGroups }: Scope,
): boolean {
  if (tracked.weight === 0) return true;
  const at = draft.tracked.find(({ name }) => name.value === tracked.name)?.name.at;
  const group = syncGroups.get(draft.name.value);
  report({
    severity: "warning",
    code: "weight-in-sync-group",
    message: `(${draft.name.value}) ignoring tracked ${kind} ${tracked.name} with weights due to SYNC group`,
    at: at ?? draft.name.at,
    ...related(group?.name.at, "the group it is a member of"),
    fix: "track it in the vrrp_sync_group, or set sync_group_tracking_weight there",
  });
  return false;
}

function withoutWeight(
  finished: TrackedObject,
  { kind, name }: TrackedDraft,
  { report }: Scope,
): TrackedObject {
  report({
    severity: "warning",
    code: "weight-for-owner",
    message: `Cannot have weighted track ${kind} '${name.value}' with member having priority 255 - clearing weight`,
    at: name.at,
  });
  return { ...finished, weight: 0 };
}

const OBJECT_KEYWORD = {
  script: "vrrp_script",
  file: "track_file",
  process: "vrrp_track_process",
  bfd: "bfd_instance",
} as const;

/** Whether a tracked object stands above the block that names it; says so when it does not. */
export function isDefined(tracked: TrackedDraft, owner: string, scope: Scope): boolean {
  if (tracked.kind === "interface") return true;
  const keyword = OBJECT_KEYWORD[tracked.kind];
  const { value, at } = tracked.name;
  const isUsable = tracked.kind !== "script" || scope.scripts.get(value)?.command !== undefined;
  if (tracked.isKnown && isUsable) return true;
  const named = scope.names.get(`${keyword} ${value}`);
  const later = tracked.isKnown ? undefined : named;
  const close = scope.suggest(value, namesOf(keyword, scope));
  const fix =
    later !== undefined
      ? `move ${keyword} ${value} above the block that tracks it`
      : close === undefined
        ? undefined
        : `did you mean ${close}?`;
  scope.report({
    severity: "error",
    code: later === undefined ? "unknown-reference" : "defined-later",
    message: `(${owner}) track ${tracked.kind} ${value} not found, ignoring...`,
    at,
    ...related(named, "the block that defines it"),
    ...(fix === undefined ? {} : { fix }),
  });
  return false;
}

const MAX_NAMES_LOOKED_AT = 1_000;

/** Names of blocks of one kind, for suggestions; the first ones are enough. */
export function* namesOf(keyword: string, scope: Pick<Scope, "names">): Generator<string> {
  const start = `${keyword} `;
  let looked = 0;
  for (const key of scope.names.keys()) {
    looked += 1;
    if (looked > MAX_NAMES_LOOKED_AT) return;
    if (key.startsWith(start)) yield key.slice(start.length);
  }
}

function isOwnInterface(tracked: TrackedDraft, draft: InstanceDraft, scope: Scope): boolean {
  if (tracked.name.value !== draft.interfaceName?.value) return false;
  scope.report({
    severity: "warning",
    code: "track-own-interface",
    message: `(${draft.name.value}) Ignoring track_interface ${tracked.name.value} since own interface`,
    at: tracked.name.at,
    ...related(draft.interfaceName.at, "the interface of the instance"),
    fix: "leave it out: the own interface is tracked unless dont_track_primary is set",
  });
  return true;
}

export function checkInterface(tracked: TrackedDraft, owner: string, scope: Scope): void {
  if (!isMissing(scope, tracked.name.value)) return;
  scope.report({
    severity: "error",
    code: "interface",
    message: `(${owner}) tracked interface ${tracked.name.value} doesn't exist`,
    at: tracked.name.at,
    fix: missingInterfaceFix(scope, tracked.name.value),
  });
}

/** keepalived.conf(5): beyond these a weight is taken back to them. */
const WEIGHT_LIMITS: Readonly<Record<TrackedDraft["kind"], number>> = {
  interface: 253,
  script: 253,
  bfd: 253,
  process: 254,
  file: Number.MAX_SAFE_INTEGER,
};

function finishTracked(tracked: TrackedDraft, owner: string, scope: Scope): TrackedObject {
  const object = objectOf(tracked, scope);
  const fallback = tracked.kind === "file" ? DEFAULT_FILE_WEIGHT : 0;
  const wanted = tracked.weight?.value ?? object?.weight?.value ?? fallback;
  const limit = WEIGHT_LIMITS[tracked.kind];
  const weight = Math.max(-limit, Math.min(limit, wanted));
  if (weight !== wanted && tracked.weight !== undefined) {
    scope.report({
      severity: "warning",
      code: "weight-out-of-range",
      message: `(${owner}) weight for ${tracked.name.value} cannot be +/-254. Setting to +/-253`,
      at: tracked.weight.at,
      fix: `write ${weight}`,
    });
  }
  return {
    name: tracked.name.value,
    weight,
    reverse: tracked.isReversed ?? object?.isReversed === true,
  };
}

function withoutRepeats(
  objects: readonly TrackedObject[],
  kind: TrackedKind,
  draft: InstanceDraft,
  scope: Scope,
): readonly TrackedObject[] {
  const names = new Set<string>();
  return objects.filter(({ name }) => {
    if (!names.has(name)) {
      names.add(name);
      return true;
    }
    const places = draft.tracked.filter(
      (tracked) => tracked.kind === kind && tracked.name.value === name,
    );
    const at = places.at(-1)?.name.at;
    scope.report({
      severity: "warning",
      code: "duplicate",
      message: `(${draft.name.value}) ${name} is tracked twice - ignoring the second one`,
      at: at ?? draft.name.at,
      ...related(places[0]?.name.at, "first tracked here"),
      fix: "remove one of the two",
    });
    return false;
  });
}
