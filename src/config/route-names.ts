/**
 * Names of tables, protocols, scopes, realms, groups and DSFIELD values, as iproute2 keeps them in
 * its files: what is in `/etc` wins over what the distribution brings, and both over what is known
 * without any file.
 */
import type { Family } from "../base/address.ts";
import { resolveFrom } from "./source.ts";
import type { FileSource } from "./source.ts";

/** What the next rule without a preference gets; they count down, for each family. */
export type RulePreferences = Record<Family, number>;

/** Keepalived's first. */
const FIRST_PREFERENCE = 16_384;

export const rulePreferences = (): RulePreferences => ({
  ipv4: FIRST_PREFERENCE,
  ipv6: FIRST_PREFERENCE,
});

export type NameKind = "table" | "protocol" | "scope" | "realm" | "group" | "dsfield";

/** Numbers by name; a word that is a number needs no file. */
export interface RouteNames {
  /** The number of a word within 0 and `maximum`, or undefined. */
  numberOf(kind: NameKind, word: string, maximum: number): number | undefined;
}

interface NameFile {
  readonly file: string;
  readonly known: Readonly<Record<string, number>>;
}

const FILES: Readonly<Record<NameKind, NameFile>> = {
  table: { file: "rt_tables", known: { unspec: 0, default: 253, main: 254, local: 255 } },
  protocol: {
    file: "rt_protos",
    known: {
      ...{ unspec: 0, redirect: 1, kernel: 2, boot: 3, static: 4, gated: 8, ra: 9, mrt: 10 },
      ...{ zebra: 11, bird: 12, dnrouted: 13, xorp: 14, ntk: 15, dhcp: 16, keepalived: 18 },
      ...{ babel: 42, openr: 99, bgp: 186, isis: 187, ospf: 188, rip: 189, eigrp: 192 },
    },
  },
  scope: { file: "rt_scopes", known: { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } },
  realm: { file: "rt_realms", known: { unknown: 0 } },
  group: { file: "group", known: { default: 0 } },
  dsfield: { file: "rt_dsfield", known: { default: 0 } },
};

const DISTRIBUTION_DIRECTORIES: readonly string[] = ["/usr/lib/iproute2", "/usr/share/iproute2"];
const LOCAL_DIRECTORY = "/etc/iproute2";

export interface NameDirectories {
  /** iproute_usr_dir */
  readonly distribution: string | undefined;
  /** iproute_etc_dir */
  readonly local: string | undefined;
}

/** Reads a file when the first name of its kind is asked for. */
export function routeNames(source: FileSource, directories: NameDirectories): RouteNames {
  const read = new Map<NameKind, ReadonlyMap<string, number>>();
  const { distribution, local } = directories;
  const places = [
    ...(distribution === undefined ? DISTRIBUTION_DIRECTORIES : [distribution]),
    local ?? LOCAL_DIRECTORY,
  ];
  return {
    numberOf: (kind, word, maximum) => {
      const written = numberIn(word);
      if (written !== undefined) return written <= maximum ? written : undefined;
      const names = read.get(kind) ?? readNames(source, places, FILES[kind]);
      read.set(kind, names);
      const named = names.get(word);
      return named !== undefined && named <= maximum ? named : undefined;
    },
  };
}

/** Decimal or, with 0x, hexadecimal. */
export function numberIn(word: string): number | undefined {
  return /^(0x[0-9a-f]+|[0-9]+)$/i.test(word) ? Number(word) : undefined;
}

function readNames(
  source: FileSource,
  directories: readonly string[],
  { file, known }: NameFile,
): ReadonlyMap<string, number> {
  const names = new Map(Object.entries(known));
  for (const directory of directories) {
    const parts = source.glob(resolveFrom(directory, `${file}.d/*.conf`));
    for (const path of [resolveFrom(directory, file), ...parts]) {
      const text = source.read(path);
      if (text.ok) addNames(names, text.value);
    }
  }
  return names;
}

/** Lines of a number and a name; `#` begins a comment. */
function addNames(names: Map<string, number>, text: string): void {
  for (const line of text.split("\n")) {
    const [number = "", name = ""] = line.replace(/#.*/, "").trim().split(/\s+/);
    const value = numberIn(number);
    if (value !== undefined && name !== "") names.set(name, value);
  }
}
