/** What holds for the processes of the daemon: what the file says, else the defaults. */
import { seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import { DEFAULT_BUFFERED_PACKETS, DEFAULT_PROCESS_CONFIG } from "./process-config.ts";
import type {
  AdvertBufferPolicy,
  BufferSize,
  ProcessConfig,
  ReloadConfig,
  SchedulingConfig,
} from "./process-config.ts";
import type { BufferDraft, ProcessDraft } from "./process-drafts.ts";

export function finishProcess(draft: ProcessDraft): ProcessConfig {
  const otherwise = DEFAULT_PROCESS_CONFIG;
  const { netlinkCommand, netlinkMonitor, processMonitor } = draft.buffers;
  return {
    startupTimeout: inSeconds(draft.startupTimeout) ?? otherwise.startupTimeout,
    shutdownTimeout: inSeconds(draft.shutdownTimeout) ?? otherwise.shutdownTimeout,
    keepsSymlinks: draft.keepsSymlinks ?? otherwise.keepsSymlinks,
    supplementaryGroups: draft.supplementaryGroups ?? otherwise.supplementaryGroups,
    scheduling: finishScheduling(draft),
    buffers: {
      netlinkCommand: finishBuffer(netlinkCommand),
      netlinkMonitor: finishBuffer(netlinkMonitor),
      processMonitor: finishBuffer(processMonitor),
      advertPolicy: finishAdvertPolicy(draft),
    },
    reload: finishReload(draft),
    saveDirectory: draft.saveDirectory,
  };
}

const inSeconds = (count: number | undefined): Duration | undefined =>
  count === undefined ? undefined : seconds(count);

function finishScheduling(draft: ProcessDraft): SchedulingConfig {
  const otherwise = DEFAULT_PROCESS_CONFIG.scheduling;
  return {
    processors: draft.processors ?? otherwise.processors,
    realTimeLimit: draft.realTimeLimit,
    autoPriority: {
      maximum: draft.maximumAutoPriority ?? otherwise.autoPriority.maximum,
      leastDelay: draft.leastAutoPriorityDelay ?? otherwise.autoPriority.leastDelay,
    },
  };
}

/** `_force` alone asks for nothing. */
function finishBuffer({ bytes, force = false }: BufferDraft): BufferSize | undefined {
  return bytes === undefined ? undefined : { bytes, force };
}

function finishAdvertPolicy(draft: ProcessDraft): AdvertBufferPolicy | undefined {
  const kind = draft.advertPolicy;
  if (kind === undefined) return undefined;
  return kind === "bytes"
    ? { kind, bytes: draft.advertBytes ?? 0 }
    : { kind, packets: draft.bufferedPackets ?? DEFAULT_BUFFERED_PACKETS };
}

function finishReload(draft: ProcessDraft): ReloadConfig {
  const path = draft.reloadTimeFile;
  return {
    check: draft.checksReload,
    marker: draft.reloadMarker,
    schedule: path === undefined ? undefined : { path, repeats: draft.repeatsReload === true },
  };
}
