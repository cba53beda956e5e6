/** The sections of SIGUSR1's file about tracked files and processes, in Keepalived's layout. */
import { toSeconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import type { TrackedObject, TrackProcessConfig } from "../track/config.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import type { TrackerSnapshot } from "./state.ts";

type Trackers = readonly TrackerSnapshot[];

export function trackFileLines(model: Model, trackers: Trackers): readonly string[] {
  return model.trackFiles.flatMap((file) => {
    const found = trackers.find(({ kind, name }) => kind === "file" && name === file.name);
    return [
      `Track file = ${file.name}`,
      `  File = ${file.path}`,
      ...(found?.kind === "file" ? [`  Status = ${found.value}`] : []),
      `  Weight = ${file.weight}${file.reverse ? " reverse" : ""}`,
      ...trackingLines(model, file.name, ({ trackedFiles }) => trackedFiles),
    ];
  });
}

export function trackProcessLines(model: Model, trackers: Trackers): readonly string[] {
  return model.trackProcesses.flatMap((process) => {
    const [program, ...parameters] = process.command;
    const found = trackers.find(({ kind, name }) => kind === "process" && name === process.name);
    const { quorumMaximum, parameterMatch } = process;
    const match = parameterMatch === undefined ? "" : ` = ${parameterMatch}`;
    return [
      `VRRP Track process = ${process.name}`,
      `  Process = ${program}`,
      ...(parameters.length === 0 ? [] : [`  Parameters = ${parameters.join(" ")}`]),
      ...(parameters.length === 0 && match === "" ? [] : [`  Param match${match}`]),
      `  Min processes = ${process.quorum}`,
      ...(quorumMaximum === undefined ? [] : [`  Max processes = ${quorumMaximum}`]),
      ...(found?.kind === "process"
        ? [
            `  Current processes = ${found.count}`,
            `  Have quorum = ${String(found.verdict === "good")}`,
          ]
        : []),
      `  Weight = ${process.weight}${process.reverse ? " reverse" : ""}`,
      `  Terminate delay = ${toSeconds(process.terminateDelay).toFixed(6)}s`,
      `  Fork delay = ${toSeconds(process.forkDelay).toFixed(6)}s`,
      `  Fork delay timer ${runs(found, "bad")}`,
      `  Terminate delay timer ${runs(found, "good")}`,
      `  Full command = ${String(comparesCommandLine(process))}`,
      ...trackingLines(model, process.name, ({ trackedProcesses }) => trackedProcesses),
    ];
  });
}

/** A process that has its quorum is about to lose it, one without is about to have it. */
const runs = (found: TrackerSnapshot | undefined, from: "good" | "bad"): string =>
  found?.kind === "process" && found.isTurning && found.verdict === from
    ? "running"
    : "not running";

/** Parameters can only be compared with the whole command line. */
export const comparesCommandLine = ({
  command,
  fullCommand,
  parameterMatch,
}: TrackProcessConfig): boolean =>
  fullCommand || parameterMatch !== undefined || command.length > 1;

export function trackingLines(
  { instances }: Model,
  name: string,
  trackedBy: (instance: InstanceConfig) => readonly TrackedObject[],
): readonly string[] {
  const uses = instances.flatMap((instance) =>
    trackedBy(instance)
      .filter((tracked) => tracked.name === name)
      .map(
        ({ weight, reverse }) =>
          `    ${instance.name}, weight ${weight}${reverse ? " reverse" : ""}`,
      ),
  );
  return uses.length === 0 ? [] : ["  Tracking instances :", ...uses];
}
