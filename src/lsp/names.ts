/** Names that blocks have and other lines use: scripts, instances, files, groups, BFD sessions. */
import type { Entry, Outline, PlacedWord } from "./outline.ts";

export type NameKind =
  | "instance"
  | "script"
  | "process"
  | "file"
  | "bfd"
  | "sync group"
  | "track group"
  | "server group";

/** The blocks of the top level that have a name. */
const DEFINED_BY: ReadonlyMap<string, NameKind> = new Map([
  ["vrrp_instance", "instance"],
  ["vrrp_script", "script"],
  ["vrrp_track_process", "process"],
  ["track_file", "file"],
  ["vrrp_track_file", "file"],
  ["bfd_instance", "bfd"],
  ["vrrp_sync_group", "sync group"],
  ["track_group", "track group"],
  ["virtual_server_group", "server group"],
]);

/** The blocks whose lines begin with a name. */
const LISTED_IN: ReadonlyMap<string, NameKind> = new Map([
  ["track_script", "script"],
  ["track_process", "process"],
  ["track_bfd", "bfd"],
  ["track_file", "file"],
  ["group", "instance"],
]);

/** The keywords whose argument is a name, with the block they are in. */
const NAMED_BY: ReadonlyMap<string, NameKind> = new Map([
  ["FILE_CHECK track_file", "file"],
  ["BFD_CHECK name", "bfd"],
]);

export interface NameUse {
  readonly kind: NameKind;
  readonly word: PlacedWord;
  readonly role: "definition" | "use";
  /** The whole block, for a definition. */
  readonly entry: Entry;
}

/** Every name in a file, in order. */
export function namesIn({ entries }: Outline): readonly NameUse[] {
  const found: NameUse[] = [];
  const visit = (entry: Entry, path: readonly string[]): void => {
    for (const [index, word] of entry.words.entries()) {
      const use = nameAt(path, entry.words, index);
      if (use !== undefined) found.push({ ...use, word, entry });
    }
    const inner = [...path, entry.words[0].text];
    for (const child of entry.block?.entries ?? []) visit(child, inner);
  };
  for (const entry of entries) visit(entry, []);
  return found;
}

/** What name the word at `index` is, or would be; `path` has the keywords of the blocks around. */
export function nameAt(
  path: readonly string[],
  words: readonly PlacedWord[],
  index: number,
): Pick<NameUse, "kind" | "role"> | undefined {
  const keyword = words[0]?.text ?? "";
  if (path.length === 0 && index === 1) {
    const kind = DEFINED_BY.get(keyword);
    if (kind !== undefined) return { kind, role: "definition" };
  }
  const kind = usedKind(path, words, index);
  return kind === undefined ? undefined : { kind, role: "use" };
}

function usedKind(
  path: readonly string[],
  words: readonly PlacedWord[],
  index: number,
): NameKind | undefined {
  const owner = path.at(-1) ?? "";
  const keyword = words[0]?.text ?? "";
  const before = words[index - 1]?.text;
  // A track_file at the top has keywords inside, one deeper has names.
  const listed = path.length > 1 ? LISTED_IN.get(owner) : undefined;
  if (listed !== undefined && (index === 0 || owner === "group")) return listed;
  if (index === 0) return undefined;
  if (before === "track_group" && owner !== "" && index > 1) return "track group";
  if (keyword === "lvs_sync_daemon" && index > 1) {
    const isDirect = index === 2 && words[index]?.text !== "inst";
    return before === "inst" || isDirect ? "instance" : undefined;
  }
  if (keyword === "virtual_server" && before === "group" && index === 2) return "server group";
  return index === 1 ? NAMED_BY.get(`${owner} ${keyword}`) : undefined;
}
