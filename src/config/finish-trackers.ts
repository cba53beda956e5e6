/** Tracked files and processes with their defaults. keepalived.conf(5), track_file. */
import { NO_TIME } from "../base/units.ts";
import type { TrackFileConfig, TrackProcessConfig } from "../track/config.ts";
import type { TrackFileDraft, TrackProcessDraft } from "./drafts.ts";

/** What a file's number is multiplied with, where nothing is written. */
export const DEFAULT_FILE_WEIGHT = 1;

/** The file, or undefined without a path, which is reported elsewhere. */
export function finishTrackFile(draft: TrackFileDraft): TrackFileConfig | undefined {
  if (draft.path === undefined) return undefined;
  return {
    name: draft.name.value,
    path: draft.path,
    initial: draft.initial,
    weight: draft.weight?.value ?? DEFAULT_FILE_WEIGHT,
    reverse: draft.isReversed === true,
  };
}

const DEFAULT_QUORUM = 1;

/** What to look for, or undefined without a name, which is reported elsewhere. */
export function finishTrackProcess(draft: TrackProcessDraft): TrackProcessConfig | undefined {
  if (draft.command === undefined) return undefined;
  return {
    name: draft.name.value,
    command: draft.command,
    parameterMatch: draft.parameterMatch,
    fullCommand: draft.isFullCommand === true,
    // keepalived.conf(5): with quorum_max 0 none may run.
    quorum: draft.quorum ?? (draft.quorumMaximum === 0 ? 0 : DEFAULT_QUORUM),
    quorumMaximum: draft.quorumMaximum,
    forkDelay: draft.forkDelay ?? NO_TIME,
    terminateDelay: draft.terminateDelay ?? NO_TIME,
    weight: draft.weight?.value ?? 0,
    reverse: draft.isReversed === true,
  };
}
