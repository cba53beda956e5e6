/** What holds for the processes of the daemon: what the file says, else the defaults. */
import type { Located } from "./diagnostics.ts";
import { seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import { DEFAULT_BUFFERED_PACKETS, DEFAULT_PROCESS_CONFIG } from "./process-config.ts";
import type {
  BufferSize,
  ProcessConfig,
  ReloadConfig,
  SchedulingConfig,
} from "./process-config.ts";
import type { BufferDraft, ProcessDraft } from "./process-drafts.ts";
import type { ReceiveRoom } from "../vrrp/receive-room.ts";

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
      advertPolicy: finishReceiveRoom(undefined, draft),
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

/** Of an instance: its own kernel_rx_buf_size, else vrrp_rx_bufs_policy. */
export function finishReceiveRoom(
  own: Located<number> | undefined,
  draft: ProcessDraft,
): ReceiveRoom | undefined {
  if (own !== undefined && own.value > 0) return { kind: "bytes", bytes: own.value };
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
