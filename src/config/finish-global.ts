/** global_defs and the settings at the top level, with their defaults. */
import { familyOf, isMulticast } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";
import { NO_TIME, seconds } from "../base/units.ts";
import type { Located } from "./diagnostics.ts";
import type { GlobalDraft, RootDraft } from "./drafts.ts";
import { globalGroup } from "./finish-delivery.ts";
import type { GlobalConfig, NftablesConfig } from "./model.ts";
import { finishDumps } from "./finish-dumps.ts";
import { finishProcess } from "./finish-process.ts";
import { finishFifos, finishMail } from "./finish-telling.ts";
import type { Scope } from "./scope.ts";

const DEFAULT_CHILD_WAIT = seconds(5);
const DEFAULT_TABLE = "keepalived";
/** Just before the filter chains that people make. */
const DEFAULT_CHAIN_PRIORITY = -1;
const DEFAULT_PROCESS_NAME = "keepalived";

export function finishGlobal(root: RootDraft, hostName: string, scope: Scope): GlobalConfig {
  const { global } = root;
  checkGroup("vrrp_mcast_group4", global.multicastGroupIpv4, "ipv4", scope);
  checkGroup("vrrp_mcast_group6", global.multicastGroupIpv6, "ipv6", scope);
  return {
    routerId: global.routerId?.value ?? hostName,
    scriptUser: global.scriptUser && {
      user: global.scriptUser.user,
      group: global.scriptUser.group,
    },
    scriptSecurity: global.scriptSecurity !== undefined,
    vrrpVersion: global.vrrpVersion?.value ?? 2,
    vrrpStrict: global.strict?.value === true,
    multicastGroupIpv4: globalGroup("ipv4", scope),
    multicastGroupIpv6: globalGroup("ipv6", scope),
    dynamicInterfaces: global.dynamicInterfaces !== undefined,
    defaultInterface: global.defaultInterface?.value,
    instanceName: root.instanceName?.value,
    netNamespace: root.netNamespace?.value,
    usePidDir: root.usePidDir !== undefined,
    childWaitTime: root.childWaitTime?.value ?? DEFAULT_CHILD_WAIT,
    startupDelay: global.startupDelay?.value ?? NO_TIME,
    delayAfterBoot: global.delayAfterBoot?.value ?? NO_TIME,
    logUnknownVrids: global.logUnknownVrids !== undefined,
    processNames: processNames(global),
    vrrpRealtimePriority: global.vrrpRealtimePriority?.value,
    vrrpNice: global.vrrpNice?.value ?? 0,
    vrrpNoSwap: global.vrrpNoSwap !== undefined,
    umask: global.umask?.value,
    mail: finishMail(global, hostName, scope),
    fifos: finishFifos(global, scope),
    writesStatesOnReload: global.writesStatesOnReload !== undefined,
    notifiesPriority: global.notifiesPriority?.value === true,
    nftables: finishNftables(global),
    startupScript: global.startupScript?.value,
    shutdownScript: global.shutdownScript?.value,
    process: finishProcess(global.process),
    dumps: finishDumps(global),
  };
}

function processNames(global: GlobalDraft): GlobalConfig["processNames"] {
  const isStandard = global.usesStandardProcessNames !== undefined;
  return {
    parent: global.processName?.value ?? DEFAULT_PROCESS_NAME,
    vrrp:
      global.vrrpProcessName?.value ??
      (isStandard ? `${DEFAULT_PROCESS_NAME}_vrrp` : DEFAULT_PROCESS_NAME),
  };
}

function finishNftables({ nftables, vmac }: GlobalDraft): NftablesConfig {
  return {
    isAskedFor: nftables.table !== undefined,
    table: nftables.table?.value ?? DEFAULT_TABLE,
    priority: nftables.priority?.value ?? DEFAULT_CHAIN_PRIORITY,
    counters: nftables.counters !== undefined,
    byInterfaceIndex: nftables.byInterfaceIndex !== undefined,
    disablesLocalIgmp: vmac.disablesLocalIgmp !== undefined,
  };
}

function checkGroup(
  keyword: string,
  wanted: Located<IpAddress> | undefined,
  family: Family,
  scope: Scope,
): void {
  if (wanted === undefined) return;
  const isRightFamily = familyOf(wanted.value) === family;
  if (isRightFamily && isMulticast(wanted.value)) return;
  const what = !isRightFamily ? `not ${family === "ipv4" ? "IPv4" : "IPv6"}` : "not multicast";
  scope.report({
    severity: "error",
    code: "bad-value",
    message: `${keyword} [${wanted.value}] is ${what}. Skipping`,
    at: wanted.at,
  });
}
