/**
 * A reload on paper: every instance is made master with the daemon's own state machine, the
 * configuration is changed by the daemon's own function, and what is master no longer is told, with
 * how long it waits before it is again when no other router takes over.
 */
import { parseIpAddress } from "../base/address.ts";
import { between, instant, interfaceIndex, seconds } from "../base/units.ts";
import type { Duration, Instant } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import type { Link, Network } from "../track/network.ts";
import { isSameScript } from "../track/script.ts";
import { NO_VERDICTS } from "../track/verdicts.ts";
import type { Verdict, Verdicts } from "../track/verdicts.ts";
import { reloadSystem } from "../vrrp/reload.ts";
import type { InstanceState } from "../vrrp/state.ts";
import { instancesOf } from "../vrrp/system-state.ts";
import type { SystemConfig, SystemState } from "../vrrp/system-state.ts";
import { initialSystem, stepSystem, systemConfig } from "../vrrp/system.ts";
import { virtualLinks } from "../vrrp/vmac-config.ts";

/** What becomes of a new instance, by its position in the new configuration. */
export type Outcome =
  /** It was master and stays so, or was none in the rehearsal either. */
  | { readonly kind: "goesOn" }
  /** It is backup at first, and master after this time when nobody else is. */
  | { readonly kind: "waits"; readonly wait: Duration }
  /** It has to hear of a check first. */
  | { readonly kind: "waitsForCheck"; readonly wait: Duration };

export function rehearseReload(before: Model, next: Model): readonly Outcome[] {
  const network = networkOf([before, next]);
  const old = configOf(before);
  const scripts = new Map<string, Verdict>(before.scripts.map(({ name }) => [name, "good"]));
  const masters = allMaster(old, { network, verdicts: { ...NO_VERDICTS, scripts } });
  const config = configOf(next);
  const current = new Map(next.scripts.map((script) => [script.name, script]));
  // The daemon keeps the results of checks that run the same program.
  const same = before.scripts.filter((script) => {
    const after = current.get(script.name);
    return after !== undefined && isSameScript(script, after);
  });
  const kept = new Map<string, Verdict>(same.map(({ name }) => [name, "good"]));
  const verdicts = { ...NO_VERDICTS, scripts: kept };
  const { state, origin } = reloadSystem(old, config, { ...masters, verdicts }, LATER);
  const wereMaster = instancesOf(masters).map(({ phase }) => phase.kind === "master");
  const atOnce = instancesOf(state);
  const answered = instancesOf(withResults(config, state, next));
  return atOnce.map((instance, i): Outcome => {
    const from = origin[i];
    const wasMaster = from === undefined || wereMaster[from] === true;
    if (!wasMaster || instance.phase.kind === "master") return { kind: "goesOn" };
    const wait = waitOf(instance);
    if (wait !== undefined) return { kind: "waits", wait };
    const waitThen = answered[i] === undefined ? undefined : waitOf(answered[i]);
    return waitThen === undefined ? { kind: "goesOn" } : { kind: "waitsForCheck", wait: waitThen };
  });
}

const START = instant(0);
/** Far behind every timer of the start, as a daemon that has run for a while. */
const LATER = instant(3_600_000_000);
/** Each member of a sync group may wait for the one before it. */
const MOST_ROUNDS = 8;

const configOf = ({ instances, syncGroups }: Model): SystemConfig =>
  systemConfig({ instances, syncGroups, startupDelay: seconds(0) });

function allMaster(
  config: SystemConfig,
  facts: { readonly network: Network; readonly verdicts: Verdicts },
): SystemState {
  const started = stepSystem(config, initialSystem(config, facts, START), { kind: "start" }, START);
  let { state } = started;
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    if (instancesOf(state).every(({ phase }) => phase.kind === "master")) break;
    const now: Instant = instant((LATER / MOST_ROUNDS) * round);
    ({ state } = stepSystem(config, state, { kind: "timer" }, now));
  }
  return state;
}

function withResults(config: SystemConfig, state: SystemState, { scripts }: Model): SystemState {
  let current = state;
  for (const { name } of scripts) {
    if (current.verdicts.scripts.has(name)) continue;
    const update = { kind: "script", name, verdict: "good" } as const;
    ({ state: current } = stepSystem(config, current, { kind: "tracker", update }, LATER));
  }
  return current;
}

function waitOf({ phase }: InstanceState): Duration | undefined {
  return phase.kind === "backup" ? between(LATER, phase.masterDownAt) : undefined;
}

/** Addresses of the rehearsal's links, from blocks that nobody's virtual address is in. */
const LINK_ADDRESSES = ["192.0.0.9", "fe80::ffff:ffff:ffff:fffe"];

/** Every interface that is named is there and up. */
function networkOf(models: readonly Model[]): Network {
  const names = models
    .flatMap(({ instances }) => instances)
    .flatMap((config) => [
      config.interfaceName,
      ...virtualLinks(config).map(({ name }) => name),
      ...[...config.addresses, ...config.excludedAddresses].map((each) => each.interfaceName),
      ...config.trackedInterfaces.map(({ name }) => name),
    ]);
  const links = [...new Set(names)].flatMap((name, i) => linkOf(name, i + 1) ?? []);
  return new Map(links.map((link) => [link.name, link]));
}

function linkOf(name: string | undefined, number: number): Link | undefined {
  const index = interfaceIndex(number);
  if (name === undefined || index === undefined) return undefined;
  const addresses = LINK_ADDRESSES.flatMap((text) => {
    const address = parseIpAddress(text);
    return address === undefined ? [] : [{ address, prefixLength: 32, usable: true }];
  });
  return { index, name, up: true, mtu: 1500, addresses };
}
