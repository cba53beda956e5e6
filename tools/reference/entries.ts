/**
 * The grammar as chapters to be printed: every keyword with its path and anchor, grouped by topic;
 * option words that many blocks share are described once. The manual and the web pages both print
 * from here.
 */
import type { Group, KeywordDescription } from "../../src/config/grammar/keyword.ts";
import { rootGrammar } from "../../src/config/grammar/root.ts";
import { OWN_CHAPTERS, SHARED } from "./shared.ts";
import type { Shared } from "./shared.ts";

export interface Entry {
  /** `vrrp_instance/advert_int`. */
  readonly path: string;
  /** `vrrp_instance-advert_int`: never changes once published. */
  readonly anchor: string;
  readonly row: KeywordDescription;
  readonly inside: Inside;
  /** A word on the line of an item rather than a line of its own. */
  readonly isOption: boolean;
}

export type Inside =
  | { readonly kind: "nothing" }
  | { readonly kind: "described"; readonly entries: readonly Entry[] }
  /** What the keyword with this path takes. */
  | { readonly kind: "as"; readonly path: string }
  /** Chapters of shared keywords or options, and what this block has beyond them. */
  | {
      readonly kind: "shared";
      readonly shared: readonly Shared[];
      readonly entries: readonly Entry[];
    }
  /** It has a chapter of its own. */
  | { readonly kind: "chapter"; readonly name: string };

export interface Chapter {
  /** The name of its page. */
  readonly name: string;
  readonly title: string;
  /** The block it is about; chapters of settings and of shared options have none. */
  readonly block: Entry | undefined;
  readonly shared: Shared | undefined;
  readonly entries: readonly Entry[];
}

/** What describes a keyword whatever block it is in, as one comparable text. */
function keyOf(row: KeywordDescription): string {
  const { name, help, later, instead } = row;
  const shapes = row.arguments.map(({ shape }) => shape);
  const fixed = [name, row.default, help, later, instead, shapes];
  return JSON.stringify([...fixed, row.inside.map(keyOf)]);
}

interface Walk {
  readonly sharedKeys: ReadonlyMap<string, ReadonlySet<string>>;
  /** Where the inside of a block was described first. */
  readonly described: Map<string, string>;
  /** Blocks met that have a chapter of their own. */
  readonly ownChapters: Entry[];
}

/** All chapters, in the order of the manual. */
export function chapters(): readonly Chapter[] {
  const sources = new Map(SHARED.map((shared) => [shared.name, rowsOf(shared)]));
  const walk: Walk = {
    sharedKeys: new Map([...sources].map(([name, rows]) => [name, new Set(rows.map(keyOf))])),
    described: new Map(),
    ownChapters: [],
  };
  const top: Where = { path: "", anchor: "", areOptions: false };
  const root = rootGrammar.keywords.map((row) => entryOf(row, top, walk));
  const isBlock = ({ row }: Entry): boolean => row.block !== undefined;
  const settings: Chapter = {
    name: "top-level",
    title: "Settings at the top level",
    block: undefined,
    shared: undefined,
    entries: root.filter((entry) => !isBlock(entry)),
  };
  const blocks = root
    .filter(isBlock)
    .flatMap((block) => [
      chapterOf(block),
      ...walk.ownChapters
        .filter(({ path }) => path.startsWith(`${block.path}/`))
        .map((inner) => chapterOf(inner)),
    ]);
  const options = SHARED.map((shared): Chapter => {
    const areOptions = rowAt(shared.source)?.block !== "keywords";
    const where: Where = { path: `${shared.source}/`, anchor: `${shared.name}-`, areOptions };
    return {
      name: shared.name,
      title: shared.title,
      block: undefined,
      shared,
      entries: (sources.get(shared.name) ?? []).map((row) => entryOf(row, where, walk)),
    };
  });
  return [settings, ...blocks, ...options.filter(({ entries }) => entries.length > 0)];
}

function chapterOf(block: Entry): Chapter {
  const { name } = block.row;
  return { name, title: name, block, shared: undefined, entries: ownEntries(block) };
}

function rowAt(path: string): KeywordDescription | undefined {
  let rows: readonly KeywordDescription[] = rootGrammar.keywords;
  let found: KeywordDescription | undefined;
  for (const name of path.split("/")) {
    found = rows.find((row) => row.name === name);
    rows = found?.inside ?? [];
  }
  return found;
}

/** The rows of shared options: those of its source, or the ones named. */
function rowsOf({ source, only }: Shared): readonly KeywordDescription[] {
  const rows = rowAt(source)?.inside ?? [];
  return only === undefined ? rows : rows.filter(({ name }) => only.includes(name));
}

/** What stands before the name of a keyword in its path and its anchor. */
interface Where {
  readonly path: string;
  readonly anchor: string;
  readonly areOptions: boolean;
}

function entryOf(row: KeywordDescription, where: Where, walk: Walk): Entry {
  const path = `${where.path}${row.name}`;
  const anchor = `${where.anchor}${row.name}`;
  const isOption = where.areOptions;
  const inside = insideOf(row, { path, anchor }, walk);
  if (!OWN_CHAPTERS.includes(path)) return { path, anchor, row, isOption, inside };
  walk.ownChapters.push({ path, anchor: row.name, row, isOption, inside });
  return { path, anchor, row, isOption, inside: { kind: "chapter", name: row.name } };
}

function insideOf(
  row: KeywordDescription,
  { path, anchor }: { readonly path: string; readonly anchor: string },
  walk: Walk,
): Inside {
  if (row.inside.length === 0) return { kind: "nothing" };
  const within: Where = {
    path: `${path}/`,
    anchor: `${anchor}-`,
    areOptions: row.block !== "keywords",
  };
  const entries = (rows: readonly KeywordDescription[]): readonly Entry[] =>
    rows.map((inner) => entryOf(inner, within, walk));
  const keys = row.inside.map(keyOf);
  const shared = SHARED.filter(({ name }) => {
    const wanted = [...(walk.sharedKeys.get(name) ?? [])];
    return wanted.length > 0 && wanted.every((key) => keys.includes(key));
  });
  if (shared.length > 0) {
    const known = new Set(shared.flatMap(({ name }) => [...(walk.sharedKeys.get(name) ?? [])]));
    return {
      kind: "shared",
      shared,
      entries: entries(row.inside.filter((inner) => !known.has(keyOf(inner)))),
    };
  }
  const key = keys.join("\n");
  const earlier = walk.described.get(key);
  if (earlier !== undefined && earlier !== path) return { kind: "as", path: earlier };
  walk.described.set(key, path);
  return { kind: "described", entries: entries(row.inside) };
}

export function ownEntries({ inside }: Entry): readonly Entry[] {
  return inside.kind === "described" || inside.kind === "shared" ? inside.entries : [];
}

/** Every entry of a chapter, with those inside. */
export function allEntries(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => [entry, ...allEntries(ownEntries(entry))]);
}

interface TopicRule {
  readonly group: Group;
  readonly title: string;
  /** Which names of the group; all of them when left out. */
  readonly names?: RegExp;
}

/** The first rule that fits a keyword says where it stands; the order is that of the page. */
const TOPICS: readonly TopicRule[] = [
  { group: "core", title: "General" },
  { group: "vrrp", title: "Announcements", names: /(^|_)(garp|gna)/ },
  { group: "vrrp", title: "Authentication", names: /^auth/ },
  {
    group: "vrrp",
    title: "How adverts travel",
    names: /unicast|mcast|checksum|^native_ipv6$|^vrf$|_rx_buf/,
  },
  { group: "vrrp", title: "Election and timing" },
  { group: "vip", title: "Addresses" },
  { group: "routes", title: "Routes and rules" },
  { group: "tracking", title: "Tracking" },
  { group: "notify", title: "Notification" },
  { group: "smtp", title: "Mail" },
  { group: "firewall", title: "Firewall" },
  { group: "vmac", title: "Virtual MAC addresses" },
  { group: "lvs", title: "Load balancing" },
  { group: "checker", title: "Health checks" },
  { group: "bfd", title: "BFD" },
  { group: "process", title: "Processes, scripts and files" },
  { group: "snmp", title: "SNMP" },
  { group: "dbus", title: "D-Bus" },
  { group: "syntax", title: "Language" },
];

function topicOf({ group, name }: KeywordDescription): TopicRule | undefined {
  return TOPICS.find((rule) => rule.group === group && (rule.names?.test(name) ?? true));
}

export interface Topic {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** A small chapter is one list; a large one is divided by topic. */
const UNDIVIDED = 16;

/** The entries by topic; what the page is mostly about comes first. */
export function topics(entries: readonly Entry[]): readonly Topic[] {
  const [first] = entries;
  if (first === undefined || entries.length <= UNDIVIDED) return [{ title: "", entries }];
  const opening = topicOf(first.row);
  const rules = [...TOPICS].sort((a, b) => Number(b === opening) - Number(a === opening));
  const found = rules
    .map(({ title }) => ({
      title,
      entries: entries.filter(({ row }) => topicOf(row)?.title === title),
    }))
    .filter((topic) => topic.entries.length > 0);
  return found.length === 1 ? [{ title: "", entries }] : found;
}
