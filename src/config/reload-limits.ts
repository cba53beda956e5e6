/** What a reload may not do: a configuration that would is refused, and the one before it stays. */
import type { Model } from "./model.ts";

/** What a running daemon cannot change, in words; undefined when all may change. */
export function fixedSetting(before: Model, after: Model): string | undefined {
  if (before.global.netNamespace !== after.global.netNamespace) return "network namespace";
  return before.global.instanceName === after.global.instanceName ? undefined : "instance name";
}

/** A file that was cut short must not give up every address. */
export function givesEverythingUp(before: Model, after: Model): boolean {
  return isEmpty(after) && !isEmpty(before);
}

const isEmpty = ({ instances, hasVirtualServers, hasBfd }: Model): boolean =>
  instances.length === 0 && !hasVirtualServers && !hasBfd;
