/** What the rows about the processes of the daemon fill in. */
import type { Duration } from "../base/units.ts";
import type { ReceiveRoom } from "../vrrp/receive-room.ts";

export interface ProcessDraft {
  /** Seconds. */
  startupTimeout?: number;
  shutdownTimeout?: number;
  keepsSymlinks?: boolean;
  supplementaryGroups?: boolean;
  processors?: readonly number[];
  realTimeLimit?: Duration;
  maximumAutoPriority?: number;
  leastAutoPriorityDelay?: Duration;
  readonly buffers: Record<BufferName, BufferDraft>;
  advertPolicy?: ReceiveRoom["kind"];
  advertBytes?: number;
  bufferedPackets?: number;
  checksReload?: { readonly logFile: string | undefined };
  reloadMarker?: { readonly path: string | undefined };
  reloadTimeFile?: string;
  repeatsReload?: true;
  saveDirectory?: string;
}

export type BufferName = "netlinkCommand" | "netlinkMonitor" | "processMonitor";

export interface BufferDraft {
  bytes?: number;
  force?: boolean;
}

export function createProcessDraft(): ProcessDraft {
  return { buffers: { netlinkCommand: {}, netlinkMonitor: {}, processMonitor: {} } };
}
