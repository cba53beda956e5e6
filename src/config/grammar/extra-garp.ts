/** `[all] SECS` of garp_extra_if and its older names. */
import type { Word } from "../words.ts";
import { integer, refuse } from "./arguments.ts";
import type { ArgumentDescription } from "./arguments.ts";
import type { Context } from "./keyword.ts";

export const EXTRA_GARP_LATER = "no periodic announcements are sent on other interfaces";

const ONE_DAY = 86_400;

export const EXTRA_GARP: ArgumentDescription = {
  kind: "seconds",
  shape: "[all] SECS",
  unit: "s",
  minimum: 0,
  maximum: ONE_DAY,
  choiceHelp: { all: "On other interfaces too that carry virtual addresses, not on VMACs alone." },
};

export function checkExtraGarp(found: readonly Word[], context: Context): void {
  const [first, second] = found;
  if (first === undefined) return;
  const seconds = first.text === "all" ? second : first;
  if (seconds === undefined) {
    refuse(context.report, "incomplete", first, "'all' needs the seconds after it");
  } else integer(0, ONE_DAY).parse(seconds, context.report);
}
