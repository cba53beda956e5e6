/** What the commands of planned work say when they are done. */
import { unreachable } from "../base/failure.ts";
import type { ToLocalTime } from "../base/local-time.ts";
import { renderSpan } from "./dates.ts";
import { renderMaintenanceNow } from "./planned-lines.ts";
import type { PlannedResult, Successor } from "./planned-results.ts";

export interface AnswerContext {
  readonly now: number;
  readonly toLocalTime: ToLocalTime;
}

export function renderPlannedResult(result: PlannedResult, context: AnswerContext): string {
  switch (result.kind) {
    case "maintenanceOn": {
      const { order, resigned } = result;
      const whose = order.instance ?? "This node";
      const left =
        resigned.length === 0 ? "" : `It resigned as master of ${resigned.join(", ")}.\n`;
      const end = renderMaintenanceNow(order, context);
      return `${whose} takes no part ${end}.\n${left}${notStoredText(result.notStored)}`;
    }
    case "maintenanceOff": {
      const names = result.ended.map(({ instance }) => instance ?? "this node").join(", ");
      const text = `Maintenance of ${names} is over: it takes part again.\n`;
      return `${text}${notStoredText(result.notStored)}`;
    }
    case "handedOver":
      return result.successors.map(successorText).join("");
    case "takenBack":
      return `Nobody took over ${result.instances.join(", ")} within ${renderSpan(result.afterMs)}: this node has the addresses again. Does a peer run, and hear this node?\n`;
    case "released":
      return `${result.instances.join(", ")}: the priority counts again, and a lower master is preempted.\n`;
    case "restarting":
      return "The program is being replaced.\n";
    default:
      return unreachable(result);
  }
}

const successorText = ({ instance, address, priority, gapMs }: Successor): string =>
  `${instance}: ${address} is master now (priority ${priority}); nobody was for ${renderSpan(gapMs)}. This node holds back until \`keepalived switchover ${instance} --release\`, or until that master is gone.\n`;

const notStoredText = (reason: string | undefined): string =>
  reason === undefined
    ? ""
    : `This could not be written down (${reason}): a daemon that starts anew will not know of it.\n`;

/** A response as it is, with the version of this layout. */
export const renderOrderJson = (response: object): string =>
  `${JSON.stringify({ format: 1, ...response }, null, 2)}\n`;

export interface RestartFacts {
  readonly tookMs: number;
  readonly pid: number;
  readonly version: string;
  readonly masters: readonly string[];
  /** Masters that are not master any more. */
  readonly lost: readonly string[];
}

export function renderRestarted({ tookMs, pid, version, masters, lost }: RestartFacts): string {
  const kept = masters.filter((name) => !lost.includes(name));
  const parts = [`Restarted in ${renderSpan(tookMs)}: version ${version}, still pid ${pid}.\n`];
  if (kept.length > 0) parts.push(`MASTER throughout: ${kept.join(", ")}.\n`);
  if (lost.length > 0) {
    parts.push(
      `Not MASTER any more: ${lost.join(", ")}. See \`keepalived why ${lost[0] ?? ""}\`.\n`,
    );
  }
  return parts.join("");
}

export const renderRestartLost = (socket: string): string =>
  `The program was replaced, but nothing answers at ${socket}: see the log.\n`;
