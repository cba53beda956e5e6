/**
 * Strict mode: what it takes away from an instance, each thing at its place, and the consequence
 * that surprises people most, that the virtual addresses no longer answer. keepalived.conf(5),
 * vrrp_strict.
 */
import { familyOf, isLinkLocal } from "../base/address.ts";
import type { InstanceConfig, VirtualAddress } from "../vrrp/config.ts";
import { related } from "./diagnostics.ts";
import type { Span } from "./diagnostics.ts";
import type { InstanceDraft } from "./drafts.ts";
import type { Election } from "./finish-election.ts";
import { complain } from "./scope.ts";
import type { Scope } from "./scope.ts";

export function isStrictMode(draft: InstanceDraft, scope: Scope): boolean {
  return (draft.strict ?? scope.global.strict)?.value === true;
}

/** A setting that strict mode overrides, told at its own place. */
export interface Overridden {
  readonly code: "strict" | "strict-authentication" | "strict-preempt-delay";
  readonly message: string;
  readonly at: Span;
}

/** The draft without what strict mode does not allow, and what was taken away. */
export function applyStrictMode(
  draft: InstanceDraft,
  { global }: Scope,
): {
  readonly draft: InstanceDraft;
  readonly removed: readonly Overridden[];
} {
  const kept = { ...draft, announcements: { ...draft.announcements } };
  const removed = overriddenSettings(draft);
  if (draft.authentication !== undefined) {
    delete kept.authentication;
    const message = "Strict mode does not support authentication. Ignoring.";
    removed.push({ code: "strict-authentication", message, at: draft.authentication.at });
  }
  if (draft.preemptDelay !== undefined) {
    delete kept.preemptDelay;
    const message = "preempt_delay is incompatible with strict mode - resetting";
    removed.push({ code: "strict-preempt-delay", message, at: draft.preemptDelay.at });
  }
  const downTimerAdverts = draft.downTimerAdverts ?? global.downTimerAdverts;
  if (downTimerAdverts !== undefined && downTimerAdverts.value !== STRICT_DOWN_TIMER_ADVERTS) {
    const message = "down_timer_adverts is incompatible with strict mode - resetting";
    removed.push({ code: "strict", message, at: downTimerAdverts.at });
  }
  return { draft: kept, removed };
}

const STRICT_DOWN_TIMER_ADVERTS = 3;

/** Settings of the instance alone; Keepalived overrides the global ones without a word. */
function overriddenSettings(draft: InstanceDraft): Overridden[] {
  const found: Overridden[] = [];
  const add = (at: Span | undefined, message: string): void => {
    if (at !== undefined) found.push({ code: "strict", message, at });
  };
  const { lowerPriorityRepeat, lowerPriorityDelay } = draft.announcements;
  add(draft.transmitsOnBase, "Strict mode does not allow vmac_xmit_base. Ignoring.");
  if (draft.lowerPriorityNoAdvert?.value === false) {
    const at = draft.lowerPriorityNoAdvert.at;
    add(at, "Strict mode requires no lower priority advert. resetting");
  }
  if (draft.higherPrioritySendAdvert?.value === true) {
    const at = draft.higherPrioritySendAdvert.at;
    add(at, "strict mode requires higher_prio_send_advert to be clear. resetting");
  }
  if ((lowerPriorityRepeat?.value ?? 0) > 0) {
    add(lowerPriorityRepeat?.at, "Strict mode requires no repeat garps. resetting");
  }
  if ((lowerPriorityDelay?.value ?? 0) > 0) {
    add(lowerPriorityDelay?.at, "Strict mode requires no repeat garp delay. resetting");
  }
  return found;
}

/** How adverts are sent and believed, where strict mode leaves a choice. */
export function finishSwitches(
  draft: InstanceDraft,
  isStrict: boolean,
  global: Scope["global"],
): Pick<
  InstanceConfig,
  | "skipAddressCheck"
  | "lowerPriorityNoAdvert"
  | "higherPrioritySendAdvert"
  | "ownerIgnoresAdverts"
  | "v3ChecksumAsV2"
  | "oldUnicastChecksum"
> {
  return {
    skipAddressCheck: (draft.skipAddressCheck ?? global.skipAddressCheck)?.value === true,
    lowerPriorityNoAdvert:
      isStrict || (draft.lowerPriorityNoAdvert ?? global.lowerPriorityNoAdvert)?.value === true,
    higherPrioritySendAdvert:
      !isStrict &&
      (draft.higherPrioritySendAdvert ?? global.higherPrioritySendAdvert)?.value === true,
    ownerIgnoresAdverts:
      isStrict || (draft.ownerIgnoresAdverts ?? global.ownerIgnoresAdverts)?.value === true,
    v3ChecksumAsV2: (draft.v3ChecksumAsV2 ?? global.v3ChecksumAsV2)?.value === true,
    oldUnicastChecksum: draft.oldUnicastChecksum?.value ?? "auto",
  };
}

/** Whether packets to the virtual addresses are accepted. */
export function finishAccept(draft: InstanceDraft, election: Election, isStrict: boolean): boolean {
  if (election.isOwner) return true;
  if (isStrict && election.version === 2) return false;
  return draft.accept?.value ?? !isStrict;
}

/** Each thing that strict mode overrides, and the consequence that surprises people most. */
export function explainStrictMode(
  draft: InstanceDraft,
  election: Election,
  removed: readonly Overridden[],
  scope: Scope,
): void {
  const at = (draft.strict ?? scope.global.strict)?.at ?? draft.name.at;
  const source = related(at, "strict mode is turned on here");
  const fix = "remove it, or turn strict mode off";
  for (const each of removed)
    complain(scope, draft, { severity: "warning", ...each, ...source, fix });
  if (draft.accept?.value === true && election.version === 2 && !election.isOwner) {
    complain(scope, draft, {
      severity: "warning",
      code: "strict-accept",
      message: "accept mode for VRRP version 2 does not comply with RFC3768 - resetting",
      at: draft.accept.at,
      ...source,
      fix: "use version 3, or turn strict mode off",
    });
  }
  if (finishAccept(draft, election, true)) return;
  complain(scope, draft, {
    severity: "warning",
    code: "strict-consequence",
    message:
      "strict mode (vrrp_strict): the virtual addresses will answer no ping and no connection: " +
      "only their owner (priority 255) accepts packets sent to them, and a firewall rule drops " +
      "those sent to any other master",
    at,
    fix:
      election.version === 3
        ? "add accept to the instance, or turn strict mode off"
        : "turn strict mode off, or use version 3 with accept",
  });
}

/** What strict mode asks of the addresses (RFC 9568 §5.2.9). */
export function checkStrictAddresses(
  draft: InstanceDraft,
  [first]: readonly VirtualAddress[],
  scope: Scope,
): void {
  if (first === undefined || familyOf(first.address) === "ipv4") return;
  if (isLinkLocal(first.address)) return;
  complain(scope, draft, {
    severity: "error",
    code: "strict-link-local",
    message: "the first IPv6 VIP address must be link local",
    at: draft.addresses[0]?.address.at ?? draft.name.at,
    fix: "put a link-local address such as fe80::1 first",
  });
}
