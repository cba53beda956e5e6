/**
 * How links are judged: linkbeat_interfaces, interface_up_down_delays, and who shares the time
 * between announcements (garp_group). keepalived.conf(5).
 */
import { NO_TIME, toSeconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { LinkDelay, LinksConfig, PolledLink } from "../track/config.ts";
import { interfacesOf } from "../vrrp/assess.ts";
import type { GarpGroupConfig, InstanceConfig } from "../vrrp/config.ts";
import { longestDelay } from "../vrrp/link-delay.ts";
import { related } from "./diagnostics.ts";
import type { Located } from "./diagnostics.ts";
import type { RootDraft, UpDownDelayDraft } from "./drafts.ts";
import { isMissing, missingInterfaceFix } from "./scope.ts";
import type { Scope } from "./scope.ts";

export function finishLinks(
  root: RootDraft,
  instances: readonly InstanceConfig[],
  scope: Scope,
): LinksConfig {
  return {
    polled: polledLinks(root, instances, scope),
    delays: linkDelays(root, instances, scope),
  };
}

/** Named ones first; then what linkbeat_use_polling adds, of the whole file or of an instance. */
function polledLinks(
  root: RootDraft,
  instances: readonly InstanceConfig[],
  scope: Scope,
): readonly PolledLink[] {
  const polled = new Map<string, PolledLink>();
  const add = (interfaceName: string, method: PolledLink["method"]): void => {
    if (!polled.has(interfaceName)) polled.set(interfaceName, { interfaceName, method });
  };
  for (const { name, method } of root.linkbeatInterfaces) {
    checkExistence(name, "linkbeat_interfaces", scope);
    add(name.value, method ?? "mii");
  }
  for (const { pollsOwnInterface, interfaceName } of root.instances) {
    if (pollsOwnInterface !== undefined && interfaceName !== undefined) {
      add(interfaceName.value, "mii");
    }
  }
  if (root.pollsAllLinks !== undefined) {
    for (const name of instances.flatMap(interfacesOf)) add(name, "mii");
  }
  return [...polled.values()];
}

/** Keepalived: the last line for an interface counts. */
function linkDelays(
  root: RootDraft,
  instances: readonly InstanceConfig[],
  scope: Scope,
): readonly LinkDelay[] {
  const delays = new Map<string, LinkDelay>();
  for (const draft of root.upDownDelays) {
    checkExistence(draft.name, "interface_up_down_delays", scope);
    const interfaceName = draft.name.value;
    const limit = delayLimit(interfaceName, instances);
    const down = withinLimit(draft, draft.down, limit, scope);
    const up = draft.up === undefined ? down : withinLimit(draft, draft.up, limit, scope);
    delays.set(interfaceName, { interfaceName, down, up });
  }
  return [...delays.values()].filter(({ down, up }) => down > NO_TIME || up > NO_TIME);
}

interface DelayLimit {
  readonly most: Duration;
  readonly instance: InstanceConfig;
}

/** The instance that can bear least. */
function delayLimit(
  interfaceName: string,
  instances: readonly InstanceConfig[],
): DelayLimit | undefined {
  return instances
    .filter((instance) => interfacesOf(instance).includes(interfaceName))
    .map((instance) => ({ most: longestDelay(instance, instance.advertInterval), instance }))
    .reduce<DelayLimit | undefined>(
      (least, each) => (least === undefined || each.most < least.most ? each : least),
      undefined,
    );
}

function withinLimit(
  { name }: UpDownDelayDraft,
  { value, at }: Located<Duration>,
  limit: DelayLimit | undefined,
  scope: Scope,
): Duration {
  if (limit === undefined || value <= limit.most) return value;
  const { most, instance } = limit;
  const adverts = instance.downTimerAdverts - 1;
  scope.report({
    severity: "warning",
    code: "link-delay-too-long",
    message:
      `${instance.name}: interface ${name.value} debounce timer(s) not less than ` +
      `${adverts} * advert_int - resetting to ${toSeconds(most)}s`,
    at,
    fix: `write at most ${toSeconds(most)}, or raise advert_int or down_timer_adverts`,
  });
  return most;
}

/** What is missing may come later, and is polled then. */
function checkExistence(name: Located<string>, keyword: string, scope: Scope): void {
  if (!isMissing(scope, name.value)) return;
  scope.report({
    severity: "error",
    code: "linkbeat-interface",
    message: `${keyword}: interface ${name.value} doesn't exist`,
    at: name.at,
    fix: missingInterfaceFix(scope, name.value),
  });
}

/** The groups that limit something. Keepalived: an interface belongs to the first that names it. */
export function finishGarpGroups(root: RootDraft, scope: Scope): readonly GarpGroupConfig[] {
  const owners = new Map<string, Located<string>>();
  return root.garpGroups.flatMap((draft) => {
    const { garpInterval, gnaInterval } = draft;
    if (garpInterval === undefined && gnaInterval === undefined) {
      scope.report({
        severity: "warning",
        code: "incomplete",
        message: "garp_group does not have any delay set - removing",
        at: draft.at,
        fix: "set garp_interval or gna_interval",
      });
      return [];
    }
    const named = draft.interfaces.filter((name) => isFree(name, owners, scope));
    if (named.length === 0) return [];
    const interfaceNames = named.map(({ value }) => value);
    return [{ interfaceNames, arpGap: garpInterval?.value, naGap: gnaInterval?.value }];
  });
}

function isFree(
  name: Located<string>,
  owners: Map<string, Located<string>>,
  scope: Scope,
): boolean {
  const owner = owners.get(name.value);
  if (owner !== undefined) {
    scope.report({
      severity: "warning",
      code: "duplicate",
      message: `garp_group already specified for ${name.value} - ignoring`,
      at: name.at,
      ...related(owner.at, "the group it belongs to"),
      fix: "name it in one of the groups",
    });
    return false;
  }
  owners.set(name.value, name);
  if (isMissing(scope, name.value)) {
    scope.report({
      severity: "error",
      code: "interface",
      message: `WARNING - interface ${name.value} specified for garp_group doesn't exist`,
      at: name.at,
      fix: missingInterfaceFix(scope, name.value),
    });
  }
  return true;
}
