/** The lines that say a signal's file is being written. */
import { unreachable } from "../base/failure.ts";
import { info, problem } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

export type DumpKind = "parent" | "data" | "statistics" | "clearStatistics" | "json";

export const printingLine = (kind: DumpKind, pid: number): LogLine =>
  info(`${whatIsPrinted(kind)} for process(${pid}) on signal`);

function whatIsPrinted(kind: DumpKind): string {
  switch (kind) {
    case "parent":
      return "Printing parent data";
    case "data":
      return "Printing VRRP data";
    case "statistics":
      return "Printing VRRP stats";
    case "clearStatistics":
      return "Printing and clearing VRRP stats";
    case "json":
      return "Printing VRRP as json";
    default:
      return unreachable(kind);
  }
}

export const dumpFailedLine = (name: string, reason: string): LogLine =>
  problem(`Cannot write ${name}: ${reason}`);
