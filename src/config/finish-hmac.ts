/** Signed adverts: the keys of auth_hmac, read and checked. keepalived.conf(5), auth_hmac. */
import { secret } from "../base/command.ts";
import { seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { HmacAuthentication, HmacKey } from "../vrrp/config.ts";
import { related } from "./diagnostics.ts";
import type { Span } from "./diagnostics.ts";
import type { HmacDraft, InstanceDraft } from "./drafts.ts";
import { complain } from "./scope.ts";
import type { Scope } from "./scope.ts";

const SHORTEST_KEY = 32;
const LONGEST_KEY = 64;
const SHORTEST_WINDOW = seconds(5);
const LONGEST_WINDOW = seconds(300);
/** Adverts that may be lost before a clock's difference matters. */
const WINDOW_ADVERTS = 3;

/** Undefined without auth_hmac, and when it has no key that can be used. */
export function finishHmac(
  draft: InstanceDraft,
  { advertInterval, isStrict }: { readonly advertInterval: Duration; readonly isStrict: boolean },
  scope: Scope,
): HmacAuthentication | undefined {
  const { hmac } = draft;
  if (hmac === undefined) return undefined;
  const keys = finishKeys(draft, hmac, scope);
  const activeKey = chooseActive(draft, { hmac, keys }, scope);
  if (activeKey === undefined) return undefined;
  if (draft.authentication !== undefined) {
    complain(scope, draft, {
      severity: "warning",
      code: "auth-hmac-with-authentication",
      message: "auth_hmac and authentication exclude each other - ignoring authentication",
      at: draft.authentication.at,
      ...related(hmac.at, "adverts are signed here"),
      fix: "remove the authentication block, on every router",
    });
  }
  const needed = Math.min(
    LONGEST_WINDOW,
    Math.max(SHORTEST_WINDOW, WINDOW_ADVERTS * advertInterval),
  ) as Duration;
  return {
    keys,
    activeKey,
    window: hmac.window === undefined ? needed : seconds(hmac.window.value),
    antiReplay: hmac.antiReplay?.value ?? "time",
    mode: finishMode(draft, hmac, isStrict, scope),
  };
}

/** Strict mode takes no unsigned adverts where there are keys. */
function finishMode(
  draft: InstanceDraft,
  { mode }: HmacDraft,
  isStrict: boolean,
  scope: Scope,
): HmacAuthentication["mode"] {
  if (mode === undefined || mode.value === "enforce") return "enforce";
  if (!isStrict) return mode.value;
  complain(scope, draft, {
    severity: "warning",
    code: "strict",
    message: `strict mode: auth_hmac must enforce - ignoring mode ${mode.value}`,
    at: mode.at,
    fix: "write mode enforce, or turn strict mode off",
  });
  return "enforce";
}

function finishKeys(draft: InstanceDraft, hmac: HmacDraft, scope: Scope): readonly HmacKey[] {
  const places = new Map<number, Span>();
  return hmac.keys.flatMap(({ id, text }): readonly HmacKey[] => {
    const earlier = places.get(id.value);
    if (earlier !== undefined) {
      complain(scope, draft, {
        severity: "error",
        code: "duplicate",
        message: `key ${id.value} of auth_hmac is given twice - ignoring the second one`,
        at: id.at,
        ...related(earlier, "first given here"),
        fix: "give every key a number of its own",
      });
      return [];
    }
    const key = readKey(draft, text, scope);
    if (key === undefined) return [];
    places.set(id.value, id.at);
    return [{ id: id.value, key: secret(key) }];
  });
}

/** The key in hexadecimal digits, wherever it is written. */
function readKey(
  draft: InstanceDraft,
  { value, at }: HmacDraft["keys"][number]["text"],
  scope: Scope,
): string | undefined {
  const written = value.startsWith("file:") ? readKeyFile(draft, { value, at }, scope) : value;
  if (written === undefined) return undefined;
  const digits = toHexadecimal(written);
  const length = (digits?.length ?? 0) / 2;
  if (digits !== undefined && length >= SHORTEST_KEY && length <= LONGEST_KEY) return digits;
  complain(scope, draft, {
    severity: "error",
    code: "bad-value",
    message: `the key of auth_hmac must have ${SHORTEST_KEY} to ${LONGEST_KEY} bytes - ignoring it`,
    at,
    fix: "write 64 to 128 hexadecimal digits after hex:, such as `openssl rand -hex 32` makes",
  });
  return undefined;
}

function toHexadecimal(written: string): string | undefined {
  if (written.startsWith("hex:")) {
    const digits = written.slice("hex:".length).toLowerCase();
    return /^([0-9a-f]{2})*$/.test(digits) ? digits : undefined;
  }
  return Array.from(new TextEncoder().encode(written), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

const OTHERS_MAY_READ = 0o044;

function readKeyFile(
  draft: InstanceDraft,
  { value, at }: HmacDraft["keys"][number]["text"],
  scope: Scope,
): string | undefined {
  const path = value.slice("file:".length);
  const content = scope.source.read(path);
  if (!content.ok) {
    complain(scope, draft, {
      severity: "error",
      code: "auth-hmac-key-file",
      message: `the key file ${path} cannot be read (${content.error}) - ignoring the key`,
      at,
      fix: "name a regular file that holds the key alone and that the daemon may read",
    });
    return undefined;
  }
  const mode = scope.source.mode?.(path);
  if (mode !== undefined && (mode & OTHERS_MAY_READ) !== 0) {
    complain(scope, draft, {
      severity: "warning",
      code: "auth-hmac-key-readable",
      message: `the key file ${path} can be read by its group or by everybody`,
      at,
      fix: `run chmod 600 ${path}`,
    });
  }
  return content.value.replace(/\r?\n$/, "");
}

/** The key that signs: the one that is named, or the only one. */
function chooseActive(
  draft: InstanceDraft,
  { hmac, keys }: { readonly hmac: HmacDraft; readonly keys: readonly HmacKey[] },
  scope: Scope,
): number | undefined {
  const { activeKey } = hmac;
  const [first, ...more] = keys;
  if (first === undefined) {
    complain(scope, draft, {
      severity: "error",
      code: "auth-hmac-without-key",
      message: "auth_hmac has no key that can be used - ignoring it, adverts are not signed",
      at: hmac.at,
      fix: "add key 1 hex: with 64 hexadecimal digits, the same on every router",
    });
    return undefined;
  }
  if (activeKey !== undefined) {
    if (keys.some(({ id }) => id === activeKey.value)) return activeKey.value;
    complain(scope, draft, {
      severity: "error",
      code: "unknown-reference",
      message: `active_key ${activeKey.value} of auth_hmac is no key - using key ${first.id}`,
      at: activeKey.at,
      fix: `write one of ${keys.map(({ id }) => id).join(", ")}`,
    });
  } else if (more.length > 0) {
    complain(scope, draft, {
      severity: "warning",
      code: "incomplete",
      message: `auth_hmac has several keys and no active_key - using key ${first.id}`,
      at: hmac.at,
      fix: `add active_key ${first.id}`,
    });
  }
  return first.id;
}
