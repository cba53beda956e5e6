/** `[all] SECS` of garp_extra_if and its older names. */
import { seconds } from "../../base/units.ts";
import type { AnnouncementDraft } from "../drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { integer, refuse } from "./arguments.ts";
import type { ArgumentDescription } from "./arguments.ts";
import type { Context } from "./keyword.ts";

const ONE_DAY = 86_400;

export const EXTRA_GARP: ArgumentDescription = {
  kind: "seconds",
  shape: "[all] SECS",
  unit: "s",
  minimum: 0,
  maximum: ONE_DAY,
  choiceHelp: { all: "On other interfaces too that carry virtual addresses, not on VMACs alone." },
};

export function readExtraGarp(
  draft: AnnouncementDraft,
  found: readonly Word[],
  context: Context,
): void {
  const [first, second] = found;
  if (first === undefined) return;
  const all = first.text === "all";
  const word = all ? second : first;
  if (word === undefined) {
    refuse(context.report, "incomplete", first, "'all' needs the seconds after it");
    return;
  }
  const period = integer(0, ONE_DAY).parse(word, context.report);
  if (period === undefined) return;
  draft.extra = { value: { period: seconds(period), all }, at: spanOf(word) };
}
