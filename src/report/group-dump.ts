/** Sections of the data dump about what instances share: spacing, statics, sockets, sync groups. */
import { toSeconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import type { GarpGroupConfig, SyncGroupConfig } from "../vrrp/config.ts";
import { advertInterface } from "../vrrp/vmac-config.ts";
import { indent, trackedLines } from "./dump-text.ts";
import type { OwnerOf, Section } from "./dump-text.ts";
import { notifyLines, stateWord } from "./instance-dump.ts";
import { renderVirtualAddress } from "./object-text.ts";
import { renderRoute, renderRule } from "./route-text.ts";
import type { InterfaceSnapshot, SocketSnapshot, VrrpSnapshot } from "./state.ts";

/** Interfaces that share the time between announcements, under the number the dump has for them. */
export interface SpacingGroup {
  readonly index: number;
  readonly group: GarpGroupConfig;
}

/** The groups of the file; with settings for all, each other interface that is used has its own. */
export function spacingGroups({ garpGroups, instances, global }: Model): readonly SpacingGroup[] {
  const { arpGap, naGap } = global.dumps.defaults;
  const grouped = new Set(garpGroups.flatMap(({ interfaceNames }) => interfaceNames));
  const used = new Set(instances.flatMap((instance) => advertInterface(instance) ?? []));
  const alone = [...used].filter((name) => !grouped.has(name));
  const isSpaced = arpGap > 0 || naGap > 0;
  return [
    ...garpGroups.map((group, index) => ({ index, group })),
    ...(isSpaced ? alone : []).map((name) => ({
      index: 0,
      group: {
        interfaceNames: [name],
        arpGap: arpGap > 0 ? arpGap : undefined,
        naGap: naGap > 0 ? naGap : undefined,
      },
    })),
  ];
}

/** `Gratuitous ARP delays` and a section for each group. */
export function spacingSections(model: Model): readonly Section[] {
  const groups = spacingGroups(model);
  if (groups.length === 0) return [];
  return [
    ["Gratuitous ARP delays", []],
    ...groups.map(({ index, group }): Section => [
      `GARP delay group ${index}`,
      spacingLines(group),
    ]),
  ];
}

/** When the next one may go is known to the VRRP process alone. */
const NOT_WAITING = "next time 0.000000 (Thu Jan  1 00:00:00.000000)";

function spacingLines({ arpGap, naGap, interfaceNames }: GarpGroupConfig): readonly string[] {
  return [
    ...(arpGap === undefined
      ? []
      : [`GARP interval = ${toSeconds(arpGap)}`, `GARP ${NOT_WAITING}`]),
    ...(naGap === undefined ? [] : [`GNA interval = ${toSeconds(naGap)}`, `GNA ${NOT_WAITING}`]),
    "Interfaces",
    ...interfaceNames.map((name) => ` ${name}`),
  ];
}

const deep = (line: string): string => `    ${line}`;

export function staticSections(
  { statics, trackGroups }: Model,
  links: readonly InterfaceSnapshot[],
): readonly Section[] {
  // They are put on with their interface, and put back when somebody takes them off.
  const present = new Set(links.map(({ name }) => name));
  const addresses = statics.addresses.map((each) =>
    renderVirtualAddress(each, { isSet: present.has(each.interfaceName), isShielded: false }),
  );
  return [
    ["Static Addresses", addresses.map(deep)],
    ["Static Routes", statics.routes.map(renderRoute).map(deep)],
    ["Static Rules", statics.rules.map(renderRule).map(deep)],
    ["Static Track groups", trackGroups.flatMap(trackGroupLines)],
  ];
}

const trackGroupLines = ({ name, members }: Model["trackGroups"][number]): readonly string[] => [
  `Static Track Group = ${name}`,
  ...["VRRP member instances :", ...members.map(indent)].map(indent),
];

export function socketLines(
  sockets: readonly SocketSnapshot[],
  { instances }: Model,
): readonly string[] {
  const ids = new Map(instances.map(({ name, vrid }) => [name, vrid]));
  return sockets.flatMap((socket) => {
    const [receive, send] = socket.descriptors;
    return [
      `fd_in ${receive} fd_out = ${send}`,
      ...[
        `Interface = ${socket.interfaceName ?? "(none)"}`,
        `Family = ${socket.family === "ipv4" ? "IPv4" : "IPv6"}`,
        `Protocol = ${socket.protocol === "ah" ? "AH" : "VRRP"}`,
        `Type = ${socket.group === undefined ? "Unicast" : "Multicast"}`,
        ...(socket.bindAddress === undefined ? [] : [`Address = ${socket.bindAddress}`]),
        `Rx buf size = ${socket.receiveBufferBytes ?? 0}`,
        "VRRP instances",
        ...socket.instances.map((name) => `  ${name} vrid ${ids.get(name) ?? 0}`),
      ].map(indent),
    ];
  });
}

export function syncGroupLines(
  group: SyncGroupConfig,
  snapshot: VrrpSnapshot | undefined,
  ownerOf: OwnerOf,
): readonly string[] {
  const state = snapshot?.syncGroups.find(({ name }) => name === group.name)?.state ?? "init";
  const members = (snapshot?.instances ?? []).filter(({ name }) => group.members.includes(name));
  const having = (isSought: (kind: string) => boolean): number =>
    members.filter(({ faults }) => faults.some(({ kind }) => isSought(kind))).length;
  const inFault = having((kind) => !WAITING.includes(kind) && kind !== "memberFault");
  return [
    `VRRP Sync Group = ${group.name}, ${stateWord(state)}`,
    ...[
      `Num member fault ${inFault}, num member init ${having((kind) => kind === "scriptPending")}`,
      "VRRP member instances :",
      ...group.members.map(indent),
      ...(group.keepsWeights ? ["sync group tracking weight set"] : []),
      `Using smtp notification = ${group.smtpAlert ? "yes" : "no"}`,
      ...trackedLines(group.tracked, "Tracked process"),
      ...notifyLines(group.notify, ownerOf),
    ].map(indent),
  ];
}

const WAITING: readonly string[] = ["scriptPending", "memberPending"];
