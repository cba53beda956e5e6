/** The part of `keepalived status` about witnesses: what they say, and when they last said anything. */
import { holderText } from "../track/witness.ts";
import type { WitnessVerdict } from "../track/witness.ts";
import { renderSpan } from "./dates.ts";
import type { Paint, Style } from "./paint.ts";
import type { TrackerSnapshot } from "./state.ts";
import { renderTable } from "./table.ts";
import type { Cell } from "./table.ts";

export type WitnessSnapshot = Extract<TrackerSnapshot, { kind: "witness" }>;

const COLUMNS = [
  { title: "WITNESS OF", align: "left" },
  { title: "KEY", align: "left" },
  { title: "LAST ANSWER", align: "left" },
  { title: "ETCD", align: "left" },
] as const;

const STYLES: Readonly<Record<WitnessVerdict["kind"], Style>> = {
  unknown: "dim",
  free: "cyan",
  held: "green",
  elsewhere: "cyan",
  lapsed: "red",
};

/** `now` is milliseconds since 1970. */
export function renderWitnesses(
  witnesses: readonly WitnessSnapshot[],
  { now, paint }: { readonly now: number; readonly paint: Paint },
): string {
  const rows = witnesses.map(({ name, verdict, answeredAt, urls }): readonly Cell[] => [
    { text: name },
    { text: verdictText(verdict), paint: (text) => paint(STYLES[verdict.kind], text) },
    { text: answeredAt === undefined ? "never" : `${renderSpan(now - answeredAt)} ago` },
    { text: urls.join(" ") },
  ]);
  const table = renderTable(COLUMNS, rows, (text) => paint("bold", text));
  const troubles = witnesses.flatMap(({ name, trouble }) =>
    trouble === undefined ? [] : [`${name}: ${trouble}\n`],
  );
  return [table, ...troubles].join("");
}

function verdictText(verdict: WitnessVerdict): string {
  switch (verdict.kind) {
    case "unknown":
      return "unknown";
    case "free":
      return "nobody's";
    case "held":
      return "ours";
    case "elsewhere":
      return holderText(verdict.holder);
    case "lapsed":
      return "ours no more";
  }
}
