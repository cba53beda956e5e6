/** What a router's words say of links and of announcements, beside its instances. */
import { parseSpan } from "./model.ts";
import type { Words } from "./model.ts";
import type { LinksConfig } from "../../src/track/config.ts";
import type { GarpGroupConfig } from "../../src/vrrp/config.ts";

/** `poll` asks eth0 each second; `down_delay=` and `up_delay=` are those of eth0. */
export function linksFrom(words: Words): LinksConfig {
  const interfaceName = "eth0";
  const down = parseSpan(words.get("down_delay") ?? "0s");
  const up = parseSpan(words.get("up_delay") ?? words.get("down_delay") ?? "0s");
  return {
    polled: words.has("poll") ? [{ interfaceName, method: "mii" }] : [],
    delays: down > 0 || up > 0 ? [{ interfaceName, down, up }] : [],
  };
}

/** `garp_group=eth0+eth1:500ms` : interfaces that share a gap between announcements. */
export function garpGroupsFrom(words: Words): readonly GarpGroupConfig[] {
  const [names, gap] = (words.get("garp_group") ?? "").split(":");
  if (names === undefined || gap === undefined) return [];
  const span = parseSpan(gap);
  return [{ interfaceNames: names.split("+"), arpGap: span, naGap: span }];
}
