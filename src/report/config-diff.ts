/** `keepalived config diff`: what a reload would change, in the words of an operator. */
import type {
  ChangedInstance,
  ConfigDifference,
  InstanceDifference,
} from "../inspect/difference.ts";
import type { SettingChange } from "../inspect/setting-changes.ts";
import type { LineChange } from "../inspect/tree-difference.ts";
import type { VirtualAddress } from "../vrrp/config.ts";
import type { Paint } from "./paint.ts";
import { effectOf, effectOfLine, waitText } from "./reload-effects.ts";
import { wrapLabelled } from "./wrap.ts";

export interface DiffOptions {
  readonly before: string;
  readonly after: string;
  /** Errors in the new file: the daemon reloads only what has none. */
  readonly errors: number;
  readonly paint: Paint;
  readonly width: number;
}

/** One thing that changes, with what follows from it. */
interface ToldChange {
  readonly change: string;
  readonly effect: string | undefined;
}

interface Section {
  readonly title: string;
  readonly changes: readonly ToldChange[];
}

interface Interruption {
  readonly what: string;
  /** Undefined is for good. */
  readonly atMost: string | undefined;
  readonly why: string;
}

export function isSame({ instances, others, refusal }: ConfigDifference): boolean {
  return instances.length === 0 && others.length === 0 && refusal === undefined;
}

export function renderDifference(difference: ConfigDifference, options: DiffOptions): string {
  const { before, after, paint, width } = options;
  if (isSame(difference)) return `A reload from ${before} to ${after} changes nothing.\n`;
  const sections = sectionsOf(difference).map(({ title, changes }) =>
    [
      paint("bold", title),
      ...changes.flatMap(({ change, effect }) => [
        `  ${change}`,
        ...(effect === undefined ? [] : wrapLabelled("      ", effect, width)),
      ]),
      "",
    ].join("\n"),
  );
  return [renderSummary(difference, options), ...sections].join("\n");
}

function renderSummary(difference: ConfigDifference, options: DiffOptions): string {
  const { before, after, paint, width } = options;
  const title = paint("bold", `A reload from ${before} to ${after}`);
  const refusal = refusalText(difference, options);
  if (refusal !== undefined) {
    return [
      title,
      ...wrapLabelled("  ", refusal, width).map((line) => paint("red", line)),
      "",
    ].join("\n");
  }
  const interruptions = interruptionsOf(difference);
  if (interruptions.length === 0)
    return `${title}\n  ${paint("green", "Nothing is interrupted.")}\n`;
  const lines = interruptions.flatMap(({ what, atMost, why }) =>
    wrapLabelled(
      "    ",
      `${what}, ${atMost === undefined ? "for good" : `at most ${atMost}`}: ${why}`,
      width,
    ),
  );
  return [
    title,
    `  ${paint("yellow", "Interrupted, where this router is master:")}`,
    ...lines,
    "",
  ].join("\n");
}

function refusalText({ refusal }: ConfigDifference, options: DiffOptions): string | undefined {
  const stays = "The daemon refuses it and goes on as it is";
  if (options.errors > 0) {
    const count = `${options.errors} error${options.errors === 1 ? "" : "s"}`;
    return `${stays}: ${options.after} has ${count}, which \`keepalived check\` shows.`;
  }
  switch (refusal?.kind) {
    case undefined:
      return undefined;
    case "fixed":
      return `${stays}: the ${refusal.setting} changes only with a restart, which gives every address up for a moment.`;
    case "nothingLeft":
      return `${stays}: nothing would be left to run. Stop it instead.`;
  }
}

function interruptionsOf({ instances, others }: ConfigDifference): readonly Interruption[] {
  const gone = others
    .filter(({ kind, what }) => kind === "removed" && what.startsWith("virtual_server "))
    .map(({ what }) => ({ what, atMost: undefined, why: "it is removed" }));
  return [...instances.flatMap(interruptionsBy), ...gone];
}

function interruptionsBy(instance: InstanceDifference): readonly Interruption[] {
  if (instance.kind === "added") return [];
  if (instance.kind === "removed") {
    const why = "it resigns, and its addresses go unless another router has it";
    return [{ what: instance.before.name, atMost: undefined, why }];
  }
  const { after, outcome, addresses } = instance;
  const waits =
    outcome.kind === "goesOn"
      ? []
      : [{ what: after.name, atMost: waitText(outcome.wait), why: whyItWaits(instance) }];
  const lost = addresses.removed.map((each): Interruption => {
    const what = `${addressText(each)} of ${after.name}`;
    return addresses.added.some(({ address }) => address === each.address)
      ? { what, atMost: "a moment", why: "it is taken off and put on again" }
      : { what, atMost: undefined, why: "it is removed" };
  });
  return [...waits, ...lost];
}

function whyItWaits({ kind, outcome }: ChangedInstance): string {
  if (kind === "anew") return "it starts anew, and waits for a master first";
  return outcome.kind === "waitsForCheck"
    ? "it waits for the first result of a check, and then for a master"
    : "it is no longer master";
}

function sectionsOf({ instances, others }: ConfigDifference): readonly Section[] {
  const byBlock = new Map<string, LineChange[]>();
  for (const change of others) {
    const [block = ""] = change.path;
    const known = byBlock.get(block);
    if (known === undefined) byBlock.set(block, [change]);
    else known.push(change);
  }
  const blocks = [...byBlock].map(([block, changes]) => ({
    title: block === "" ? "At the top level" : block,
    changes: changes.map((change) => ({
      change: lineText(change, 1),
      effect: effectOfLine(change),
    })),
  }));
  return [...instances.map(instanceSection), ...blocks];
}

function instanceSection(instance: InstanceDifference): Section {
  if (instance.kind === "added") {
    const { after } = instance;
    const effect = "it starts as backup and waits for a master";
    return { title: after.name, changes: [{ change: "added", effect }] };
  }
  if (instance.kind === "removed") {
    const effect =
      "it resigns, so that another router takes over at once; its addresses are taken off";
    return { title: instance.before.name, changes: [{ change: "removed", effect }] };
  }
  const { kind, before, after, settings, addresses, others } = instance;
  const anew = {
    change: `another virtual router: ${identityText(instance)}`,
    effect: "the old one resigns and this one starts anew; change every router of the group",
  };
  return {
    title: before.name === after.name ? after.name : `${before.name} → ${after.name}`,
    changes: [
      ...(kind === "anew" ? [anew] : []),
      ...settings
        .filter((change) => kind === "goesOn" || !IDENTITY.has(change.keyword))
        .map((change) => ({
          change: settingText(change),
          effect: kind === "anew" ? undefined : effectOf(change, after),
        })),
      ...addressChanges(addresses),
      ...others.map((change) => ({ change: lineText(change, 0), effect: effectOfLine(change) })),
    ],
  };
}

const IDENTITY: ReadonlySet<string> = new Set([
  "virtual_router_id",
  "interface",
  "source",
  "multicast group",
]);

/** What made it another one, in words. */
function identityText({ before, after, settings }: ChangedInstance): string {
  const changed = settings.filter(({ keyword }) => IDENTITY.has(keyword)).map(settingText);
  if (before.family !== after.family) changed.push("another address family");
  if (before.delivery.kind !== after.delivery.kind) {
    changed.push(`${before.delivery.kind} → ${after.delivery.kind}`);
  }
  return changed.join(", ");
}

function addressChanges({ added, removed }: ChangedInstance["addresses"]): readonly ToldChange[] {
  const again = new Set(removed.map(({ address }) => address));
  return [
    ...removed.map((each) => {
      const next = added.find(({ address }) => address === each.address);
      return next === undefined
        ? { change: `${addressText(each)} removed from ${each.interfaceName}`, effect: SAME_LIST }
        : {
            change: `${addressText(each)} on ${each.interfaceName} → ${addressText(next)} on ${next.interfaceName}`,
            effect: "taken off and put on again, and announced",
          };
    }),
    ...added
      .filter(({ address }) => !again.has(address))
      .map((each) => ({
        change: `${addressText(each)} added to ${each.interfaceName}`,
        effect: `announced at once by a master; ${SAME_LIST}`,
      })),
  ];
}

const SAME_LIST = "the other routers need the same list";

const addressText = ({ address, prefixLength }: VirtualAddress): string =>
  `${address}/${prefixLength}`;

function settingText({ keyword, before, after }: SettingChange): string {
  if (before === undefined && after === undefined) return `${keyword} changed`;
  if (after === undefined) return `${keyword} removed`;
  if (before === undefined) return `${`${keyword} ${after}`.trim()} added`;
  return `${keyword} ${shown(before)} → ${shown(after)}`;
}

/** A tracker without a weight has no words of its own. */
const shown = (value: string): string => (value === "" ? "without weight" : value);

function lineText({ path, kind, what, before, after }: LineChange, from: number): string {
  const inside = path.slice(from).map((block) => `${block}: `);
  const change =
    kind !== "changed"
      ? `${what} ${kind}`
      : before === undefined || after === undefined
        ? `${what} changed`
        : `${what} ${before} → ${after}`;
  return `${inside.join("")}${change}`;
}

/** The same for programs. */
export function differenceJson(difference: ConfigDifference, options: DiffOptions): string {
  const refusal = isSame(difference) ? undefined : refusalText(difference, options);
  return `${JSON.stringify(
    {
      changes: !isSame(difference),
      refused: refusal ?? null,
      interruptions: interruptionsOf(difference).map(({ what, atMost, why }) => ({
        what,
        atMost: atMost ?? "for good",
        why,
      })),
      sections: sectionsOf(difference),
    },
    undefined,
    2,
  )}\n`;
}
