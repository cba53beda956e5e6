/**
 * Strict mode: what it takes away from an instance, said once with the consequence that surprises
 * people most, that the virtual addresses no longer answer. keepalived.conf(5), vrrp_strict.
 */
import { familyOf, isLinkLocal } from "../base/address.ts";
import type { VirtualAddress } from "../vrrp/config.ts";
import type { InstanceDraft } from "./drafts.ts";
import type { Election } from "./finish-election.ts";
import { complain } from "./scope.ts";
import type { Scope } from "./scope.ts";

export function isStrictMode(draft: InstanceDraft, scope: Scope): boolean {
  return (draft.strict ?? scope.global.strict)?.value === true;
}

/** The draft without what strict mode does not allow, and what was taken away in words. */
export function applyStrictMode(
  draft: InstanceDraft,
  { global }: Scope,
): {
  readonly draft: InstanceDraft;
  readonly removed: readonly string[];
} {
  const kept = { ...draft, announcements: { ...draft.announcements } };
  const removed: string[] = [];
  if (draft.authentication !== undefined) {
    delete kept.authentication;
    removed.push("authentication is dropped");
  }
  if (draft.preemptDelay !== undefined) {
    delete kept.preemptDelay;
    removed.push("preempt_delay is dropped");
  }
  const downTimerAdverts = draft.downTimerAdverts ?? global.downTimerAdverts;
  if (downTimerAdverts !== undefined && downTimerAdverts.value !== 3) {
    removed.push("down_timer_adverts is 3");
  }
  if (draft.transmitsOnBase !== undefined) removed.push("vmac_xmit_base is dropped");
  if ((draft.lowerPriorityNoAdvert ?? global.lowerPriorityNoAdvert)?.value === false) {
    removed.push("lower priority adverts are not answered");
  }
  if ((draft.higherPrioritySendAdvert ?? global.higherPrioritySendAdvert)?.value === true) {
    removed.push("no advert is sent to a higher priority master");
  }
  const { lowerPriorityRepeat, lowerPriorityDelay } = draft.announcements;
  if ((lowerPriorityRepeat?.value ?? 0) > 0 || (lowerPriorityDelay?.value ?? 0) > 0) {
    removed.push("nothing is announced after a lower priority advert");
  }
  return { draft: kept, removed };
}

/** Whether packets to the virtual addresses are accepted. */
export function finishAccept(draft: InstanceDraft, election: Election, isStrict: boolean): boolean {
  if (election.isOwner) return true;
  if (isStrict && election.version === 2) return false;
  return draft.accept?.value ?? !isStrict;
}

/** The one message about strict mode. */
export function explainStrictMode(
  draft: InstanceDraft,
  election: Election,
  removed: readonly string[],
  scope: Scope,
): void {
  const at = (draft.strict ?? scope.global.strict)?.at ?? draft.name.at;
  const refusesAccept = draft.accept?.value === true && election.version === 2;
  const accepts = finishAccept(draft, election, true);
  const parts = [...removed];
  if (refusesAccept && !election.isOwner) parts.push("accept does not comply with RFC 3768");
  const consequence = accepts
    ? ""
    : "the virtual addresses would answer no ping and no connection, because only their owner " +
      "(priority 255) accepts packets sent to them; Keepalived enforces that with a firewall " +
      "rule, this version does not yet, so here they do answer";
  if (parts.length === 0 && consequence === "") return;
  const counts = removed.length > 0 || refusesAccept;
  const off = "turn strict mode off";
  complain(scope, draft, {
    severity: "warning",
    code: counts ? "strict" : "strict-consequence",
    message: `strict mode (vrrp_strict): ${[...parts, consequence].filter((part) => part !== "").join("; ")}`,
    at,
    fix: accepts
      ? off
      : election.version === 3
        ? `add accept to the instance, or ${off}`
        : `${off}, or use version 3 with accept`,
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
    code: "strict",
    message: "the first IPv6 VIP address must be link local",
    at: draft.addresses[0]?.address.at ?? draft.name.at,
    fix: "put a link-local address such as fe80::1 first",
  });
}
