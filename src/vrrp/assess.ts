/**
 * Where an instance stands: the faults, the effective priority and the source address that follow
 * from trackers and the network. A function of facts; the state machine only sees its result.
 */
import type { IpAddress } from "../base/address.ts";
import { OWNER } from "../base/units.ts";
import type { Priority } from "../base/units.ts";
import type { TrackedObject } from "../track/config.ts";
import { maintenanceOf } from "../track/maintenance.ts";
import type { Verdict, Verdicts } from "../track/verdicts.ts";
import { NO_WITNESS_VERDICT } from "../track/witness.ts";
import { sourceAddress } from "../track/network.ts";
import type { Network } from "../track/network.ts";
import { interfaceOrVrf } from "./config.ts";
import type { InstanceConfig } from "./config.ts";
import type { FaultCause } from "./events.ts";
import { unprovenUntil } from "./receive-proof.ts";
import { routeInterfaces, ruleInterfaces } from "./route-config.ts";
import type { Assessment } from "./state.ts";
import { advertInterface } from "./vmac-config.ts";

export interface Facts {
  readonly network: Network;
  readonly verdicts: Verdicts;
  /** Every virtual address of this router: none of them is a source of adverts. */
  readonly virtualAddresses: ReadonlySet<IpAddress>;
}

/** Effective priorities stay below the owner's and above "resigned". keepalived.conf(5) weight. */
const LOWEST = 1;
const HIGHEST = 254;

/** Every interface that an instance uses, each once. */
export function interfacesOf(config: InstanceConfig): readonly string[] {
  const tracked = trackedInterfaces(config).map(({ name }) => name);
  const { interfaceName } = config;
  const own = interfaceName === undefined || tracked.includes(interfaceName) ? [] : [interfaceName];
  return [...own, ...tracked];
}

export function assess(config: InstanceConfig, facts: Facts): Assessment {
  const { network } = facts;
  const link = config.interfaceName === undefined ? undefined : network.get(config.interfaceName);
  const carrier = advertInterface(config);
  const advertLink = carrier === undefined ? undefined : network.get(carrier);
  // A link-local address belongs to the link it is used on; an IPv4 address does not.
  const sourceLink = config.family === "ipv6" ? advertLink : link;
  const source =
    config.delivery.source ??
    ipvlanSource(config) ??
    (sourceLink && sourceAddress(sourceLink, config.family, facts.virtualAddresses));
  const interfaces = trackedInterfaces(config).map((tracked) => ({
    tracked,
    good: facts.network.get(tracked.name)?.up,
  }));
  const scripts = config.trackedScripts.map((tracked) => ({
    tracked,
    good: toGood(facts.verdicts.scripts.get(tracked.name)),
  }));
  const processes = config.trackedProcesses.map((tracked) => ({
    tracked,
    good: facts.verdicts.processes.get(tracked.name) !== "bad",
  }));
  const bfds = config.trackedBfds.map((tracked) => ({
    tracked,
    good: facts.verdicts.bfds.get(tracked.name) !== "bad",
  }));
  const files = config.trackedFiles.map((tracked) => ({
    tracked,
    value: facts.verdicts.files.get(tracked.name) ?? 0,
  }));
  const votes = [...interfaces, ...scripts, ...processes, ...bfds];
  const weights =
    votes.reduce((sum, vote) => sum + weightOf(vote), 0) +
    files.reduce((sum, file) => sum + fileWeight(file), 0);
  return {
    faults: [
      ...maintenance(config, facts.verdicts),
      ...interfaceFaults(config, facts.network),
      ...interfaces.filter(isFault).map(({ tracked }) => downCause(tracked.name, facts.network)),
      ...(source === undefined && link?.up !== false && sourceLink !== undefined
        ? [noSource(config, sourceLink.name)]
        : []),
      ...lostSource(config, facts.network),
      ...scripts.flatMap(scriptFault),
      ...processes
        .filter(isFault)
        .map(({ tracked }) => ({ kind: "processFailed", process: tracked.name }) as const),
      ...bfds
        .filter(isFault)
        .map(({ tracked }) => ({ kind: "bfdFault", bfd: tracked.name }) as const),
      ...files
        .filter(isFileFault)
        .map(({ tracked, value }) => ({ kind: "fileFault", file: tracked.name, value }) as const),
    ],
    effectivePriority:
      config.priority === OWNER
        ? OWNER
        : (Math.min(HIGHEST, Math.max(LOWEST, config.priority + weights)) as Priority),
    source,
    interfaceIndex: advertLink?.index,
    unprovenUntil: unprovenUntil(config, link),
    ...(config.isolation && { isolation: facts.verdicts.isolation.get(config.name) }),
    ...(config.witness && {
      witness: facts.verdicts.witness.get(config.name) ?? NO_WITNESS_VERDICT,
    }),
  };
}

function maintenance({ name }: InstanceConfig, { maintenance }: Verdicts): readonly FaultCause[] {
  const order = maintenanceOf(maintenance, name);
  return order === undefined ? [] : [{ kind: "maintenance", order }];
}

/** A tracked object and whether it is good; undefined is not known yet. */
interface Vote {
  readonly tracked: TrackedObject;
  readonly good: boolean | undefined;
}

/**
 * What a vote adds: positive weights while good, negative ones while bad. `reverse` turns the sign
 * of what is added, not when it is: keepalived.conf(5), track_bfd, and as Keepalived does.
 */
function weightOf({ tracked, good }: Vote): number {
  const { weight, reverse } = tracked;
  if (weight === 0 || good === undefined || weight > 0 !== good) return 0;
  return reverse ? -weight : weight;
}

/** Weight 0: failing is a fault; with `reverse`, being good is. */
function isFault({ tracked, good }: Vote): boolean {
  return tracked.weight === 0 && (good ?? false) === tracked.reverse;
}

function scriptFault(vote: Vote): readonly FaultCause[] {
  const script = vote.tracked.name;
  if (vote.tracked.weight !== 0) return [];
  if (vote.good === undefined) return [{ kind: "scriptPending", script }];
  return isFault(vote) ? [{ kind: "scriptFailed", script }] : [];
}

interface FileValue {
  readonly tracked: TrackedObject;
  readonly value: number;
}

/** keepalived.conf(5) track_file: the number times the weight; beyond what a priority can take. */
const FILE_FAULT = -254;
const FILE_HIGHEST = 253;

/** A product at or below -254 is a fault, so it adds nothing; one above 253 counts as that. */
function fileWeight(file: FileValue): number {
  if (file.tracked.weight === 0 || isFileFault(file)) return 0;
  return Math.min(FILE_HIGHEST, productOf(file));
}

const productOf = ({ tracked, value }: FileValue): number =>
  value * (tracked.reverse ? -tracked.weight : tracked.weight);

/** Weight 0: any number but 0 is a fault; with `reverse`, 0 is. */
function isFileFault(file: FileValue): boolean {
  const { tracked, value } = file;
  return tracked.weight === 0 ? (value !== 0) !== tracked.reverse : productOf(file) <= FILE_FAULT;
}

const toGood = (verdict: Verdict | undefined): boolean | undefined =>
  verdict === undefined ? undefined : verdict === "good";

/**
 * The interface must exist; it must be up unless `dont_track_primary`. So must the one that is made
 * on it, which goes down with it and then needs no mention.
 */
function interfaceFaults(config: InstanceConfig, network: Network): readonly FaultCause[] {
  for (const interfaceName of ownInterfaces(config)) {
    const link = network.get(interfaceName);
    if (link === undefined) return [{ kind: "interfaceMissing", interfaceName }];
    if (!link.up && config.trackPrimary) return [{ kind: "interfaceDown", interfaceName }];
  }
  return [];
}

/** The interface or VRF that is configured, and the one made on it. */
const ownInterfaces = (config: InstanceConfig): readonly string[] =>
  [interfaceOrVrf(config), config.vmac.own?.name].filter((name) => name !== undefined);

/** An ipvlan shares its parent's MAC address, so it cannot share the addresses. */
function ipvlanSource({ vmac }: InstanceConfig): IpAddress | undefined {
  if (vmac.own?.what.kind !== "ipvlan" || vmac.transmitsOnBase) return undefined;
  return vmac.own.what.address?.address;
}

/** track_interface, and the interfaces of addresses, routes and rules (behaviour: tracked too). */
function trackedInterfaces(config: InstanceConfig): readonly TrackedObject[] {
  const names = new Set(config.trackedInterfaces.map((tracked) => tracked.name));
  for (const name of ownInterfaces(config)) names.add(name);
  const implied: TrackedObject[] = [];
  const used = [
    ...[...config.addresses, ...config.excludedAddresses]
      .filter(({ track }) => track)
      .map(({ interfaceName }) => interfaceName),
    ...config.routes.filter(({ track }) => track).flatMap(routeInterfaces),
    ...config.rules.filter(({ track }) => track).flatMap(ruleInterfaces),
  ];
  for (const name of used) {
    if (names.has(name)) continue;
    names.add(name);
    implied.push({ name, weight: 0, reverse: false });
  }
  return [...config.trackedInterfaces, ...implied];
}

/** keepalived.conf(5), track_src_ip. Without an interface any one may hold the address. */
function lostSource(config: InstanceConfig, network: Network): readonly FaultCause[] {
  const { source } = config.delivery;
  const { interfaceName, tracksSource } = config;
  if (!tracksSource || source === undefined) return [];
  const link = interfaceName === undefined ? undefined : network.get(interfaceName);
  if (interfaceName !== undefined && link === undefined) return [];
  const places = link === undefined ? [...network.values()] : [link];
  const isThere = places.some(({ addresses }) =>
    addresses.some(({ address, usable }) => usable && address === source),
  );
  return isThere ? [] : [{ kind: "sourceLost", address: source }];
}

const downCause = (interfaceName: string, network: Network): FaultCause =>
  network.has(interfaceName)
    ? { kind: "interfaceDown", interfaceName }
    : { kind: "interfaceMissing", interfaceName };

function noSource(config: InstanceConfig, interfaceName: string): FaultCause {
  const family = config.family === "ipv4" ? "IPv4" : "IPv6";
  return { kind: "noSourceAddress", family, interfaceName };
}
