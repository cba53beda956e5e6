/** The server that takes over when the quorum is lost. */
import { familyOf } from "../base/address.ts";
import type { Forwarding, RealServerConfig, ServerConfig } from "../lvs/config.ts";
import { serverName, serviceName } from "../lvs/names.ts";
import type { Service } from "./finish-real-servers.ts";
import type { ServiceScope } from "./finish-server-group.ts";
import type { ServerDraft } from "./lvs-drafts.ts";

export function finishSorryServer(
  service: Service,
  realServers: readonly RealServerConfig[],
  quorum: number,
  scope: ServiceScope,
): ServerConfig | undefined {
  const { draft, family } = service;
  const { sorryServer } = draft;
  if (sorryServer === undefined) return undefined;
  const { report } = scope;
  const { address, at } = sorryServer;
  const forwarding = draft.sorryServerForwarding ?? service.forwarding;
  if (family !== undefined && forwarding.kind !== "tunnel" && familyOf(address) !== family) {
    report({
      severity: "error",
      code: "conflict",
      message: `Address family of virtual server and sorry server ${address} don't match - skipping sorry server.`,
      at,
      fix: "give it an address of the service's family, or add sorry_server_lvs_method TUN",
    });
    return undefined;
  }
  if (quorum === 0) {
    report({
      severity: "warning",
      code: "ignored",
      message: `sorry_server ${address} is never used: a quorum of 0 is never lost`,
      at,
      fix: "give the real servers a weight",
    });
  }
  const port = finishPort(sorryServer, forwarding, service, scope);
  return {
    address,
    port,
    forwarding,
    weight: draft.weight?.value ?? 1,
    inhibitsOnFailure: finishInhibit({ ...sorryServer, port }, service, realServers, scope),
  };
}

function finishPort(
  { port, at }: ServerDraft,
  forwarding: Forwarding,
  { draft: { target }, protocol, group }: Service,
  { report }: ServiceScope,
): number {
  if (target.kind === "address" && (port === 0 || port === target.port)) return target.port;
  if (port === 0 || forwarding.kind === "nat") return port;
  const name = serviceName(target, protocol);
  const complain = (message: string): void => {
    const fix = "remove the port";
    report({ severity: "warning", code: "conflict", message: `WARNING - ${message}`, at, fix });
  };
  if (target.kind === "address") {
    complain(`virtual server ${name} and sorry server ports don't match - resetting`);
    return target.port;
  }
  if (target.kind === "mark") {
    complain(`virtual server ${name}, sorry server has port specified - clearing`);
  } else if (group !== undefined) {
    complain(`virtual server ${name}, sorry server has port specified - port will be ignored`);
  }
  return 0;
}

/** A server that is both real and sorry is one destination, which is inhibited or not. */
function finishInhibit(
  { address, port, at }: ServerDraft,
  { draft, protocol }: Service,
  realServers: readonly RealServerConfig[],
  { report }: ServiceScope,
): boolean {
  const own = draft.sorryServerInhibits ?? false;
  const twin = realServers.find((server) => server.address === address && server.port === port);
  if (twin === undefined || twin.inhibitsOnFailure === own) return own;
  const name = serviceName(draft.target, protocol);
  report({
    severity: "warning",
    code: draft.sorryServer?.port === port ? "conflict" : "ignored",
    message:
      `Virtual server ${name}: real server ${serverName(twin, protocol)} matches sorry server, ` +
      `but inhibit setting differs, ${own ? "clearing" : "setting"} on sorry server`,
    at,
    fix: own ? "remove sorry_server_inhibit" : "add sorry_server_inhibit",
  });
  return twin.inhibitsOnFailure;
}
