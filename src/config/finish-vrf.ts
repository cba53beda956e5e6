/** The VRF of an instance: for unicast without an interface, which would say where it is. */
import type { InstanceConfig } from "../vrrp/config.ts";
import type { InstanceDraft } from "./drafts.ts";
import { complain, isMissing, missingInterfaceFix } from "./scope.ts";
import type { Scope } from "./scope.ts";

/** Nothing when none is written or it cannot be used, which has been reported. */
export function finishVrf(draft: InstanceDraft, scope: Scope): Pick<InstanceConfig, "vrf"> {
  const { vrf, interfaceName } = draft;
  if (vrf === undefined) return {};
  if (interfaceName !== undefined) {
    complain(scope, draft, {
      severity: "error",
      code: "conflict",
      message: "Cannot specify VRF interface and interface - ignoring",
      at: vrf.at,
      fix: `remove vrf: adverts on ${interfaceName.value} are in the VRF it belongs to anyway`,
    });
    return {};
  }
  if (isMissing(scope, vrf.value)) {
    complain(scope, draft, {
      severity: "error",
      code: "interface",
      message: `WARNING - VRF interface ${vrf.value} doesn't exist`,
      at: vrf.at,
      fix: missingInterfaceFix(scope, vrf.value),
    });
  }
  return { vrf: vrf.value };
}
