/** isolation_check and witness: of the instance, else of global_defs; checked, with their defaults. */
import { toSeconds } from "../base/units.ts";
import type { IpAddress } from "../base/address.ts";
import type { Duration } from "../base/units.ts";
import type { IsolationConfig } from "../track/isolation.ts";
import { questionPeriod } from "../track/witness.ts";
import type { WitnessConfig } from "../track/witness.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import type { Located } from "./diagnostics.ts";
import type { GuardDraft, InstanceDraft } from "./drafts.ts";
import { SPLIT_DEFAULTS } from "./grammar/witness.ts";
import { complain } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { IsolationDraft, WitnessDraft } from "./witness-drafts.ts";

type SplitConfig = Pick<InstanceConfig, "isolation" | "witness">;

/** Of the instance, else of global_defs; an instance's block replaces the other as a whole. */
export function finishSplit(
  draft: InstanceDraft,
  global: GuardDraft,
  { addresses, excludedAddresses }: Pick<InstanceConfig, "addresses" | "excludedAddresses">,
  scope: Scope,
): SplitConfig {
  const own: GuardDraft = draft.guard;
  const virtual = [...addresses, ...excludedAddresses];
  const isolation = own.isolation ?? global.isolation;
  const witness = own.witness ?? global.witness;
  const finished: SplitConfig = {
    isolation: isolation && finishIsolation(draft, isolation, virtual, scope),
    witness: witness && finishWitness(draft, witness, scope),
  };
  checkSpeed(draft, finished, witness, scope);
  return finished;
}

/** Without what it cannot do without there is no check, which has been reported. */
function finishIsolation(
  draft: InstanceDraft,
  written: IsolationDraft,
  virtual: readonly { readonly address: IpAddress }[],
  scope: Scope,
): IsolationConfig | undefined {
  const usable = written.targets.filter((target) => {
    const isOurs = virtual.some(({ address }) => address === target.value);
    if (isOurs) refuseTarget(draft, target, scope);
    return !isOurs;
  });
  const [first, ...rest] = [...new Set(usable.map(({ value }) => value))];
  if (first === undefined) {
    complain(scope, draft, {
      severity: "error",
      code: "isolation-without-target",
      message: "isolation_check has no gateway that can be asked - ignoring it",
      at: written.at,
      fix: "add gateway with the address of the next router on the link",
    });
    return undefined;
  }
  if (draft.interfaceName === undefined) {
    complain(scope, draft, {
      severity: "error",
      code: "isolation-without-target",
      message: "isolation_check asks on the link of the interface, and there is none - ignoring it",
      at: written.at,
      fix: "add interface, or remove isolation_check",
    });
    return undefined;
  }
  return {
    targets: [first, ...rest],
    interval: written.interval?.value ?? SPLIT_DEFAULTS.interval,
    fall: written.fall?.value ?? SPLIT_DEFAULTS.fall,
    rise: written.rise?.value ?? SPLIT_DEFAULTS.rise,
    policy: written.policy?.value ?? SPLIT_DEFAULTS.policy,
  };
}

const refuseTarget = (
  draft: InstanceDraft,
  { value, at }: Located<IpAddress>,
  scope: Scope,
): void => {
  complain(scope, draft, {
    severity: "error",
    code: "isolation-target",
    message: `gateway ${value} of isolation_check is a virtual address of this instance, which a master would ask itself for - ignoring it`,
    at,
    fix: "name an address of another machine, such as the default gateway",
  });
};

function finishWitness(
  draft: InstanceDraft,
  written: WitnessDraft,
  scope: Scope,
): WitnessConfig | undefined {
  const urls = written.urls.filter((url) => isGoodUrl(draft, url, scope));
  const [first, ...rest] = [...new Set(urls.map(({ value }) => value.replace(/\/+$/, "")))];
  if (first === undefined) {
    complain(scope, draft, {
      severity: "error",
      code: "witness-incomplete",
      message: "witness has no etcd that can be asked - ignoring it",
      at: written.at,
      fix: "add etcd with the addresses of its members, such as https://192.0.2.9:2379",
    });
    return undefined;
  }
  checkPairs(draft, written, scope);
  const { user, passwordFile, certificate, privateKey } = written;
  const hasLogin = user !== undefined && passwordFile !== undefined;
  const hasCertificate = certificate !== undefined && privateKey !== undefined;
  const ttl = written.ttl?.value ?? SPLIT_DEFAULTS.ttl;
  return {
    urls: [first, ...rest],
    prefix: written.prefix?.value ?? SPLIT_DEFAULTS.prefix,
    authorities: written.authorities?.value,
    certificate: hasCertificate ? certificate.value : undefined,
    privateKey: hasCertificate ? privateKey.value : undefined,
    login: hasLogin ? { user: user.value, passwordFile: passwordFile.value } : undefined,
    ttl,
    timeout: finishTimeout(draft, written, ttl, scope),
    policy: written.policy?.value ?? SPLIT_DEFAULTS.policy,
  };
}

function isGoodUrl(draft: InstanceDraft, { value, at }: Located<string>, scope: Scope): boolean {
  if (/^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?\/?$/i.test(value)) return true;
  const shown = value.replace(/\/\/[^/]*@/, "//***@");
  complain(scope, draft, {
    severity: "error",
    code: "witness-url",
    message: `'${shown}' is not the URL of an etcd - ignoring it`,
    at,
    fix: "write http:// or https://, a name or address and the port, without path, user or password",
  });
  return false;
}

/** What is of use only together. */
function checkPairs(draft: InstanceDraft, written: WitnessDraft, scope: Scope): void {
  for (const [one, other, names] of [
    [written.user, written.passwordFile, ["user", "password_file"]],
    [written.certificate, written.privateKey, ["cert", "key"]],
  ] as const) {
    const [lonely, missing] = one === undefined ? [other, names[0]] : [one, names[1]];
    if (lonely === undefined || (one !== undefined && other !== undefined)) continue;
    complain(scope, draft, {
      severity: "error",
      code: "witness-incomplete",
      message: `witness has ${names.find((name) => name !== missing) ?? ""} without ${missing} - ignoring it`,
      at: lonely.at,
      fix: `add ${missing}`,
    });
  }
}

/** A question must be over before the next one is due. */
function finishTimeout(
  draft: InstanceDraft,
  { timeout }: WitnessDraft,
  ttl: Duration,
  scope: Scope,
): Duration {
  const period = questionPeriod({ ttl });
  const wanted = timeout?.value ?? SPLIT_DEFAULTS.timeout;
  if (wanted <= period) return wanted;
  if (timeout !== undefined) {
    complain(scope, draft, {
      severity: "warning",
      code: "witness-timeout",
      message: `the timeout of the witness, ${toSeconds(wanted)} s, is longer than a quarter of its ttl - using ${toSeconds(period)} s`,
      at: timeout.at,
      fix: `write timeout ${toSeconds(period)}, or a longer ttl`,
    });
  }
  return period;
}

/** Who is isolated must know it before its lease is over. */
function checkSpeed(
  draft: InstanceDraft,
  { isolation, witness }: SplitConfig,
  written: WitnessDraft | undefined,
  scope: Scope,
): void {
  if (isolation === undefined || witness?.policy !== "prefer-single-owner") return;
  const needed = toSeconds(isolation.interval) * isolation.fall;
  const ttl = toSeconds(witness.ttl);
  if (needed < ttl - toSeconds(questionPeriod(witness)) || written === undefined) return;
  complain(scope, draft, {
    severity: "warning",
    code: "isolation-too-slow",
    message: `isolation_check needs ${needed} s to see that the router is cut off, and the lease of the witness lasts ${ttl} s: another router may have the address before this one gives it up`,
    at: written.ttl?.at ?? written.at,
    fix: "make ttl longer, or interval or fall of isolation_check smaller",
  });
}
