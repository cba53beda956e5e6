/**
 * Version, priority, timers and preemption: what decides who is master and how soon. Messages have
 * Keepalived's words where it has a message.
 */
import type { Family } from "../base/address.ts";
import { centiseconds, NO_TIME, OWNER, priority, seconds, toSeconds } from "../base/units.ts";
import type { Duration, Priority } from "../base/units.ts";
import type { VrrpVersion } from "../vrrp/config.ts";
import { related } from "./diagnostics.ts";
import type { InstanceDraft } from "./drafts.ts";
import { DEFAULT_DOWN_TIMER_ADVERTS } from "./finish-dumps.ts";
import { complain } from "./scope.ts";
import type { Scope } from "./scope.ts";

export interface Election {
  readonly family: Family;
  readonly version: VrrpVersion;
  readonly initialState: "master" | "backup";
  readonly priority: Priority;
  readonly isOwner: boolean;
  readonly advertInterval: Duration;
  readonly downTimerAdverts: number;
  readonly preempt: boolean;
  readonly preemptDelay: Duration;
}

const DEFAULT_PRIORITY = 100 as const;

export function finishElection(draft: InstanceDraft, isStrict: boolean, scope: Scope): Election {
  const family = finishFamily(draft, scope);
  const version = finishVersion(draft, family, scope);
  const chosen = finishPriority(draft);
  const isOwner = chosen === OWNER;
  const initialState = finishState(draft, isOwner, isStrict, scope);
  const preempt = finishPreempt(draft, { isOwner, initialState }, scope);
  return {
    family,
    version,
    initialState,
    priority: chosen,
    isOwner,
    advertInterval: finishInterval(draft, version, scope),
    downTimerAdverts: finishDownTimer(draft, isStrict, scope),
    preempt,
    preemptDelay: finishPreemptDelay(draft, { preempt, initialState }, scope),
  };
}

function finishFamily(draft: InstanceDraft, scope: Scope): Family {
  const family = draft.family?.value ?? "ipv4";
  if (draft.nativeIpv6 === undefined || family === "ipv6") return family;
  complain(scope, draft, {
    severity: "error",
    code: "native-ipv6-with-ipv4",
    message: "Cannot specify native_ipv6 with IPv4 addresses",
    at: draft.nativeIpv6,
    ...related(draft.family?.at, "the first address makes the instance IPv4"),
    fix: "remove native_ipv6, or write IPv6 addresses",
  });
  return "ipv4";
}

function finishVersion(draft: InstanceDraft, family: Family, scope: Scope): VrrpVersion {
  const wanted = draft.version ?? scope.global.vrrpVersion;
  if (family === "ipv4") return wanted?.value ?? 2;
  if (draft.version?.value === 2) {
    complain(scope, draft, {
      severity: "warning",
      code: "version-2-with-ipv6",
      message: "VRRP over IPv6 needs version 3 (RFC 9568) - version 2 is ignored",
      at: draft.version.at,
      fix: "write version 3, or leave it out",
    });
  }
  return 3;
}

/** keepalived.conf(5): 100; an instance that wants to be master and gives no number is the owner. */
function finishPriority(draft: InstanceDraft): Priority {
  const wanted = draft.priority?.value ?? (draft.state?.value === "master" ? 255 : undefined);
  const checked = priority(wanted ?? DEFAULT_PRIORITY);
  return checked ?? OWNER;
}

function finishState(
  draft: InstanceDraft,
  isOwner: boolean,
  isStrict: boolean,
  scope: Scope,
): "master" | "backup" {
  const wanted = draft.state?.value ?? "backup";
  const owned = isOwner ? "master" : "backup";
  if (!isStrict || draft.state === undefined || wanted === owned) return wanted;
  complain(scope, draft, {
    severity: "warning",
    code: "strict-state",
    message: "State MASTER must match being address owner",
    at: draft.state.at,
    fix: isOwner ? "write state MASTER with priority 255" : "write state BACKUP",
  });
  return owned;
}

interface Standing {
  readonly isOwner: boolean;
  readonly initialState: "master" | "backup";
}

function finishPreempt(
  draft: InstanceDraft,
  { isOwner, initialState }: Standing,
  scope: Scope,
): boolean {
  const wanted = draft.preempt;
  if (wanted === undefined || wanted.value) return true;
  if (isOwner) {
    complain(scope, draft, {
      severity: "warning",
      code: "nopreempt-with-owner",
      message: "nopreempt is incompatible with priority 255. resetting nopreempt",
      at: wanted.at,
      ...(draft.priority === undefined
        ? related(draft.state?.at, "without priority, state MASTER means 255")
        : related(draft.priority.at, "the priority of the address owner")),
      fix:
        draft.priority === undefined
          ? "give a priority: state MASTER without one means 255, the address owner"
          : "lower the priority, or remove nopreempt",
    });
    return true;
  }
  if (initialState === "backup") return false;
  complain(scope, draft, {
    severity: "warning",
    code: "nopreempt-with-master",
    message: "Warning - nopreempt will not work with initial state MASTER - clearing",
    at: wanted.at,
    ...related(draft.state?.at, "the state that contradicts it"),
    fix: "write state BACKUP on every router; the priorities decide who starts as master",
  });
  return true;
}

function finishPreemptDelay(
  draft: InstanceDraft,
  standing: { readonly preempt: boolean; readonly initialState: "master" | "backup" },
  scope: Scope,
): Duration {
  const wanted = draft.preemptDelay;
  if (wanted === undefined || wanted.value === NO_TIME) return NO_TIME;
  if (standing.initialState === "master") {
    complain(scope, draft, {
      severity: "warning",
      code: "preempt-delay-with-master",
      message: "Warning - preempt delay will not work with initial state MASTER - clearing",
      at: wanted.at,
      ...related(draft.state?.at, "the state that contradicts it"),
      fix: "write state BACKUP",
    });
    return NO_TIME;
  }
  if (standing.preempt) return wanted.value;
  complain(scope, draft, {
    severity: "warning",
    code: "preempt-delay-with-nopreempt",
    message: "preempt_delay is incompatible with nopreempt mode - resetting",
    at: wanted.at,
    ...related(draft.preempt?.at, "it never preempts, so there is nothing to delay"),
    fix: "keep one of the two",
  });
  return NO_TIME;
}

/** keepalived.conf(5) timer_expired_backup: of use to those who do not preempt. */
export function finishTimerExpired(
  draft: InstanceDraft,
  { preempt }: Pick<Election, "preempt">,
  scope: Scope,
): Priority | undefined {
  const wanted = draft.timerExpiredBackup;
  if (wanted === undefined || !preempt) return wanted && priority(wanted.value);
  complain(scope, draft, {
    severity: "warning",
    code: "ignored",
    message: "timer_expired_backup is only of use with nopreempt - ignoring",
    at: wanted.at,
    fix: "add nopreempt, or remove it",
  });
  return undefined;
}

/** RFC 9568 §6.1: three intervals of silence, and strict mode knows no other number. */
function finishDownTimer(draft: InstanceDraft, isStrict: boolean, { global }: Scope): number {
  const wanted = isStrict ? undefined : (draft.downTimerAdverts ?? global.downTimerAdverts);
  return wanted?.value ?? DEFAULT_DOWN_TIMER_ADVERTS;
}

const DEFAULT_INTERVAL = seconds(1);
/** Twelve bits of centiseconds (RFC 9568 §5.2.7). */
const MAX_V3_CENTISECONDS = 4_095;

function finishInterval(draft: InstanceDraft, version: VrrpVersion, scope: Scope): Duration {
  const wanted = draft.advertInterval;
  if (wanted === undefined) return DEFAULT_INTERVAL;
  const written = toSeconds(wanted.value);
  if (version === 2) {
    const whole = Math.max(1, Math.round(written));
    if (whole === written) return wanted.value;
    complain(scope, draft, {
      severity: "warning",
      code: "advert-int-fraction",
      message:
        `VRRPv2 advertisement interval ${written.toFixed(6)}s must be an integer. ` +
        `rounding to ${whole}s`,
      at: wanted.at,
      fix: "write whole seconds, or use version 3 on every router",
    });
    return seconds(whole);
  }
  const ticks = Math.max(1, Math.round(wanted.value / centiseconds(1)));
  if (ticks > MAX_V3_CENTISECONDS) {
    complain(scope, draft, {
      severity: "warning",
      code: "advert-int-too-long",
      message:
        `VRRPv3 advertisement interval ${written.toFixed(2)}s is out of range. ` +
        "Must be less than 40.96s. Setting to 40.95s",
      at: wanted.at,
      fix: "write at most 40.95, the same on every router",
    });
    return centiseconds(MAX_V3_CENTISECONDS);
  }
  if (centiseconds(ticks) !== wanted.value) {
    complain(scope, draft, {
      severity: "warning",
      code: "advert-int-resolution",
      message:
        `VRRPv3 advertisement interval ${written.toFixed(6)}s must be in units of 10ms - ` +
        `rounding to ${(ticks / 100).toFixed(2)}s`,
      at: wanted.at,
      fix: `write ${(ticks / 100).toFixed(2)}`,
    });
  }
  return centiseconds(ticks);
}
