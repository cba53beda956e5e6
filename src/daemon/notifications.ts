/** Which programs hear of a change of state, and with what words. keepalived.conf(5), notify. */
import type { Command } from "../base/command.ts";
import { unreachable } from "../base/failure.ts";
import type {
  GroupNotifyCommands,
  InstanceConfig,
  NotifyCommands,
  SyncGroupConfig,
} from "../vrrp/config.ts";
import type { GroupStateName } from "../vrrp/step.ts";
import type { NotifyState } from "./messages.ts";

/** A command to run with words appended to its own. */
export interface NotifyCall {
  readonly command: Command;
  readonly extra: readonly string[];
}

/** The commands for `state`, the specific one first. */
export function notifyCalls(
  config: Pick<InstanceConfig, "name" | "notify" | "reportsDeleted">,
  state: NotifyState,
  priority: number,
): readonly NotifyCall[] {
  const told = stateTold(config, state);
  const specific = specificCommand(config.notify, told);
  const word = stateWord(told);
  const calls: NotifyCall[] = specific === undefined ? [] : [{ command: specific, extra: [] }];
  if (word !== undefined && config.notify.any !== undefined) {
    const extra = ["INSTANCE", config.name, word, String(priority)];
    calls.push({ command: config.notify.any, extra });
  }
  return calls;
}

/** keepalived.conf(5) notify_deleted: without it a removed instance is reported as faulty. */
export const stateTold = (
  { reportsDeleted }: Pick<InstanceConfig, "reportsDeleted">,
  state: NotifyState,
): NotifyState => (state === "deleted" && !reportsDeleted ? "fault" : state);

/** The commands for a group that comes to `state`; its priority is always told as 0. */
export function groupNotifyCalls(
  { name, notify }: Pick<SyncGroupConfig, "name" | "notify">,
  state: GroupStateName,
): readonly NotifyCall[] {
  if (state === "init") return [];
  const specific = groupCommand(notify, state);
  const calls: NotifyCall[] = specific === undefined ? [] : [{ command: specific, extra: [] }];
  if (notify.any !== undefined) {
    calls.push({ command: notify.any, extra: ["GROUP", name, stateWord(state) ?? "", "0"] });
  }
  return calls;
}

const groupCommand = (
  notify: GroupNotifyCommands,
  state: Exclude<GroupStateName, "init">,
): Command | undefined => (state === "stopped" ? notify.stop : notify[state]);

function specificCommand(notify: NotifyCommands, state: NotifyState): Command | undefined {
  switch (state) {
    case "master":
      return notify.master;
    case "backup":
      return notify.backup;
    case "fault":
      return notify.fault;
    case "stopped":
      return notify.stop;
    case "deleted":
      return notify.deleted;
    case "masterReceivedLowerPriority":
      return notify.masterReceivedLowerPriority;
    case "init":
      return undefined;
    default:
      return unreachable(state);
  }
}

/** The word in a FIFO, which is told of one thing more than the generic script. */
export const fifoWord = (state: NotifyState): string | undefined =>
  state === "masterReceivedLowerPriority" ? "MASTER_RX_LOWER_PRI" : stateWord(state);

/** The word of the generic script; a master that merely heard a lower one has no new state. */
function stateWord(state: NotifyState): string | undefined {
  switch (state) {
    case "master":
      return "MASTER";
    case "backup":
      return "BACKUP";
    case "fault":
      return "FAULT";
    case "stopped":
      return "STOP";
    case "deleted":
      return "DELETED";
    case "masterReceivedLowerPriority":
    case "init":
      return undefined;
    default:
      return unreachable(state);
  }
}
