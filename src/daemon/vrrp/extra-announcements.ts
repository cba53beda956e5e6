/**
 * Which announcements are repeated now and then on interfaces that adverts do not leave from: nothing
 * else would keep switches aware of their MAC addresses. keepalived.conf(5), garp_extra_if.
 */
import type { InstanceConfig } from "../../vrrp/config.ts";
import { advertInterface, virtualLinks } from "../../vrrp/vmac-config.ts";

/** The first frame of each such interface; `names` has the interface of each frame that may be sent. */
export function extraFrames(
  config: InstanceConfig,
  names: readonly (string | undefined)[],
): readonly number[] {
  const own = advertInterface(config);
  const made = new Set(virtualLinks(config).map(({ name }) => name));
  const all = config.announcements.extra?.all === true;
  return names.flatMap((name, frame) => {
    const isExtra = name !== undefined && name !== own && (all || made.has(name));
    return isExtra && names.indexOf(name) === frame ? [frame] : [];
  });
}
