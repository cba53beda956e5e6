/** Links between keywords: a keyword named in a sentence leads to where it is described. */
import { allEntries } from "./entries.ts";
import type { Chapter } from "./entries.ts";

export interface Link {
  /** The sentence with keywords as code and linked; `from` is the path it is said of. */
  text(sentence: string, from: string): string;
  /** The same for what may be one bare keyword, an ordinary word elsewhere. */
  name(words: string, from: string): string;
  /** A link to the keyword with this path. */
  to(path: string, from: string): string;
}

interface Place {
  readonly path: string;
  readonly page: string;
  readonly anchor: string;
}

/** Where a name that stands in several blocks most likely means. */
const PREFERRED = ["vrrp_instance", "global_defs", "vrrp_script"];

export function linker(chapters: readonly Chapter[]): Link {
  const byName = new Map<string, Place[]>();
  const byPath = new Map<string, Place>();
  for (const chapter of chapters) {
    const blocks = chapter.block === undefined ? [] : [chapter.block];
    for (const { row, path, anchor, isOption } of [...blocks, ...allEntries(chapter.entries)]) {
      const place = { path, page: chapter.name, anchor };
      byPath.set(path, place);
      if (!isOption) byName.set(row.name, [...(byName.get(row.name) ?? []), place]);
    }
  }
  const find = (name: string, from: string): Place | undefined => {
    const places = byName.get(name) ?? [];
    const blocks = from.split("/").slice(0, -1);
    const around = blocks.map((_, i) => [...blocks.slice(0, blocks.length - i), name].join("/"));
    const wanted = [...around, name, ...PREFERRED.map((other) => `${other}/${name}`)];
    const near = wanted.flatMap((path) => places.filter((place) => place.path === path));
    return near[0] ?? places[0];
  };
  const linked = (name: string, from: string): string => {
    const place = find(name, from);
    if (place === undefined || place.path === from) return `\`${name}\``;
    return `[\`${name}\`](${hrefOf(place, byPath.get(from)?.page)})`;
  };
  const text = (sentence: string, from: string): string =>
    sentence
      .split(/(`[^`]*`)/)
      .map((part) =>
        part.startsWith("`")
          ? part
          : escapeMarkup(part).replaceAll(KEYWORD_IN_TEXT, (name) =>
              byName.has(name) ? linked(name, from) : name,
            ),
      )
      .join("");
  return {
    text,
    name: (words, from) => (byName.has(words) ? linked(words, from) : text(words, from)),
    to: (path, from) => {
      const place = byPath.get(path);
      const name = path.split("/").join(" › ");
      return place === undefined
        ? `\`${name}\``
        : `[\`${name}\`](${hrefOf(place, byPath.get(from)?.page)})`;
    },
  };
}

/** Within a page only the anchor. */
const hrefOf = ({ page, anchor }: Place, here: string | undefined): string =>
  `${page === here ? "" : `${page}.md`}#${anchor}`;

/** Names with an underscore, and a few that cannot be mistaken for English. */
const KEYWORD_IN_TEXT = /\b(?:[a-z]+[0-9]*(?:_[a-z0-9]+)+|nopreempt|delay_loop)\b/g;

const escapeMarkup = (text: string): string => text.replaceAll(/[<>]/g, (c) => `\\${c}`);
