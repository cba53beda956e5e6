/**
 * The files of SIGUSR1 in Keepalived's layout: sections, one blank-pair of indent per level,
 * ` Name = value`. Tools search them, so names stay.
 */
import type { ToLocalTime } from "../base/local-time.ts";
import { toSeconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import type { ScriptConfig } from "../track/config.ts";
import { indent, renderSection } from "./dump-text.ts";
import type { OwnerOf, Section } from "./dump-text.ts";
import { globalLines } from "./global-dump.ts";
import { socketLines, spacingSections, staticSections, syncGroupLines } from "./group-dump.ts";
import { instanceLines } from "./instance-dump.ts";
import { interfaceLines } from "./interface-dump.ts";
import { renderCommandWords } from "./object-text.ts";
import type { TrackerSnapshot, VrrpSnapshot } from "./state.ts";
import { trackFileLines, trackProcessLines, trackingLines } from "./tracker-dump.ts";

/** What the dump says of a check script beside its configuration. */
export interface ScriptFacts {
  readonly status: "unknown" | "good" | "bad";
  readonly result: number;
  readonly isRunning: boolean;
  readonly uid: number;
  readonly gid: number;
}

/** Who runs the scripts of a configuration. */
export interface ScriptOwners {
  readonly ownerOf: OwnerOf;
  /** Of scripts that name nobody; undefined where those are not run. */
  readonly standard: { readonly uid: number; readonly gid: number } | undefined;
}

export const NO_OWNERS: ScriptOwners = { ownerOf: () => undefined, standard: undefined };

export interface DumpFacts {
  readonly model: Model;
  readonly snapshot: VrrpSnapshot | undefined;
  readonly scripts: ReadonlyMap<string, ScriptFacts>;
  readonly owners: ScriptOwners;
  /** What is known of tracked files and processes; nothing before they are followed. */
  readonly trackers: readonly TrackerSnapshot[];
  readonly toLocalTime: ToLocalTime;
}

/** `keepalived_parent.data`: what the file said. */
export const renderParentDump = (model: Model, owners: ScriptOwners): string =>
  renderSection(globalSection(model, "parent", owners));

/** `keepalived.data`: everything the VRRP process knows. */
export function renderDataDump(facts: DumpFacts): string {
  const { model, snapshot, scripts, trackers, owners } = facts;
  const links = snapshot?.interfaces ?? [];
  const sections: readonly Section[] = [
    globalSection(model, "vrrp", owners),
    ...spacingSections(model),
    ...staticSections(model, links),
    ["VRRP Topology", topologyLines(facts)],
    ["VRRP Sockpool", socketLines(snapshot?.sockets ?? [], model)],
    [
      "VRRP Sync groups",
      model.syncGroups.flatMap((group) => syncGroupLines(group, snapshot, owners.ownerOf)),
    ],
    [
      "VRRP Scripts",
      usedScripts(model).flatMap((script) => checkLines(script, scripts.get(script.name), model)),
    ],
    ["VRRP Track files", trackFileLines(model, trackers)],
    ["VRRP Track processes", trackProcessLines(model, trackers)],
    ["Interfaces", links.flatMap((link) => interfaceLines(link, model, links))],
  ];
  return sections
    .filter(([title, lines]) => lines.length > 0 || title === SPACING_TITLE)
    .map(renderSection)
    .join("");
}

/** Stands before its groups with no line of its own. */
const SPACING_TITLE = "Gratuitous ARP delays";

const globalSection = (model: Model, process: "parent" | "vrrp", owners: ScriptOwners): Section => [
  "Global definitions",
  globalLines({
    model,
    process,
    usesFirewall: model.instances.some(({ accept, vmac }) => !accept || vmac.own !== undefined),
    ownerOf: owners.ownerOf,
    scriptOwner: owners.standard,
  }),
];

function topologyLines({ model, snapshot, owners, toLocalTime }: DumpFacts): readonly string[] {
  const states = new Map(snapshot?.instances.map((state) => [state.name, state]));
  const groups = new Map(model.syncGroups.map((group) => [group.name, group]));
  const sockets = new Map(
    snapshot?.sockets.flatMap((socket) => socket.instances.map((name) => [name, socket])),
  );
  return model.instances.flatMap((config) =>
    instanceLines({
      config,
      group: groups.get(config.syncGroup ?? ""),
      state: states.get(config.name),
      socket: sockets.get(config.name),
      links: snapshot?.interfaces ?? [],
      ownerOf: owners.ownerOf,
      toLocalTime,
    }),
  );
}

/** Nothing is said of scripts that nobody tracks: they are not run. */
function usedScripts({ scripts, instances }: Model): readonly ScriptConfig[] {
  const used = new Set(instances.flatMap((i) => i.trackedScripts.map(({ name }) => name)));
  return scripts.filter(({ name }) => used.has(name));
}

const SCRIPT_WORDS = { unknown: "INIT", good: "GOOD", bad: "BAD" } as const;

function checkLines(
  script: ScriptConfig,
  facts: ScriptFacts | undefined,
  model: Model,
): readonly string[] {
  return [
    `VRRP Script = ${script.name}`,
    ...[
      `Command = ${renderCommandWords(script.command)}`,
      `Interval = ${toSeconds(script.interval)} sec`,
      // Zero says that none was chosen: it is the interval then.
      `Timeout = ${script.timeoutIsExplicit ? toSeconds(script.timeout) : 0} sec`,
      `Weight = ${script.weight}${script.reverse ? " reverse" : ""}`,
      `Rise = ${script.rise}`,
      `Fall = ${script.fall}`,
      `Result = ${facts?.result ?? 0}`,
      "Insecure = no",
      // Of no interest once it has run.
      `Init state = ${script.startsFailed && facts?.status === "unknown" ? "failed" : "unknown"}`,
      `Status = ${SCRIPT_WORDS[facts?.status ?? "unknown"]}`,
      ...(facts === undefined ? [] : [`Script uid:gid = ${facts.uid}:${facts.gid}`]),
      "VRRP instances :",
    ].map(indent),
    ...trackingLines(model, script.name, ({ trackedScripts }) => trackedScripts),
    `  State = ${facts?.isRunning === true ? "running" : "idle"}`,
  ];
}
