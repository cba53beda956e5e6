/**
 * The questions of a claim in the words of etcd v3, through its JSON gateway: leases, and
 * transactions that put a key only where there is none. Whatever goes wrong is an answer too.
 */
import { parseIpAddress } from "../base/address.ts";
import { toMilliseconds, toSeconds } from "../base/units.ts";
import type { ClaimAnswer, ClaimRequest } from "../track/witness-claim.ts";
import type { WitnessConfig, WitnessHolder } from "../track/witness.ts";
import type { HttpAnswer, Poster } from "./witness-http.ts";

export interface Question {
  readonly request: ClaimRequest;
  readonly key: string;
  /** This router, as others are to know it. */
  readonly self: WitnessHolder;
}

export interface WitnessClientParts {
  readonly poster: Poster;
  readonly readPassword: (path: string) => Promise<string>;
}

/** What is shown of a name or an error that somebody else wrote. */
const SHOWN_LIMIT = 200;
const UNAUTHENTICATED = 401;
/** gRPC's codes for a token that is no more, and for a lease that is not there. */
const GRPC_UNAUTHENTICATED = 16;
const GRPC_NOT_FOUND = 5;
const OK = 200;

/** One etcd of several members; the next one is asked after each failure. */
export class WitnessClient implements Disposable {
  readonly #config: WitnessConfig;
  readonly #parts: WitnessClientParts;
  #member = 0;
  #token: string | undefined;

  constructor(config: WitnessConfig, parts: WitnessClientParts) {
    this.#config = config;
    this.#parts = parts;
  }

  /** Never rejects. */
  async ask(question: Question): Promise<ClaimAnswer> {
    const signal = AbortSignal.timeout(toMilliseconds(this.#config.timeout));
    const known = "lease" in question.request ? question.request.lease : undefined;
    const granted: Granted = { id: known };
    try {
      return await this.#answer(question, granted, signal);
    } catch (error: unknown) {
      const url = this.#config.urls[this.#member] ?? "";
      this.#member = (this.#member + 1) % this.#config.urls.length;
      const reason = error instanceof Error ? error.message : "unknown";
      return { kind: "failed", reason: printable(`${url}: ${reason}`), lease: granted.id };
    }
  }

  [Symbol.dispose](): void {
    this.#parts.poster[Symbol.dispose]();
  }

  async #answer(
    { request, key, self }: Question,
    granted: Granted,
    signal: AbortSignal,
  ): Promise<ClaimAnswer> {
    if (request.kind === "release") {
      await this.#call("/v3/lease/revoke", { ID: request.lease }, { signal, mayMiss: true });
      return { kind: "released" };
    }
    const name = encode(key);
    if (request.kind === "look") {
      const found = recordOf(await this.#call("/v3/kv/range", { key: name }, { signal }));
      return found === undefined || isSame(found.holder, self)
        ? { kind: "free" }
        : { kind: "elsewhere", holder: found.holder, lease: undefined };
    }
    const lease = await this.#lease(granted, signal);
    const put = { request_put: { key: name, value: encode(textOf(self)), lease } };
    const first = await this.#transact(
      { target: "CREATE", create_revision: "0" },
      name,
      put,
      signal,
    );
    const mine =
      first === undefined || (await this.#mayReplace(first, { self, lease, put, name }, signal));
    return mine ? { kind: "held", lease } : { kind: "elsewhere", holder: first.holder, lease };
  }

  /** The key is there: ours, as it should be or from an earlier life; or another router's. */
  async #mayReplace(
    found: KeyRecord,
    ours: {
      readonly self: WitnessHolder;
      readonly lease: string;
      readonly put: object;
      readonly name: string;
    },
    signal: AbortSignal,
  ): Promise<boolean> {
    const isOurs = found.lease === ours.lease;
    if (isOurs && found.text === textOf(ours.self)) return true;
    if (!isOurs && !isSame(found.holder, ours.self)) return false;
    const unchanged = { target: "MOD", mod_revision: found.revision };
    return (await this.#transact(unchanged, ours.name, ours.put, signal)) === undefined;
  }

  /** A lease that lasts: the one that was granted, renewed, or a new one. */
  async #lease(granted: Granted, signal: AbortSignal): Promise<string> {
    if (granted.id !== undefined) {
      const ID = granted.id;
      const renewed = await this.#call("/v3/lease/keepalive", { ID }, { signal, mayMiss: true });
      if (Number(at(renewed, "result", "TTL") ?? 0) > 0) return ID;
    }
    granted.id = undefined;
    const TTL = String(toSeconds(this.#config.ttl));
    const answer = await this.#call("/v3/lease/grant", { TTL, ID: "0" }, { signal });
    const id = at(answer, "ID");
    if (typeof id !== "string") throw new RangeError("it granted a lease without a number");
    granted.id = id;
    return id;
  }

  /** Puts the key where `compare` holds; what is there instead otherwise. */
  async #transact(
    compare: object,
    name: string,
    put: object,
    signal: AbortSignal,
  ): Promise<KeyRecord | undefined> {
    const answer = await this.#call(
      "/v3/kv/txn",
      {
        compare: [{ key: name, result: "EQUAL", ...compare }],
        success: [put],
        failure: [{ request_range: { key: name } }],
      },
      { signal },
    );
    if (at(answer, "succeeded") === true) return undefined;
    const found = recordOf(at(answer, "responses", "0", "response_range"));
    if (found === undefined) throw new RangeError("the key changed while it was asked for");
    return found;
  }

  async #call(
    path: string,
    body: object,
    { signal, mayMiss = false }: { readonly signal: AbortSignal; readonly mayMiss?: boolean },
  ): Promise<unknown> {
    const url = this.#config.urls[this.#member] ?? "";
    this.#token ??= await this.#login(url, signal);
    const answer = await this.#parts.poster.post(`${url}${path}`, body, {
      signal,
      token: this.#token,
    });
    const code = Number(at(answer.value, "code") ?? at(answer.value, "error", "grpc_code") ?? 0);
    if (answer.status === UNAUTHENTICATED || code === GRPC_UNAUTHENTICATED) this.#token = undefined;
    if (mayMiss && code === GRPC_NOT_FOUND) return undefined;
    return checked(answer);
  }

  async #login(url: string, signal: AbortSignal): Promise<string | undefined> {
    const { login } = this.#config;
    if (login === undefined) return undefined;
    const password = await this.#parts.readPassword(login.passwordFile);
    const body = { name: login.user, password };
    const options = { signal, token: undefined };
    const answer = await this.#parts.poster.post(`${url}/v3/auth/authenticate`, body, options);
    const token = at(checked(answer), "token");
    if (typeof token !== "string") throw new RangeError("it let us in without a token");
    return token;
  }
}

/** The lease of a question, known as soon as it is granted. */
interface Granted {
  id: string | undefined;
}

interface KeyRecord {
  readonly holder: WitnessHolder;
  readonly text: string;
  readonly lease: string;
  readonly revision: string;
}

/** What a good answer says; etcd's own words where it refuses. */
function checked({ status, value }: HttpAnswer): unknown {
  if (status === OK && value !== undefined) return value;
  const said = at(value, "message") ?? at(value, "error", "message") ?? at(value, "error");
  const text = typeof said === "string" ? said : value === undefined ? "no JSON" : "no reason";
  throw new RangeError(`HTTP status ${status}, ${printable(text)}`);
}

function recordOf(answer: unknown): KeyRecord | undefined {
  const found = at(answer, "kvs", "0");
  if (found === undefined) return undefined;
  const value = at(found, "value");
  const text = typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : "";
  return {
    text,
    holder: holderOf(text),
    lease: numberText(at(found, "lease")),
    revision: numberText(at(found, "mod_revision")),
  };
}

/** etcd writes 64-bit numbers as texts, and leaves out those that are zero. */
const numberText = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "0";

const textOf = ({ name, address }: WitnessHolder): string =>
  JSON.stringify({ router: name, address });

function holderOf(text: string): WitnessHolder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const name = at(value, "router");
  const address = at(value, "address");
  return {
    name: typeof name === "string" && name !== "" ? printable(name) : "somebody",
    address: typeof address === "string" ? parseIpAddress(address) : undefined,
  };
}

/** Names repeat where people copy files; addresses do not. */
const isSame = (found: WitnessHolder, self: WitnessHolder): boolean =>
  found.address !== undefined && found.address === self.address && found.name === self.name;

const encode = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const printable = (text: string): string =>
  text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, "?").slice(0, SHOWN_LIMIT);

/** What stands at a path of names in a JSON value. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, name)) {
      return undefined;
    }
    current = Reflect.get(current, name);
  }
  return current;
}
