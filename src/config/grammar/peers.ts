/** Lines of unicast_peer: `ADDR [min_ttl N] [max_ttl N]`. */
import { parseIpAddress } from "../../base/address.ts";
import type { PeerDraft } from "../drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { integer } from "./arguments.ts";
import type { Context } from "./keyword.ts";
import { optionTable, optionValue, readOptions } from "./options.ts";

export const PEER_OPTIONS = optionTable<PeerDraft>("unicast peer", [
  optionValue(integer(0, 255), {
    name: "min_ttl",
    since: "2.1.0",
    group: "vrrp",
    default: "none",
    help: "Lowest accepted TTL from this peer, implies source check.",
    set: (draft, { value }) => (draft.minTtl = value),
  }),
  optionValue(integer(0, 255), {
    name: "max_ttl",
    since: "2.1.0",
    group: "vrrp",
    default: "none",
    help: "Highest accepted TTL from this peer.",
    set: (draft, { value }) => (draft.maxTtl = value),
  }),
]);

export function readPeer(
  [first, ...rest]: readonly [Word, ...Word[]],
  context: Context,
): PeerDraft | undefined {
  const value = parseIpAddress(first.text);
  if (value === undefined) {
    context.report({
      severity: "error",
      code: "bad-value",
      message: `malformed unicast peer address[${first.text}]`,
      at: spanOf(first),
      fix: "write the IPv4 or IPv6 address of the other router, without a prefix length",
    });
    return undefined;
  }
  const peer: PeerDraft = { address: { value, at: spanOf(first) } };
  readOptions(PEER_OPTIONS, peer, rest, context);
  if (peer.minTtl !== undefined && peer.maxTtl !== undefined && peer.minTtl > peer.maxTtl) {
    const message = `min_ttl ${peer.minTtl} > max_ttl ${peer.maxTtl} - all packets will be discarded`;
    const at = spanOf(first);
    const fix = "write a min_ttl that is not above max_ttl";
    context.report({ severity: "error", code: "conflict", message, at, fix });
  }
  return peer;
}
