/** `lvs_method NAT|DR|TUN [type T] [port N] [CHECKSUM]`, wherever it may stand. */
import type { Forwarding, Tunnel, TunnelChecksum } from "../../lvs/config.ts";
import type { Located } from "../diagnostics.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { choice, integer, refuse } from "./arguments.ts";
import type { ArgumentDescription } from "./arguments.ts";
import type { Context, Keyword } from "./keyword.ts";
import { optionFlag, optionTable, optionValue, readOptions } from "./options.ts";
import { words } from "./rows.ts";

interface TunnelDraft {
  type?: Located<"ipip" | "gue" | "gre">;
  port?: Located<number>;
  checksum?: Located<TunnelChecksum>;
  isSpoiled?: boolean;
}

const PORT = integer(1, 65_535);

const checksum = (
  name: string,
  kind: TunnelChecksum,
  help: string,
): ReturnType<typeof optionFlag<TunnelDraft>> =>
  optionFlag({
    name,
    since: "2.0.18",
    group: "lvs",
    default: kind === "none" ? "yes" : "off",
    help,
    set: (draft, word) => (draft.checksum = { value: kind, at: spanOf(word) }),
  });

const TUNNEL_OPTIONS = optionTable<TunnelDraft>("lvs_method", [
  optionValue(choice("ipip", "gue", "gre"), {
    name: "type",
    since: "2.0.18",
    group: "lvs",
    default: "ipip",
    help: "Kind of tunnel.",
    set: (draft, value) => (draft.type = value),
    spoil: (draft) => (draft.isSpoiled = true),
  }),
  optionValue(PORT, {
    name: "port",
    since: "2.0.18",
    group: "lvs",
    default: "none, gue needs one",
    help: "UDP port of a gue tunnel.",
    set: (draft, value) => (draft.port = value),
    spoil: (draft) => (draft.isSpoiled = true),
  }),
  checksum("nocsum", "none", "No checksum in the tunnel's header."),
  checksum("csum", "full", "A checksum in the tunnel's header, for gue and gre."),
  checksum("remcsum", "remote", "Checksum offload at the far end, for gue."),
]);

const METHOD: ArgumentDescription = {
  kind: "method",
  shape: "NAT|DR|TUN [type ipip|gue port N|gre] [nocsum|csum|remcsum]",
  choiceHelp: {
    NAT: "Addresses are translated, and answers come back this way.",
    DR: "The frame goes to the server as it is, on the same link.",
    TUN: "The packet goes to the server in a tunnel.",
  },
};

const NAT: Forwarding = { kind: "nat" };
const DIRECT: Forwarding = { kind: "direct" };
const IPIP: Forwarding = { kind: "tunnel", tunnel: { type: "ipip" } };

/** A row for one of the keywords that name a forwarding method. */
export function forwardingRow<Draft>(row: {
  readonly name: string;
  readonly since: string;
  readonly default: string;
  readonly help: string;
  /** For messages: `virtual server`. */
  readonly owner: string;
  readonly set: (draft: Draft, value: Located<Forwarding>, context: Context) => void;
}): Keyword<Draft> {
  return words({
    name: row.name,
    since: row.since,
    group: "lvs",
    default: row.default,
    help: row.help,
    arguments: [METHOD],
    inside: TUNNEL_OPTIONS.rows,
    needs: 1,
    take: (draft, found, context) => {
      const word = found[0];
      if (word === undefined) return;
      const value = readMethod(word, found, row.owner, context);
      if (value !== undefined) row.set(draft, { value, at: spanOf(word) }, context);
    },
  });
}

function readMethod(
  word: Word,
  found: readonly Word[],
  owner: string,
  context: Context,
): Forwarding | undefined {
  if (word.text === "TUN") return found.length === 1 ? IPIP : readTunnel(found.slice(1), context);
  if (word.text !== "NAT" && word.text !== "DR") {
    const upper = word.text.toUpperCase();
    const known = ["NAT", "DR", "TUN"].includes(upper);
    context.report({
      severity: "error",
      code: "bad-value",
      message: `PARSER : unknown [${word.text}] routing method for ${owner}.`,
      at: spanOf(word),
      fix: known ? `write ${upper}` : "write NAT, DR or TUN",
    });
    return undefined;
  }
  const first = found[1];
  if (first !== undefined) {
    if (!TUNNEL_OPTIONS.byName.has(first.text)) {
      const message = `Invalid tunnel option ${first.text} for ${owner}.`;
      refuse(context.report, "bad-value", first, message);
    } else {
      context.report({
        severity: "warning",
        code: "ignored",
        message: `'${first.text}' is for tunnels and has no meaning for ${word.text}`,
        at: spanOf(first),
        fix: `write TUN to use a tunnel, or remove what follows ${word.text}`,
      });
    }
  }
  return word.text === "NAT" ? NAT : DIRECT;
}

function readTunnel(rest: readonly Word[], context: Context): Forwarding | undefined {
  const draft: TunnelDraft = {};
  readOptions(TUNNEL_OPTIONS, draft, rest, context);
  if (draft.isSpoiled === true) return undefined;
  const made = tunnelOf(draft);
  if ("tunnel" in made) return { kind: "tunnel", tunnel: made.tunnel };
  const at = draft.type?.at ?? draft.checksum?.at ?? draft.port?.at;
  if (at !== undefined) context.report({ severity: "error", code: "conflict", ...made, at });
  return undefined;
}

type TunnelOrProblem =
  { readonly tunnel: Tunnel } | { readonly message: string; readonly fix: string };

/** The kernel's own rules: ipvsadm(8), --tun-type. */
function tunnelOf({ type, port, checksum: sum }: TunnelDraft): TunnelOrProblem {
  const kind = type?.value ?? "ipip";
  if ((kind === "gue") !== (port !== undefined)) {
    return {
      message: "gue tunnels require port, otherwise cannot have port.",
      fix: kind === "gue" ? "add port and the UDP port of the tunnel" : "remove port",
    };
  }
  const chosen = sum?.value ?? "none";
  switch (kind) {
    case "gue":
      return { tunnel: { type: "gue", port: port?.value ?? 0, checksum: chosen } };
    case "gre":
      if (chosen !== "remote") return { tunnel: { type: "gre", checksum: chosen } };
      return { message: "gre tunnels do not support remote checksum option.", fix: "write csum" };
    case "ipip":
      if (chosen === "none") return { tunnel: { type: "ipip" } };
      return {
        message: "ipip tunnels do not support checksum option.",
        fix: "use type gue or type gre",
      };
  }
}
