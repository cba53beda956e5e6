/** A service to its finished form: family, protocol, scheduler, persistence, and its quorum. */
import { familyOf } from "../base/address.ts";
import type { Family } from "../base/address.ts";
import type {
  Forwarding,
  Persistence,
  Protocol,
  RealServerConfig,
  Scheduler,
  VirtualServerConfig,
} from "../lvs/config.ts";
import { serviceName } from "../lvs/names.ts";
import type { DiagnosticCode, Span } from "./diagnostics.ts";
import { finishRealServers } from "./finish-real-servers.ts";
import type { Service } from "./finish-real-servers.ts";
import type { GroupFacts, ServiceScope } from "./finish-server-group.ts";
import { finishSorryServer } from "./finish-sorry-server.ts";
import type { VirtualServerDraft } from "./lvs-drafts.ts";

const STANDARD_PERSISTENCE = 360;
const SIP = "sip";

/** The service, or undefined when it can do nothing. */
export function finishVirtualServer(
  draft: VirtualServerDraft,
  scope: ServiceScope,
): VirtualServerConfig | undefined {
  const group = draft.target.kind === "group" ? scope.groups.get(draft.target.name) : undefined;
  if (draft.target.kind === "group" && group === undefined) {
    reportUnknownGroup(draft.target.name, draft.at, scope);
    return undefined;
  }
  const forwarding = draft.forwarding?.value ?? { kind: "nat" };
  const family = familyOfService(draft, forwarding, group);
  if (hasNoServer(draft, family, forwarding, scope)) return undefined;
  const asWritten = complainer(draft, draft.protocol?.value, scope);
  const protocol = finishProtocol(draft, group, family, asWritten);
  const complain = complainer(draft, protocol, scope);
  const service: Service = { draft, protocol, forwarding, family, group };
  checkGroupFamily(service, complain);
  const scheduler = finishScheduler(draft, complain);
  if (draft.forwarding === undefined && needsForwarding(draft)) {
    complain("incomplete", "no forwarding method set, setting default NAT", {
      fix: "add lvs_method NAT, DR or TUN",
    });
  }
  const realServers = finishRealServers(service, scope);
  const { quorum, hysteresis } = finishQuorum(draft, protocol, realServers, scope);
  const { global } = scope;
  return {
    target: draft.target,
    family,
    protocol,
    scheduler,
    schedulerFlags: {
      flag1: draft.flag1 !== undefined,
      flag2: draft.flag2 !== undefined,
      flag3: draft.flag3 !== undefined,
    },
    onePacket: finishOnePacket(draft, protocol, complain),
    persistence: finishPersistence(draft, group, complain),
    quorum,
    hysteresis,
    quorumUp: draft.quorumUp?.value,
    quorumDown: draft.quorumDown?.value,
    suspendsWithoutAddress: finishSuspension(draft, group, complain),
    smtpAlert:
      draft.smtpAlert ?? global.smtpAlertChecker?.value ?? global.smtpAlert?.value ?? false,
    startsDown: draft.alpha ?? false,
    notifiesOnStop: draft.omega ?? false,
    virtualHost: draft.virtualHost,
    snmpName: draft.snmpName,
    sorryServer: finishSorryServer(service, realServers, quorum, scope),
    realServers,
  };
}

interface Extra {
  readonly at?: Span | undefined;
  readonly fix?: string;
}
type Complain = (code: DiagnosticCode, message: string, extra?: Extra) => void;

/** Reports about a service with its name in front, at the keyword concerned or at the block. */
function complainer(
  draft: VirtualServerDraft,
  protocol: Protocol | undefined,
  { report }: ServiceScope,
): Complain {
  return (code, message, { at, fix } = {}) => {
    report({
      severity: "warning",
      code,
      message: `Virtual server ${serviceName(draft.target, protocol)}: ${message}`,
      at: at ?? draft.at,
      ...(fix === undefined ? {} : { fix }),
    });
  };
}

/** Keepalived passes over a service with an unknown group in silence. */
function reportUnknownGroup(name: string, at: Span, scope: ServiceScope): void {
  const place = scope.groupNames.get(name);
  const close = place === undefined ? scope.suggest(name, scope.groupNames.keys()) : undefined;
  scope.report({
    severity: "warning",
    code: "ignored",
    message:
      place === undefined
        ? `virtual_server_group ${name} is not defined - there will be no service`
        : `virtual_server_group ${name} was removed - there will be no service`,
    at,
    ...(place === undefined ? {} : { because: place }),
    ...(close === undefined ? {} : { fix: `did you mean ${close}?` }),
  });
}

/**
 * The address's, the configured, or that of the servers which no tunnel separates from it. With
 * tunnels to all of them: that of a group's addresses, of the servers if they agree, else IPv4.
 */
function familyOfService(
  { target, family, realServers, sorryServer, sorryServerForwarding }: VirtualServerDraft,
  forwarding: Forwarding,
  group: GroupFacts | undefined,
): Family | undefined {
  if (target.kind === "address") return familyOf(target.address);
  if (family !== undefined) return family.value;
  const near = realServers.find(
    (server) => (server.forwarding?.value ?? forwarding).kind !== "tunnel",
  );
  if (near !== undefined) return familyOf(near.address);
  if (sorryServer !== undefined && (sorryServerForwarding ?? forwarding).kind !== "tunnel") {
    return familyOf(sorryServer.address);
  }
  if (group !== undefined) return familyOfGroup(group);
  const [first] = realServers;
  if (first === undefined) return "ipv4";
  const common = familyOf(first.address);
  return realServers.every(({ address }) => familyOf(address) === common) ? common : "ipv4";
}

function familyOfGroup({ families, config }: GroupFacts): Family | undefined {
  const named = new Set(families);
  for (const member of config.members) {
    if (member.kind === "mark" && member.family !== undefined) named.add(member.family);
  }
  const [first = "ipv4", ...others] = named;
  return others.length === 0 ? first : undefined;
}

function hasNoServer(
  draft: VirtualServerDraft,
  family: Family | undefined,
  forwarding: Forwarding,
  { report }: ServiceScope,
): boolean {
  const isUsable = draft.realServers.some(
    ({ address, forwarding: own }) =>
      family === undefined ||
      (own?.value ?? forwarding).kind === "tunnel" ||
      familyOf(address) === family,
  );
  if (isUsable) return false;
  for (const { address, at } of draft.realServers) {
    report({
      severity: "error",
      code: "conflict",
      message: `Address family of virtual server and real server ${address} don't match - skipping real server.`,
      at,
      fix: "give it an address of the service's family, or reach it by lvs_method TUN",
    });
  }
  report({
    severity: "error",
    code: "incomplete",
    message: `Virtual server ${serviceName(draft.target, draft.protocol?.value)} has no real servers - ignoring`,
    at: draft.at,
    fix: "add a real_server",
  });
  return true;
}

function finishProtocol(
  draft: VirtualServerDraft,
  group: GroupFacts | undefined,
  family: Family | undefined,
  complain: Complain,
): Protocol | undefined {
  const { target, protocol } = draft;
  const hasOnlyMarks = group?.families.size === 0;
  if (target.kind === "mark" || hasOnlyMarks) {
    if (protocol !== undefined && (group === undefined || hasMarkOf(group, family))) {
      complain("conflict", "protocol specified for fwmark - protocol will be ignored", {
        at: protocol.at,
        fix: "remove protocol",
      });
    }
    return undefined;
  }
  if (protocol !== undefined) return protocol.value;
  complain("incomplete", "no protocol set - defaulting to UDP", { fix: "add protocol TCP" });
  return "udp";
}

const hasMarkOf = ({ config }: GroupFacts, family: Family | undefined): boolean =>
  config.members.some(
    (member) =>
      member.kind === "mark" &&
      (family === undefined || member.family === undefined || member.family === family),
  );

/** Members of another family than the servers, which Keepalived does not mention. */
function checkGroupFamily({ family, group }: Service, complain: Complain): void {
  if (group === undefined || family === undefined) return;
  const stranger = group.config.members.find(
    (member) =>
      (member.kind === "mark" ? (member.family ?? family) : familyOf(member.first)) !== family,
  );
  if (stranger === undefined) return;
  const what = stranger.kind === "mark" ? `fwmark ${stranger.mark}` : stranger.first;
  complain(
    "ignored",
    `${what} of group ${group.config.name} is not ${family === "ipv4" ? "IPv4" : "IPv6"} like its servers - left out`,
    { fix: "reach all servers by lvs_method TUN, or make a group for each family" },
  );
}

function finishScheduler(draft: VirtualServerDraft, complain: Complain): Scheduler {
  const scheduler = draft.scheduler?.value ?? "wlc";
  if (draft.scheduler === undefined) {
    complain("incomplete", "no scheduler set, setting default 'wlc'", { fix: "add lvs_sched wlc" });
  }
  const flag = draft.flag1 ?? draft.flag2 ?? draft.flag3;
  if (flag !== undefined && scheduler !== "sh" && scheduler !== "mh") {
    complain("ignored", `${flag.value} means nothing to the ${scheduler} scheduler`, {
      at: flag.at,
      fix: `remove ${flag.value}`,
    });
  }
  return scheduler;
}

const needsForwarding = ({ realServers }: VirtualServerDraft): boolean =>
  realServers.some(({ forwarding }) => forwarding === undefined);

function finishOnePacket(
  { onePacket, target }: VirtualServerDraft,
  protocol: Protocol | undefined,
  complain: Complain,
): boolean {
  if (onePacket === undefined) return false;
  if (protocol === "udp" || protocol === undefined || target.kind === "mark") return true;
  complain("conflict", "one packet scheduling requires UDP - resetting", {
    at: onePacket,
    fix: "remove ops, or write protocol UDP",
  });
  return false;
}

function finishPersistence(
  draft: VirtualServerDraft,
  group: GroupFacts | undefined,
  complain: Complain,
): Persistence | undefined {
  const { target, granularity, persistenceEngine: engine } = draft;
  let timeoutSeconds = draft.persistenceTimeout?.value;
  const hasZeroPort = target.kind === "address" ? target.port === 0 : group?.byPort.has(0) === true;
  if (timeoutSeconds === undefined && hasZeroPort) {
    complain("incomplete", "zero port only valid for persistent services - setting", {
      fix: "add the port, or persistence_timeout for all ports",
    });
    timeoutSeconds = STANDARD_PERSISTENCE;
  }
  if (engine !== undefined && engine.value !== SIP) {
    complain("ignored", `the kernel has no persistence_engine ${engine.value}`, {
      at: engine.at,
      fix: `write persistence_engine ${SIP}`,
    });
  }
  if (timeoutSeconds === undefined) {
    const idle = granularity ?? engine;
    if (idle !== undefined) {
      const keyword = granularity === undefined ? "persistence_engine" : "persistence_granularity";
      complain("ignored", `${keyword} has no effect without persistence_timeout`, {
        at: idle.at,
        fix: "add persistence_timeout",
      });
    }
    return undefined;
  }
  return {
    timeoutSeconds,
    granularity: granularity?.value ?? { kind: "address" },
    engine: engine?.value,
  };
}

function finishSuspension(
  { suspendsWithoutAddress, target }: VirtualServerDraft,
  group: GroupFacts | undefined,
  complain: Complain,
): boolean {
  if (suspendsWithoutAddress === undefined) return false;
  if (target.kind !== "mark" && (group?.marks ?? 0) === 0) return true;
  complain("conflict", "cannot use ha_suspend with fwmarks - clearing ha_suspend", {
    at: suspendsWithoutAddress,
    fix: "remove ha_suspend",
  });
  return false;
}

/** A quorum that can be reached, and a hysteresis below it. */
function finishQuorum(
  draft: VirtualServerDraft,
  protocol: Protocol | undefined,
  servers: readonly RealServerConfig[],
  { report }: ServiceScope,
): { readonly quorum: number; readonly hysteresis: number } {
  const total = servers.reduce((sum, { weight }) => sum + weight, 0);
  const wanted = draft.quorum?.value ?? 1;
  const quorum = Math.min(wanted, total);
  if (quorum < wanted) {
    report({
      severity: "warning",
      code: "conflict",
      message:
        `Warning - quorum ${wanted} for ${serviceName(draft.target, protocol)} exceeds ` +
        `total weight of real servers ${total}, reducing quorum to ${quorum}`,
      at: draft.quorum?.at ?? draft.at,
      fix: total === 0 ? "give a server a weight" : `write quorum ${quorum}, or raise weights`,
    });
  }
  const asked = draft.hysteresis?.value ?? 0;
  if (asked < quorum || asked === 0) return { quorum, hysteresis: asked };
  const hysteresis = Math.max(0, quorum - 1);
  report({
    severity: "warning",
    code: "conflict",
    message:
      `Virtual server ${serviceName(draft.target, protocol)}: hysteresis ${asked} >= ` +
      `quorum ${quorum}; setting hysteresis to ${hysteresis}`,
    at: draft.hysteresis?.at ?? draft.at,
    fix: "write a hysteresis below the quorum",
  });
  return { quorum, hysteresis };
}
