/** What to call the nodes: the shortest part of what was asked for that tells them apart. */

export interface Asked {
  readonly file: string;
  /** The configuration id, where one was given. */
  readonly id: string | undefined;
}

/** One name for each, all different. */
export function nodeNames(asked: readonly Asked[]): readonly string[] {
  const ids = asked.map(({ id }) => id);
  if (areDifferent(ids)) return ids.map((id) => id ?? "");
  const paths = asked.map(({ file }) => file.split("/").filter((part) => part !== ""));
  const longest = Math.max(...paths.map((parts) => parts.length));
  // From the end: lb1.conf and lb2.conf by the file, lb1/keepalived.conf and lb2/… by the directory.
  for (let back = 1; back <= longest; back += 1) {
    const names = paths.map((parts) => parts.at(-back)?.replace(/\.conf$/, ""));
    if (areDifferent(names)) return names.map((name) => name ?? "");
  }
  const whole = asked.map(({ file, id }) => (id === undefined ? file : `${file}@${id}`));
  return areDifferent(whole) ? whole : whole.map((name, i) => `${name} (${i + 1})`);
}

const areDifferent = (names: readonly (string | undefined)[]): boolean =>
  names.every((name) => name !== undefined && name !== "") && new Set(names).size === names.length;
