/** Rows of authentication and auth_hmac inside vrrp_instance. The HMAC trailer is checked only. */
import type { AuthenticationDraft } from "../drafts.ts";
import type { ArgumentType } from "./arguments.ts";
import { choice, explained, integer, text } from "./arguments.ts";
import { spanOf } from "../words.ts";
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

export const hmacGrammar = blockGrammar<object>("auth_hmac", [
  words({
    name: "key",
    since: "2.4.0",
    group: "vrrp",
    default: "required",
    help: "A signing key; several allowed.",
    arguments: [integer(1, 255), HMAC_KEY],
    needs: 2,
    take: (_draft, found, context) => {
      checkKey(found, context);
    },
  }),
  value(integer(1, 255), {
    name: "active_key",
    since: "2.4.0",
    group: "vrrp",
    default: "the only key",
    help: "Key used for sending.",
  }),
  value(integer(1, 300, "s"), {
    name: "time_window",
    since: "2.4.0",
    group: "vrrp",
    default: "max(5, 3 x advert_int)",
    help: "Accepted clock difference.",
  }),
  value(ANTI_REPLAY, {
    name: "anti_replay",
    since: "2.4.0",
    group: "vrrp",
    default: "time",
    help: "How replayed adverts are recognised.",
  }),
  value(HMAC_MODE, {
    name: "mode",
    since: "2.4.0",
    group: "vrrp",
    default: "enforce",
    help: "Whether unsigned adverts are accepted and own ones signed.",
  }),
]);

const KEY_NUMBER = integer(1, 255);

/** A key has 32 to 64 bytes; what a `file:` holds is seen when it is read. */
function checkKey([id, key]: readonly Word[], context: Context): void {
  if (id === undefined || key === undefined) return;
  KEY_NUMBER.parse(id, reportFor("key", KEY_NUMBER, context.report));
  if (key.text.startsWith("file:")) return;
  const isHexadecimal = key.text.startsWith("hex:");
  const digits = key.text.slice(4);
  const length = isHexadecimal ? digits.length / 2 : key.text.length;
  const isWritten = !isHexadecimal || /^([0-9a-f]{2})*$/i.test(digits);
  if (isWritten && length >= 32 && length <= 64) return;
  context.report({
    severity: "error",
    code: "bad-value",
    message: "the key of auth_hmac must have 32 to 64 bytes",
    at: spanOf(key),
    fix: "write 64 to 128 hexadecimal digits after hex:",
  });
}
