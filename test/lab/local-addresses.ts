/**
 * The addresses of a network namespace, read from /proc of one of its processes: fast enough to be
 * asked a hundred times a second, and nothing runs inside the host for it.
 */
import { readFileSync } from "node:fs";

export function addressesFromProc(pid: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const address of ipv4FromFibTrie(read(`/proc/${pid}/net/fib_trie`))) found.add(address);
  for (const address of ipv6FromIfInet6(read(`/proc/${pid}/net/if_inet6`))) found.add(address);
  return found;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function ipv4FromFibTrie(text: string): readonly string[] {
  const found: string[] = [];
  const pattern = /\|-- (\S+)\n((?:\s+\/.*\n)+)/g;
  for (const [, address = "", kinds = ""] of text.matchAll(pattern)) {
    if (kinds.includes("/32 host LOCAL")) found.push(address);
  }
  return found;
}

/** Without the tentative ones: the kernel does not answer for those yet. */
function ipv6FromIfInet6(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 6 && (parseInt(fields[4] ?? "0", 16) & 0x40) === 0)
    .map((fields) => ipv6Text(fields[0] ?? ""));
}

/** 32 hexadecimal digits as the text of RFC 5952. */
export function ipv6Text(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => parseInt(group, 16).toString(16));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return groups.join(":");
  const head = groups.slice(0, best.start).join(":");
  const tail = groups.slice(best.start + best.length).join(":");
  return `${head}::${tail}`;
}
