/** When and where a check is made: what it says, else its real server, else the virtual server. */
import { isLinkLocal } from "../base/address.ts";
import { seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { CheckConnection, CheckTiming } from "../lvs/checker-config.ts";
import type { ConnectionDraft, TimingDraft } from "./checker-drafts.ts";
import type { CheckScope } from "./finish-server-group.ts";
import type { CheckDefaults, RealServerDraft } from "./lvs-drafts.ts";

const DEFAULT_DELAY_LOOP = seconds(60);
const DEFAULT_CONNECT_TIMEOUT = seconds(5);

/** What differs between kinds of checks when nothing is said. */
export interface KindDefaults {
  readonly retry: number;
  /** Undefined takes delay_loop. */
  readonly delayBeforeRetry: Duration | undefined;
}

export interface FinishedNetwork {
  readonly timing: CheckTiming;
  readonly connection: CheckConnection;
}

export function finishNetwork(
  draft: ConnectionDraft,
  defaults: KindDefaults,
  server: RealServerDraft,
  scope: CheckScope,
): FinishedNetwork {
  return {
    timing: finishTiming(draft, defaults, server, scope),
    connection: finishConnection(draft, server, scope),
  };
}

export function finishTiming(
  draft: TimingDraft,
  defaults: KindDefaults,
  server: RealServerDraft,
  { global }: CheckScope,
): CheckTiming {
  // By name and not by key: there may be tens of thousands of checks.
  const { service } = server;
  const delayLoop = draft.delayLoop ?? server.delayLoop ?? service.delayLoop ?? DEFAULT_DELAY_LOOP;
  return {
    delayLoop,
    retry: draft.retry ?? server.retry ?? service.retry ?? defaults.retry,
    delayBeforeRetry:
      draft.delayBeforeRetry ??
      server.delayBeforeRetry ??
      service.delayBeforeRetry ??
      defaults.delayBeforeRetry ??
      delayLoop,
    warmup: draft.warmup ?? server.warmup ?? service.warmup ?? delayLoop,
    startsFailed: draft.alpha ?? server.alpha ?? service.alpha ?? false,
    logsAllFailures: draft.logsAllFailures ?? global.checkersLogAllFailures ?? false,
  };
}

/** A setting of the check, else of its real server, else of the virtual server. */
export function inherited<Key extends keyof CheckDefaults>(
  draft: CheckDefaults,
  server: RealServerDraft,
  key: Key,
): CheckDefaults[Key] {
  return draft[key] ?? server[key] ?? server.service[key];
}

function finishConnection(
  draft: ConnectionDraft,
  server: RealServerDraft,
  { report }: CheckScope,
): CheckConnection {
  const address = draft.address ?? server.address;
  if (draft.bindInterface === undefined && isLinkLocal(address)) {
    report({
      severity: "error",
      code: "incomplete",
      message: `Checker link local address ${address} requires a bind_if`,
      at: draft.at,
      fix: "add bind_if with the interface that leads there",
    });
  }
  return {
    address,
    port: draft.port ?? portOf(server),
    connectTimeout:
      draft.connectTimeout ??
      server.connectTimeout ??
      server.service.connectTimeout ??
      DEFAULT_CONNECT_TIMEOUT,
    bindAddress: draft.bindAddress,
    bindPort: draft.bindPort,
    bindInterface: draft.bindInterface,
    mark: draft.mark ?? 0,
  };
}

/** A server without a port of its own answers on that of its service. */
function portOf({ port, service: { target } }: RealServerDraft): number {
  if (port !== 0) return port;
  return target.kind === "address" ? target.port : 0;
}
