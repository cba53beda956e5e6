/**
 * Load balancing as a whole: groups, services, what global_defs says of IPVS, and whether two
 * services are one. Everything here is linear in the number of servers.
 */
import type { Command } from "../base/command.ts";
import type { ServicesConfig, SyncDaemonConfig, VirtualServerConfig } from "../lvs/config.ts";
import { serviceName } from "../lvs/names.ts";
import type { Located, Span } from "./diagnostics.ts";
import type { RootDraft } from "./drafts.ts";
import { commandOfChecker } from "./finish-checker.ts";
import { finishGroup } from "./finish-server-group.ts";
import type { CheckScope, GroupFacts, ServiceScope } from "./finish-server-group.ts";
import { finishVirtualServer } from "./finish-virtual-server.ts";
import type { LvsGlobalsDraft, SyncDaemonDraft, VirtualServerDraft } from "./lvs-drafts.ts";
import type { Scope } from "./scope.ts";
import type { ServiceChecks } from "./service-checks.ts";

/**
 * Everything that the file says of load balancing, with what cannot be used left out. Services that
 * are only checked (`service-checks.ts`) leave nothing in it.
 */
export function finishServices(
  root: RootDraft,
  scope: Scope,
  checks?: ServiceChecks,
): ServicesConfig {
  const { services, global } = root;
  const groups = new Map<string, GroupFacts>();
  for (const draft of services.groups) {
    const facts = finishGroup(draft, scope);
    if (facts !== undefined) groups.set(draft.name.value, facts);
  }
  const groupNames = new Map(services.groups.map(({ name }) => [name.value, name.at]));
  const inner: ServiceScope = { ...scope, groups, groupNames };
  const virtualServers: VirtualServerConfig[] = [];
  const taken = new Map<string, Span>();
  const checked = checks?.finish(inner) ?? [];
  for (const { claim, at } of checked) {
    if (claim !== undefined) checkTaken(claim, at, taken, scope);
  }
  for (const draft of services.virtualServers) {
    const finished = finishVirtualServer(draft, inner);
    if (finished === undefined) continue;
    checkTaken(finished, draft.at, taken, scope);
    virtualServers.push(finished);
  }
  if (global.scriptSecurity === undefined) {
    const script =
      checked.find((each) => each.script !== undefined)?.script ??
      firstScript(services.virtualServers, scope.programExists);
    if (script !== undefined) reportInsecure(script, scope);
  }
  const { tlsClient } = services;
  return {
    ...finishLvsGlobals(global.lvs, scope),
    groups: [...groups.values()].map(({ config }) => config),
    virtualServers,
    tlsClient: tlsClient && {
      password: tlsClient.password,
      authority: tlsClient.authority,
      certificate: tlsClient.certificate,
      key: tlsClient.key,
    },
  };
}

/** What makes a service the same as another one. */
export type Claim = Pick<VirtualServerConfig, "target" | "protocol" | "family">;

/** Keepalived takes both, and both then change one service of the kernel. */
function checkTaken(service: Claim, at: Span, taken: Map<string, Span>, { report }: Scope): void {
  const { target, protocol, family } = service;
  const name = serviceName(target, protocol);
  const key =
    target.kind === "address" ? name : `${name} ${protocol ?? "none"} ${family ?? "both"}`;
  const earlier = taken.get(key);
  if (earlier === undefined) {
    taken.set(key, at);
    return;
  }
  report({
    severity: "warning",
    code: "ignored",
    message: `Virtual server ${name} is configured twice - both change the same IPVS service`,
    at,
    because: earlier,
    fix: "move the real servers of both into one virtual_server",
  });
}

function finishLvsGlobals(
  draft: LvsGlobalsDraft,
  scope: Scope,
): Pick<ServicesConfig, "syncDaemon" | "timeouts" | "flushesOnStart" | "flushOnStop"> {
  const { tcp, tcpFin, udp } = draft.timeouts;
  return {
    syncDaemon: draft.syncDaemon && finishSyncDaemon(draft.syncDaemon, scope),
    timeouts: { tcp, tcpFin, udp },
    flushesOnStart: draft.flushesOnStart ?? false,
    flushOnStop: draft.flushOnStop ?? "nothing",
  };
}

function finishSyncDaemon(
  draft: SyncDaemonDraft,
  { names, report, suggest }: Scope,
): SyncDaemonConfig {
  const { interfaceName, instance, id, maximumLength, port, ttl, group } = draft;
  if (instance !== undefined && !names.has(`vrrp_instance ${instance.value}`)) {
    const known = [...names.keys()]
      .filter((key) => key.startsWith("vrrp_instance "))
      .map((key) => key.slice("vrrp_instance ".length));
    const close = suggest(instance.value, known);
    report({
      severity: "warning",
      code: "ignored",
      message: `lvs_sync_daemon: vrrp_instance ${instance.value} is not defined - nothing starts the daemon`,
      at: instance.at,
      ...(close === undefined ? {} : { fix: `did you mean ${close}?` }),
    });
  }
  return { interfaceName, instance: instance?.value, id, maximumLength, port, ttl, group };
}

/** Keepalived insists on a decision as soon as any script of a service would run. */
function reportInsecure({ at }: Located<Command>, { report }: CheckScope): void {
  report({
    severity: "warning",
    code: "script-security",
    message:
      "SECURITY VIOLATION - check scripts are being executed but script_security not enabled.",
    at,
    fix: "add enable_script_security to global_defs",
  });
}

/** The first script of these services that would run. */
export function firstScript(
  services: readonly VirtualServerDraft[],
  programExists: (program: string) => boolean,
): Located<Command> | undefined {
  const runs = (command: Located<Command> | undefined): command is Located<Command> =>
    command !== undefined && programExists(command.value.argv[0]);
  for (const { quorumUp, quorumDown, realServers } of services) {
    if (runs(quorumUp)) return quorumUp;
    if (runs(quorumDown)) return quorumDown;
    for (const { notifyUp, notifyDown, checkers } of realServers) {
      if (runs(notifyUp)) return notifyUp;
      if (runs(notifyDown)) return notifyDown;
      for (const checker of checkers) {
        const command = commandOfChecker(checker);
        if (runs(command)) return command;
      }
    }
  }
  return undefined;
}
