/** Lines about tracked files and processes. Words of Keepalived are kept where it has them. */
import { unreachable } from "../base/failure.ts";
import type { TrackFileConfig } from "../track/config.ts";
import type { FileReading } from "../track/file.ts";
import type { Verdict } from "../track/verdicts.ts";
import { info, notice, problem, warning } from "./log-line.ts";
import type { LogLine } from "./log-line.ts";

type File = Pick<TrackFileConfig, "name" | "path">;

/** Why a file counts as 0 although it does not say so; nothing for a number. */
export function fileWithoutNumberLine(file: File, reading: FileReading): LogLine | undefined {
  const says = `Track file ${file.name}: ${file.path}`;
  switch (reading.kind) {
    case "number":
      return undefined;
    case "missing":
      return notice(`${says} does not exist, which counts as 0`);
    case "empty":
      return notice(`${says} is empty, which counts as 0`);
    case "invalid":
      return warning(`${says} has '${reading.text}', which is no number and counts as 0`);
    case "outOfRange":
      return problem(`${says} has ${reading.text}, which is beyond 32 bits and counts as 0`);
    case "refused":
      return problem(`${says} ${reading.reason}; it counts as 0`);
    default:
      return unreachable(reading);
  }
}

export const fileValueLine = ({ name }: File, value: number): LogLine =>
  info(`Track file ${name} now has the value ${value}`);

export const fileNotMadeLine = ({ name, path }: File, reason: string): LogLine =>
  problem(`Track file ${name}: ${path} cannot be given its first value: ${reason}`);

export const fileNotWatchedLine = ({ name, path }: File, reason: string): LogLine =>
  problem(`Track file ${name}: changes of ${path} cannot be watched: ${reason}`);

export const quorumLine = (name: string, verdict: Verdict): LogLine =>
  verdict === "good"
    ? info(`Quorum gained for tracked process ${name}`)
    : warning(`Quorum lost for tracked process ${name}`);

export const processesLookedForLine = (): LogLine =>
  notice(
    "The kernel tells nothing of processes here (its proc connector answers only outside containers and namespaces): those that are tracked are watched one by one, new ones are found within a second",
  );

export const processEventsLostLine = (): LogLine =>
  notice("Too many processes came and went at once to hear of each: all are looked at again");
