/** Rows of authentication and auth_hmac inside vrrp_instance. */
import type { AuthenticationDraft, HmacDraft } from "../drafts.ts";
import type { ArgumentType } from "./arguments.ts";
import { choice, explained, integer, text } from "./arguments.ts";
import { spanOf } from "../words.ts";
import type { Located } from "../diagnostics.ts";
import type { Word } from "../words.ts";
import type { Context } from "./keyword.ts";
import { blockGrammar, reportFor } from "./keyword.ts";
import { value, words } from "./rows.ts";

const MAX_PASSWORD_BYTES = 8;

/** The packet holds eight bytes (RFC 2338 §5.3.10); what is longer is cut, and said. */
const password: ArgumentType<string> = {
  kind: "password",
  shape: "STRING",
  maximum: MAX_PASSWORD_BYTES,
  parse: (word, report) => {
    let bytes = 0;
    let kept = "";
    for (const character of word.text) {
      bytes += utf8Length(character);
      if (bytes > MAX_PASSWORD_BYTES) break;
      kept += character;
    }
    if (kept !== word.text) {
      report({
        severity: "warning",
        code: "auth-pass-too-long",
        message: "Truncating auth_pass to 8 characters",
        at: spanOf(word),
        fix: "use at most eight characters, the same on every router",
      });
    }
    return kept;
  },
};

function utf8Length(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

const AUTHENTICATION = explained(choice("PASS", "AH"), {
  PASS: "A password in the clear (RFC 2338 §10.2).",
  AH: "IPsec Authentication Header (RFC 2338 §10.3).",
});

const HMAC_KEY = explained(text("ASCII|hex:HEX|file:PATH"), {
  "hex:": "The key as hexadecimal digits.",
  "file:": "A file that holds the key.",
});

const ANTI_REPLAY = explained(choice("time", "monotonic"), {
  time: "The time in an advert must be close to the clock's.",
  monotonic: "The number in an advert must be higher than the last one's.",
});

const HMAC_MODE = explained(choice("enforce", "permissive", "receive-only"), {
  enforce: "Adverts are signed, and those without a signature are dropped.",
  permissive: "Adverts are signed, and those without a signature are taken.",
  "receive-only": "Adverts are not signed, and those without a signature are taken.",
});

export const authenticationGrammar = blockGrammar<AuthenticationDraft>("authentication", [
  value(AUTHENTICATION, {
    name: "auth_type",
    since: "1.0.3",
    group: "vrrp",
    default: "none",
    help: "Kind of authentication, AH for v2 IPv4 only.",
    set: (draft, value) => (draft.type = value),
  }),
  value(password, {
    name: "auth_pass",
    since: "1.0.3",
    group: "vrrp",
    default: "none",
    help: "Shared secret, cut to eight bytes.",
    set: (draft, value) => (draft.password = value),
  }),
]);

export const hmacGrammar = blockGrammar<HmacDraft>("auth_hmac", [
  words({
    name: "key",
    since: "2.4.0",
    group: "vrrp",
    default: "required",
    help: "A signing key; several allowed.",
    arguments: [integer(1, 255), HMAC_KEY],
    needs: 2,
    take: (draft, found, context) => {
      const key = readKey(found, context);
      if (key !== undefined) draft.keys.push(key);
    },
  }),
  value(integer(1, 255), {
    name: "active_key",
    since: "2.4.0",
    group: "vrrp",
    default: "the only key",
    help: "Key used for sending.",
    set: (draft, value) => (draft.activeKey = value),
  }),
  value(integer(1, 300, "s"), {
    name: "time_window",
    since: "2.4.0",
    group: "vrrp",
    default: "max(5, 3 x advert_int)",
    help: "Accepted clock difference.",
    set: (draft, value) => (draft.window = value),
  }),
  value(ANTI_REPLAY, {
    name: "anti_replay",
    since: "2.4.0",
    group: "vrrp",
    default: "time",
    help: "How replayed adverts are recognised.",
    set: (draft, value) => (draft.antiReplay = value),
  }),
  value(HMAC_MODE, {
    name: "mode",
    since: "2.4.0",
    group: "vrrp",
    default: "enforce",
    help: "Whether unsigned adverts are accepted and own ones signed.",
    set: (draft, value) => (draft.mode = value),
  }),
]);

const KEY_NUMBER = integer(1, 255);

/** `ID KEY`; how long the key is, is seen when it is known: `file:` names where it is. */
function readKey(
  [id, key]: readonly Word[],
  context: Context,
): HmacDraft["keys"][number] | undefined {
  if (id === undefined || key === undefined) return undefined;
  const number = KEY_NUMBER.parse(id, reportFor("key", KEY_NUMBER, context.report));
  if (number === undefined) return undefined;
  const located = (value: string): Located<string> => ({ value, at: spanOf(key) });
  return { id: { value: number, at: spanOf(id) }, text: located(key.text) };
}
