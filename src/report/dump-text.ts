/** Small pieces of text that the sections of the data dump share. */
import type { Command } from "../base/command.ts";
import { toSeconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { TrackedObject } from "../track/config.ts";

/** Who runs a command; undefined where it is not run. */
export type OwnerOf = (
  command: Command,
) => { readonly uid: number; readonly gid: number } | undefined;

/** A section before it is text: its lines begin with a blank each. */
export type Section = readonly [title: string, lines: readonly string[]];

export const renderSection = ([title, lines]: Section): string =>
  [`------< ${title} >------`, ...lines.map((line) => ` ${line}`), ""].join("\n");

export const indent = (line: string): string => `  ${line}`;

export const wholeSeconds = (span: Duration): number => Math.floor(toSeconds(span));

export const enabled = (is: boolean): string => (is ? "enabled" : "disabled");

/** `'/bin/script' 'argument', uid:gid 0:0`. */
export function renderOwned(
  command: Command,
  ownerOf: OwnerOf,
  further: readonly string[] = [],
): string {
  const words = [...command.argv, ...further].map((word) => `'${word}'`).join(" ");
  const owner = ownerOf(command);
  return owner === undefined ? words : `${words}, uid:gid ${owner.uid}:${owner.gid}`;
}

/** `NAME weight W reverse`, with a comma where Keepalived has one. */
export const renderTracked = (
  { name, weight, reverse }: TrackedObject,
  separator: "" | ",",
): string => `${name}${separator} weight ${weight}${reverse ? " reverse" : ""}`;

/** What an instance or a sync group tracks, in the order of the dump. */
export interface TrackedByKind {
  readonly interfaces: readonly TrackedObject[];
  readonly scripts: readonly TrackedObject[];
  readonly files: readonly TrackedObject[];
  readonly processes: readonly TrackedObject[];
  readonly bfds: readonly TrackedObject[];
}

/** The blocks `Tracked interfaces :` and so on; a sync group says `Tracked process :`. */
export function trackedLines(tracked: TrackedByKind, processTitle: string): readonly string[] {
  const block = (
    title: string,
    objects: readonly TrackedObject[],
    separator: "" | ",",
  ): readonly string[] =>
    objects.length === 0
      ? []
      : [`${title} :`, ...objects.map((each) => indent(renderTracked(each, separator)))];
  return [
    ...block("Tracked interfaces", tracked.interfaces, ""),
    ...block("Tracked scripts", tracked.scripts, ""),
    ...block("Tracked files", tracked.files, ","),
    ...block(processTitle, tracked.processes, ","),
    ...block("Tracked BFDs", tracked.bfds, ","),
  ];
}
