/**
 * An initramfs in the format the kernel unpacks: cpio with the "newc" header
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Uncompressed, since unpacking is the
 * slow part of a boot without hardware help.
 */
export type Entry =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly bytes: Uint8Array;
      readonly mode: number;
    };

const MODES = { directory: 0o040755, link: 0o120777, file: 0o100000 } as const;
const TRAILER = "TRAILER!!!";

/** The archive, with the directories that `entries` lie in. Paths start with a slash. */
export function archive(entries: readonly Entry[]): Buffer {
  const all = withDirectories(entries);
  const chunks = all.flatMap((entry, index) => record(entry, index + 1));
  chunks.push(...rawRecord(TRAILER, { inode: 0, mode: 0, bytes: new Uint8Array(0) }));
  return Buffer.concat(chunks);
}

/** Every directory on the way, before what lies in it; each path once, the first entry wins. */
function withDirectories(entries: readonly Entry[]): readonly Entry[] {
  const found = new Map<string, Entry>();
  const place = (entry: Entry): void => {
    const cut = entry.path.lastIndexOf("/");
    if (cut > 0) {
      const parent = entry.path.slice(0, cut);
      if (!found.has(parent)) place({ kind: "directory", path: parent });
    }
    if (!found.has(entry.path)) found.set(entry.path, entry);
  };
  for (const entry of entries) place(entry);
  return [...found.values()];
}

function record(entry: Entry, inode: number): Buffer[] {
  const name = entry.path.slice(1);
  switch (entry.kind) {
    case "directory":
      return rawRecord(name, { inode, mode: MODES.directory, bytes: new Uint8Array(0) });
    case "link":
      return rawRecord(name, { inode, mode: MODES.link, bytes: Buffer.from(entry.target) });
    case "file":
      return rawRecord(name, { inode, mode: MODES.file | entry.mode, bytes: entry.bytes });
  }
}

function rawRecord(
  name: string,
  file: { readonly inode: number; readonly mode: number; readonly bytes: Uint8Array },
): Buffer[] {
  const { inode, mode, bytes } = file;
  const nameBytes = Buffer.from(`${name}\0`);
  const links = 1;
  const fields = [inode, mode, 0, 0, links, 0, bytes.length, 0, 0, 0, 0, nameBytes.length, 0];
  const header = `070701${fields.map(hex).join("")}`;
  const head = Buffer.concat([Buffer.from(header), nameBytes]);
  return [head, padding(head.length), Buffer.from(bytes), padding(bytes.length)];
}

const hex = (value: number): string => value.toString(16).padStart(8, "0");

/** Up to the next multiple of four. */
const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);
