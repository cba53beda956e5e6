/**
 * What the service manager is told, and when (sd_notify(3)): a function from what happens to the
 * text of the next message.
 */
import type { Instant } from "../base/units.ts";

export interface ServiceState {
  readonly phase: "starting" | "running" | "reloading" | "stopping";
  /** The last reload was. */
  readonly isRefused: boolean;
  readonly summary: string;
}

export type ServiceEvent =
  /** `mainPid`: not the process that was started, hence not the one that is known. */
  | { readonly kind: "ready"; readonly mainPid: number | undefined }
  | { readonly kind: "reload"; readonly at: Instant }
  | { readonly kind: "reloaded" }
  | { readonly kind: "reloadRefused" }
  | { readonly kind: "summary"; readonly text: string }
  | { readonly kind: "stop" };

export const FIRST_SERVICE_STATE: ServiceState = {
  phase: "starting",
  isRefused: false,
  summary: "",
};

/** The state after an event, and what is to be told at once; undefined is nothing. */
export function stepService(
  state: ServiceState,
  event: ServiceEvent,
): { readonly state: ServiceState; readonly told: string | undefined } {
  const { phase } = state;
  const stays = { state, told: undefined };
  // Nothing takes the end back.
  if (phase === "stopping") return stays;
  switch (event.kind) {
    case "ready": {
      const pid = event.mainPid === undefined ? [] : [`MAINPID=${event.mainPid}`];
      return phase === "starting" ? to({ ...state, phase: "running" }, [...pid, "READY=1"]) : stays;
    }
    case "reload":
      return phase === "starting"
        ? stays
        : to({ ...state, phase: "reloading", isRefused: false }, [
            "RELOADING=1",
            `MONOTONIC_USEC=${event.at}`,
          ]);
    case "reloaded":
      return phase === "reloading" ? to({ ...state, phase: "running" }, ["READY=1"]) : stays;
    case "reloadRefused":
      return phase === "reloading"
        ? to({ ...state, phase: "running", isRefused: true }, ["READY=1"])
        : stays;
    case "summary":
      return { state: { ...state, summary: event.text }, told: undefined };
    case "stop":
      return { state: { ...state, phase: "stopping" }, told: "STOPPING=1\nSTATUS=stopping" };
  }
}

function to(
  state: ServiceState,
  lines: readonly string[],
): { readonly state: ServiceState; readonly told: string } {
  return { state, told: [...lines, ...statusLines(state)].join("\n") };
}

/** The line of status as it should be now; none before there is anything to say. */
export function statusLines({ phase, isRefused, summary }: ServiceState): readonly string[] {
  const parts = [
    ...(phase === "reloading" ? ["reloading"] : []),
    ...(isRefused ? ["the last reload was refused, its reasons are in the log"] : []),
    ...(summary === "" ? [] : [summary]),
  ];
  // A line break would begin another assignment.
  return parts.length === 0 ? [] : [`STATUS=${parts.join(". ").replaceAll("\n", " ")}`];
}
