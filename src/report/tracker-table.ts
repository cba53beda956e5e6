/** The part of `keepalived status` about tracked files and processes. */
import type { Paint } from "./paint.ts";
import type { TrackerSnapshot } from "./state.ts";
import { renderTable } from "./table.ts";
import type { Cell } from "./table.ts";

type Tracked = Exclude<TrackerSnapshot, { kind: "witness" }>;

const COLUMNS = [
  { title: "TRACKED", align: "left" },
  { title: "NAME", align: "left" },
  { title: "STATUS", align: "left" },
  { title: "OF", align: "left" },
] as const;

export function renderTrackers(trackers: readonly Tracked[], paint: Paint): string {
  const rows = trackers.map((tracker): readonly Cell[] => [
    { text: tracker.kind },
    { text: tracker.name },
    statusOf(tracker, paint),
    { text: tracker.kind === "file" ? tracker.path : tracker.command },
  ]);
  return renderTable(COLUMNS, rows, (text) => paint("bold", text));
}

const TROUBLES = {
  empty: "0 (it is empty)",
  missing: "0 (it does not exist)",
  invalid: "0 (it has no number)",
  outOfRange: "0 (its number is beyond 32 bits)",
  refused: "0 (it is not read)",
} as const;

function statusOf(tracker: Tracked, paint: Paint): Cell {
  if (tracker.kind === "file") {
    const { value, trouble } = tracker;
    return { text: trouble === undefined ? String(value) : TROUBLES[trouble] };
  }
  const { count, verdict, isTurning } = tracker;
  const turning = isTurning ? ", about to change" : "";
  const style = verdict === "good" ? "green" : "red";
  return {
    text: `${verdict}, ${count} running${turning}`,
    paint: (text) => paint(style, text),
  };
}
