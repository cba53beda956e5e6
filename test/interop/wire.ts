/**
 * What every capture has to satisfy, whoever sent it: RFC 3768 and RFC 9568 on the wire.
 */
import assert from "node:assert/strict";
import type { DaemonKind } from "../lab/keepalived.ts";
import type { Advert } from "../lab/packets.ts";
import type { Observer } from "../lab/observer.ts";
import type { VrrpPlan } from "./vrrp-config.ts";

const GROUP_MAC_V4 = "01:00:5e:00:00:12";
const GROUP_MAC_V6 = "33:33:00:00:00:12";
const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
const ARP_REPLY = 2;
const ALL_NODES_MAC = "33:33:00:00:00:01";

/** All adverts of a plan's instance are what its peers expect. */
export function assertAdvertsAreRight(
  adverts: readonly Advert[],
  plan: VrrpPlan,
  kind: DaemonKind,
): void {
  const isIpv6 = plan.addresses[0]?.includes(":") === true;
  // Debian's keepalived 2.2.7 leaves the kernel's 64 on unicast over IPv6.
  const ttl = kind === "real" && isIpv6 && plan.unicast !== undefined ? 64 : 255;
  for (const advert of adverts) {
    const where = `advert of ${advert.source}, priority ${advert.priority}`;
    assert.equal(advert.version, plan.version, where);
    assert.equal(advert.type, 1, where);
    assert.equal(advert.ttl, ttl, where);
    assert.equal(advert.intervalMs, plan.intervalMs, where);
    assert.ok(advert.isChecksumRight, `${where} has a wrong checksum`);
    assert.deepEqual(
      advert.addresses,
      plan.addresses.map((text) => text.split("/")[0]),
    );
    if (plan.unicast === undefined) {
      assert.equal(advert.destinationMac, isIpv6 ? GROUP_MAC_V6 : GROUP_MAC_V4, where);
      assert.equal(advert.destination, isIpv6 ? "ff02::12" : "224.0.0.18", where);
    }
    if (plan.version === 2) {
      const isAh = plan.authentication === "AH";
      assert.equal(advert.authType, plan.password === undefined ? 0 : isAh ? 2 : 1, where);
      assert.equal(advert.authData, isAh ? "" : (plan.password ?? ""), where);
    }
  }
}

/** When `mac` first announced each address after `since`: gratuitous ARP or unsolicited NA. */
export function announcements(
  observer: Observer,
  mac: string,
  since: number,
): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  const add = (address: string, at: number): void => {
    found.set(address, [...(found.get(address) ?? []), at]);
  };
  const arps = observer.arps((arp) => arp.sourceMac === mac && arp.isGratuitous && arp.at >= since);
  for (const arp of arps) {
    // A kernel that still has the address answers the announcement of another host, to it alone.
    if (arp.operation === ARP_REPLY) continue;
    assert.equal(arp.destinationMac, BROADCAST_MAC);
    assert.equal(arp.senderMac, mac);
    add(arp.sender, arp.at);
  }
  const neighbours = observer.neighbourAdverts(
    (advert) => advert.sourceMac === mac && !advert.isSolicited && advert.at >= since,
  );
  for (const advert of neighbours) {
    if (!advert.hasOverride) continue;
    assert.equal(advert.destinationMac, ALL_NODES_MAC);
    assert.equal(advert.linkAddress, mac);
    add(advert.target, advert.at);
  }
  return found;
}

/**
 * tshark, which shares no code with anybody here, finds nothing malformed and no bad checksum. Its
 * checksum of version 3 over IPv4 includes the pseudo header unless told otherwise.
 */
export async function assertTsharkIsContent(observer: Observer): Promise<void> {
  // Not its opinion of ARP: two hosts that announce one address are what a take-over is.
  const opinion = "(_ws.expert.severity >= 0x600000 && !arp)";
  const found = await observer.complaints(
    `(vrrp || arp || icmpv6) && (_ws.malformed || vrrp.checksum.status == 0 || ${opinion})`,
    ["vrrp.v3_checksum_as_in_v2:FALSE"],
  );
  assert.deepEqual(found, [], "tshark complains");
}
