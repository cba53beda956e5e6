/** The servers of a service: family, port, weight, and the one that is there twice. */
import { familyOf } from "../base/address.ts";
import type { Family } from "../base/address.ts";
import type { Forwarding, Protocol, RealServerConfig } from "../lvs/config.ts";
import { serverName, serviceName } from "../lvs/names.ts";
import type { Located } from "./diagnostics.ts";
import { finishCheckers } from "./finish-checker.ts";
import type { GroupFacts, ServiceScope } from "./finish-server-group.ts";
import type { RealServerDraft, VirtualServerDraft } from "./lvs-drafts.ts";

/** A service as far as its servers need it. */
export interface Service {
  readonly draft: VirtualServerDraft;
  readonly protocol: Protocol | undefined;
  readonly forwarding: Forwarding;
  readonly family: Family | undefined;
  readonly group: GroupFacts | undefined;
}

/** What ipvsadm(8) allows; Keepalived goes further. */
const USUAL_WEIGHT_MAXIMUM = 65_535;

/** The servers that can be used; what is wrong with the others has been reported. */
export function finishRealServers(
  service: Service,
  scope: ServiceScope,
): readonly RealServerConfig[] {
  const finished: RealServerConfig[] = [];
  const taken = new Map<string, RealServerDraft>();
  for (const draft of service.draft.realServers) {
    const forwarding = draft.forwarding?.value ?? service.forwarding;
    if (!isOfFamily(draft, forwarding, service, scope)) continue;
    const port = finishPort(draft, forwarding, service, scope);
    const earlier = takePlace(draft, port, taken);
    if (earlier !== undefined) {
      reportTwice({ draft, earlier, port }, service, scope);
      continue;
    }
    finished.push(finishRealServer(draft, port, forwarding, scope));
  }
  return finished;
}

function finishRealServer(
  draft: RealServerDraft,
  port: number,
  forwarding: Forwarding,
  scope: ServiceScope,
): RealServerConfig {
  const { service } = draft;
  const { global } = scope;
  checkThresholds(draft, scope);
  checkWeight(draft.weight ?? service.weight, scope);
  return {
    address: draft.address,
    port,
    forwarding,
    weight: draft.weight?.value ?? service.weight?.value ?? 1,
    inhibitsOnFailure: draft.inhibitsOnFailure ?? service.inhibitsOnFailure ?? false,
    upperThreshold: draft.upperThreshold?.value ?? 0,
    lowerThreshold: draft.lowerThreshold?.value ?? 0,
    startsDown: draft.alpha ?? service.alpha ?? false,
    smtpAlert: draft.smtpAlert ?? global.smtpAlertChecker?.value ?? global.smtpAlert?.value ?? true,
    virtualHost: draft.virtualHost ?? service.virtualHost,
    snmpName: draft.snmpName,
    notifyUp: draft.notifyUp?.value,
    notifyDown: draft.notifyDown?.value,
    checkers: finishCheckers(draft, scope),
  };
}

function isOfFamily(
  { address, at }: RealServerDraft,
  forwarding: Forwarding,
  { family }: Service,
  { report }: ServiceScope,
): boolean {
  if (family === undefined || forwarding.kind === "tunnel" || familyOf(address) === family) {
    return true;
  }
  report({
    severity: "error",
    code: "conflict",
    message: `Address family of virtual server and real server ${address} don't match - skipping real server.`,
    at,
    fix: "give it an address of the service's family, or reach it by lvs_method TUN",
  });
  return false;
}

/** Without network address translation a packet keeps its port. */
function finishPort(
  draft: RealServerDraft,
  forwarding: Forwarding,
  { draft: { target }, protocol, group }: Service,
  { report }: ServiceScope,
): number {
  const { port, at } = draft;
  if (target.kind === "address" && port === 0) return target.port;
  if (forwarding.kind === "nat" || port === 0) return port;
  if (target.kind === "address" && port === target.port) return port;
  const complain = (message: string, fix: string): void => {
    report({ severity: "warning", code: "conflict", message, at, fix });
  };
  const service = serviceName(target, protocol);
  const server = serverName(draft, protocol);
  if (target.kind === "address") {
    const message = `WARNING - virtual server ${service} and real server ${server} ports don't match - resetting`;
    complain(message, "remove the port, or use lvs_method NAT");
    return target.port;
  }
  if (target.kind === "mark") {
    const message = `WARNING - fwmark virtual server ${service}, real server ${server} has port specified - clearing`;
    complain(message, "remove the port");
    return 0;
  }
  if (group !== undefined && group.marks > 0) {
    const message = `WARNING - fwmark virtual server ${service}, real server ${server} has port specified - port will be ignored`;
    complain(message, "remove the port");
  }
  for (const [other, member] of group?.byPort ?? []) {
    if (other === port) continue;
    const message = `virtual server ${service}:[${member.first},${other}] and real server ${server} ports don't match`;
    complain(message, "remove the port, or use lvs_method NAT");
    break;
  }
  return 0;
}

/** Takes the address and port for the server; the one that has them already, if there is one. */
function takePlace(
  draft: RealServerDraft,
  port: number,
  taken: Map<string, RealServerDraft>,
): RealServerDraft | undefined {
  if (draft.service.realServers.length === 1) return undefined;
  const key = `${draft.address} ${port}`;
  const earlier = taken.get(key);
  if (earlier === undefined) taken.set(key, draft);
  return earlier;
}

interface Twice {
  readonly draft: RealServerDraft;
  readonly earlier: RealServerDraft;
  readonly port: number;
}

/** Keepalived tells servers apart by what is written; the kernel by where packets go. */
function reportTwice(
  { draft, earlier, port }: Twice,
  { draft: { target }, protocol }: Service,
  { report }: ServiceScope,
): void {
  report({
    severity: "warning",
    code: earlier.port === draft.port ? "duplicate" : "ignored",
    message:
      `VS ${serviceName(target, protocol)}: real server ` +
      `${serverName({ address: draft.address, port }, protocol)} is duplicated - removing second rs`,
    at: draft.at,
    because: earlier.at,
    fix: "remove one of the two",
  });
}

/** IPVS refuses a server whose lower threshold is the higher one. */
function checkThresholds(
  { upperThreshold, lowerThreshold }: RealServerDraft,
  { report }: ServiceScope,
): void {
  if (lowerThreshold === undefined || lowerThreshold.value <= (upperThreshold?.value ?? 0)) return;
  report({
    severity: "warning",
    code: "ignored",
    message: `lthreshold ${lowerThreshold.value} is above uthreshold ${upperThreshold?.value ?? 0} - the kernel refuses such a server`,
    at: lowerThreshold.at,
    ...(upperThreshold === undefined ? {} : { because: upperThreshold.at }),
    fix: "write a uthreshold that is not below lthreshold",
  });
}

function checkWeight(weight: Located<number> | undefined, { report }: ServiceScope): void {
  if (weight === undefined || weight.value <= USUAL_WEIGHT_MAXIMUM) return;
  report({
    severity: "warning",
    code: "ignored",
    message: `weight ${weight.value} is above ${USUAL_WEIGHT_MAXIMUM}, the most that ipvsadm(8) allows`,
    at: weight.at,
    fix: "keep the proportions and divide all weights of the service",
  });
}
