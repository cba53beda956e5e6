/** One virtual router: its draft checked against the rest of the file, with every default applied. */
import { isLinkLocal } from "../base/address.ts";
import { vrid } from "../base/units.ts";
import type { InstanceConfig, NotifyCommands } from "../vrrp/config.ts";
import type { InstanceDraft } from "./drafts.ts";
import { finishAddresses } from "./finish-address.ts";
import { finishAnnouncements } from "./finish-announcements.ts";
import { NO_AUTHENTICATION, finishAuthentication, finishDelivery } from "./finish-delivery.ts";
import { finishGuard } from "./finish-guard.ts";
import { finishHmac } from "./finish-hmac.ts";
import { finishReceiveRoom } from "./finish-process.ts";
import { finishRouting } from "./finish-statics.ts";
import { finishElection, finishTimerExpired } from "./finish-election.ts";
import {
  applyStrictMode,
  checkStrictAddresses,
  explainStrictMode,
  finishAccept,
  finishSwitches,
  isStrictMode,
} from "./finish-strict.ts";
import { finishTracking } from "./finish-tracking.ts";
import { finishVmac } from "./finish-vmac.ts";
import { finishSplit } from "./finish-witness.ts";
import { finishVrf } from "./finish-vrf.ts";
import { complain, isMissing, missingInterfaceFix } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** The instance, or undefined when it cannot run and has been reported. */
export function finishInstance(written: InstanceDraft, scope: Scope): InstanceConfig | undefined {
  const isStrict = isStrictMode(written, scope);
  const { draft, removed } = isStrict
    ? applyStrictMode(written, scope)
    : { draft: written, removed: [] };
  const { global } = scope;
  const id = draft.vrid === undefined ? undefined : vrid(draft.vrid.value);
  // A number that was refused has been reported where it stands.
  if (id === undefined && draft.refusedVrid === undefined) complain(scope, draft, NO_VRID(draft));
  const election = finishElection(draft, isStrict, scope);
  if (isStrict) explainStrictMode(draft, election, removed, scope);
  const delivery = finishDelivery(draft, election.family, scope);
  const { vmac, interfaceOf } = finishVmac(
    {
      ...{ draft, vrid: id, family: election.family, isStrict },
      isUnicast: delivery?.kind === "unicast",
    },
    scope,
  );
  const addresses = finishAddresses(draft, { family: election.family, interfaceOf }, scope);
  // Version 3 and strict mode insist on an address, unless told that there is none on purpose.
  const mustHaveOne = isStrict || (election.version === 3 && draft.noVirtualAddress === undefined);
  const hasAddresses = hasEnoughAddresses(draft, addresses.addresses, mustHaveOne, scope);
  if (isStrict) checkStrictAddresses(draft, addresses.addresses, scope);
  const tracking = finishTracking(draft, scope);
  const hmac = finishHmac(draft, { advertInterval: election.advertInterval, isStrict }, scope);
  const authentication =
    hmac === undefined ? finishAuthentication(draft, election.version, scope) : NO_AUTHENTICATION;
  const hasInterface = checkInterface(draft, delivery, scope);
  if (id === undefined || delivery === undefined || !hasAddresses || !hasInterface)
    return undefined;
  return {
    name: draft.name.value,
    interfaceName: draft.interfaceName?.value,
    ...finishVrf(draft, scope),
    vrid: id,
    family: election.family,
    version: election.version,
    initialState: election.initialState,
    priority: election.priority,
    advertInterval: election.advertInterval,
    downTimerAdverts: election.downTimerAdverts,
    preempt: election.preempt,
    preemptDelay: election.preemptDelay,
    receiveRoom: finishReceiveRoom(draft.receiveBufferBytes, global.process),
    delivery,
    authentication,
    hmac,
    vmac,
    ...addresses,
    ...finishRouting(draft, scope),
    ...finishSplit(draft, global.guard, addresses, scope),
    ...finishGuard(draft.guard, global.guard, election),
    announcements: finishAnnouncements(draft.announcements, global, election.family, isStrict),
    promotesSecondaries: draft.promotesSecondaries !== undefined,
    timerExpiredBackup: finishTimerExpired(draft, election, scope),
    ...tracking,
    strict: isStrict,
    accept: finishAccept(draft, election, isStrict),
    ...finishSwitches(draft, isStrict, global),
    debug: draft.debug?.value ?? 0,
    syncGroup: scope.syncGroups.get(draft.name.value)?.name.value,
    ...finishNotices(draft, scope),
  };
}

const LOOPBACK = "lo";

const NO_VRID = (draft: InstanceDraft): Parameters<typeof complain>[2] => ({
  severity: "error",
  code: "vrid-missing",
  message: "the virtual router id must be set",
  at: draft.name.at,
  fix: "add virtual_router_id, the same number from 1 to 255 on every router of the group",
});

/** Who is told of what happens to it. */
function finishNotices(
  draft: InstanceDraft,
  { global, syncGroups }: Scope,
): Pick<InstanceConfig, "notify" | "notifiesPriority" | "reportsDeleted" | "smtpAlert"> {
  return {
    notify: finishNotify(draft),
    notifiesPriority:
      (
        draft.notifiesPriority ??
        syncGroups.get(draft.name.value)?.notifiesPriority ??
        global.notifiesPriority
      )?.value === true,
    reportsDeleted: draft.reportsDeleted === true || draft.notify.deleted !== undefined,
    smtpAlert: (draft.smtpAlert ?? global.smtpAlertVrrp ?? global.smtpAlert)?.value === true,
  };
}

function finishNotify({ notify }: InstanceDraft): NotifyCommands {
  return {
    master: notify.master?.value,
    backup: notify.backup?.value,
    fault: notify.fault?.value,
    stop: notify.stop?.value,
    deleted: notify.deleted?.value,
    masterReceivedLowerPriority: notify.masterReceivedLowerPriority?.value,
    any: notify.any?.value,
  };
}

function hasEnoughAddresses(
  draft: InstanceDraft,
  addresses: InstanceConfig["addresses"],
  mustHaveOne: boolean,
  scope: Scope,
): boolean {
  if (addresses.length > 0 || (draft.noVirtualAddress !== undefined && !mustHaveOne)) return true;
  complain(scope, draft, {
    severity: mustHaveOne ? "error" : "warning",
    code: mustHaveOne ? "virtual-address-required" : "no-virtual-address",
    message: `No VIP specified; at least one is ${mustHaveOne ? "required" : "sensible"}`,
    at: draft.name.at,
    fix: mustHaveOne
      ? "add virtual_ipaddress"
      : "add virtual_ipaddress, or no_virtual_ipaddress when none is wanted",
  });
  return !mustHaveOne;
}

function checkInterface(
  draft: InstanceDraft,
  delivery: InstanceConfig["delivery"] | undefined,
  scope: Scope,
): boolean {
  const wanted = draft.interfaceName;
  if (wanted === undefined) {
    // A link-local address is one of a link.
    const source = delivery?.kind === "unicast" ? delivery.source : undefined;
    if (source !== undefined && !isLinkLocal(source)) return true;
    complain(scope, draft, {
      severity: "error",
      code: "interface-not-set",
      message: "Unknown interface!",
      at: draft.name.at,
      fix: "add interface; only unicast with unicast_src_ip works without",
    });
    return false;
  }
  if (wanted.value === LOOPBACK) {
    complain(scope, draft, {
      severity: "error",
      code: "interface-loopback",
      message: `cannot use a loopback interface (${LOOPBACK}) for vrrp - ignoring`,
      at: wanted.at,
      fix: "name the interface on which the other routers are reached",
    });
    return false;
  }
  if (isMissing(scope, wanted.value)) {
    scope.report({
      severity: "error",
      code: "interface",
      message: `WARNING - interface ${wanted.value} for vrrp_instance ${draft.name.value} doesn't exist`,
      at: wanted.at,
      fix: missingInterfaceFix(scope, wanted.value),
    });
  }
  return true;
}
