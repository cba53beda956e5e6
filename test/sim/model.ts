/** Configurations for simulated routers, with Keepalived's defaults, from `key=value` words. */
import { familyOf, parseIpAddress } from "../../src/base/address.ts";
import type { Family, IpAddress } from "../../src/base/address.ts";
import { secret } from "../../src/base/command.ts";
import { assert } from "../../src/base/failure.ts";
import { NO_TIME, milliseconds, priority, seconds, vrid } from "../../src/base/units.ts";
import type { Duration, Vrid } from "../../src/base/units.ts";
import { createRootDraft } from "../../src/config/drafts.ts";
import type { GuardDraft } from "../../src/config/drafts.ts";
import { finishDumps } from "../../src/config/finish-dumps.ts";
import { finishGuard } from "../../src/config/finish-guard.ts";
import type { GlobalConfig, Model } from "../../src/config/model.ts";
import { DEFAULT_PROCESS_CONFIG } from "../../src/config/process-config.ts";
import { PLAIN_LINKS } from "../../src/track/config.ts";
import type { TrackedObject } from "../../src/track/config.ts";
import { KEEPALIVED_PROTOCOL } from "../../src/vrrp/route-config.ts";
import type { VirtualRoute, VirtualRule } from "../../src/vrrp/route-config.ts";
import { NO_TRACKING } from "../../src/vrrp/config.ts";
import type { Delivery, InstanceConfig, VirtualAddress } from "../../src/vrrp/config.ts";
import { NO_VMAC, virtualMac } from "../../src/vrrp/vmac-config.ts";
import { splitFrom } from "./split.ts";

/** `3s`, `250ms`, `10us`. */
export function parseSpan(text: string): Duration {
  const match = /^([0-9.]+)(s|ms|us)$/.exec(text);
  assert(match !== null, `a span of time such as 3s or 250ms: ${text}`);
  const value = Number(match[1]);
  if (match[2] === "s") return seconds(value);
  return match[2] === "ms" ? milliseconds(value) : (Math.round(value) as Duration);
}

export type Words = ReadonlyMap<string, string>;

/** `prio=150 nopreempt` as a map; a word without `=` has the value "yes". */
export function parseWords(words: readonly string[]): Words {
  return new Map(
    words.map((word) => {
      const at = word.indexOf("=");
      return at < 0 ? [word, "yes"] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

const KNOWN_WORDS = new Set(
  [
    "name prio vrid version interval state nopreempt delay vip evip dev pass peers src script",
    "weight track family down garp_delay garp_repeat garp_refresh garp_gap lower_no_advert higher_advert",
    "vmac xmit_base garp_extra lease norepair proof route rule skip_check startup sync sync_script accept ttl check_src rtrack ah process file hmac hmac_mode hmac_replay",
    "bfd track_src promote timer_expired down_delay up_delay poll boot garp_group owner_ignore mcast untracked peer_ttl old_checksum v2_checksum",
    "gateway alone witness split",
  ].flatMap((line) => line.split(" ")),
);

/** `lease=off|auto|4s`, `norepair`, `proof=off|auto|30s`. */
function guardFrom(words: Words): GuardDraft {
  const at = { file: "", line: 1, column: 1, length: 0 };
  const span = (text = "auto"): Duration | "auto" | "off" =>
    text === "auto" || text === "off" ? text : parseSpan(text);
  return {
    lease: { value: span(words.get("lease")), at },
    proof: { value: span(words.get("proof")), at },
    ...(words.has("norepair") ? { repairs: { value: false, at } } : {}),
  };
}

export function instanceFrom(words: Words): InstanceConfig {
  for (const word of words.keys()) assert(KNOWN_WORDS.has(word), `no such router option: ${word}`);
  const family: Family = words.get("family") === "ipv6" ? "ipv6" : "ipv4";
  const version = family === "ipv6" || words.get("version") === "3" ? 3 : 2;
  const state = words.get("state") === "MASTER" ? "master" : "backup";
  const base = priority(Number(words.get("prio") ?? (state === "master" ? 255 : 100)));
  const id = vrid(Number(words.get("vrid") ?? 51));
  assert(base !== undefined && id !== undefined, "a priority and a router id in range");
  const defaultVip = family === "ipv4" ? "10.0.0.3" : "fe80::3";
  return {
    name: words.get("name") ?? "VI_1",
    interfaceName: words.get("dev") ?? "eth0",
    vmac: vmacFrom(words, { family, vrid: id }),
    vrid: id,
    family,
    version,
    initialState: state,
    priority: base,
    advertInterval: parseSpan(words.get("interval") ?? "1s"),
    downTimerAdverts: Number(words.get("down") ?? 3),
    preempt: words.get("nopreempt") === undefined,
    preemptDelay: words.has("delay") ? parseSpan(words.get("delay") ?? "") : NO_TIME,
    delivery: deliveryFrom(words, family),
    authentication: authenticationFrom(words),
    hmac: hmacFrom(words),
    addresses: (words.get("vip") ?? defaultVip)
      .split(",")
      .map(virtualAddress)
      .map((each) => (words.has("vmac") ? { ...each, interfaceName: `vrrp.${id}` } : each)),
    excludedAddresses: (words.get("evip") ?? "").split(",").filter(Boolean).map(virtualAddress),
    routes: (words.get("route") ?? "").split(",").filter(Boolean).map(virtualRoute),
    rules: (words.get("rule") ?? "").split(",").filter(Boolean).map(virtualRule),
    announcements: {
      masterRepeat: Number(words.get("garp_repeat") ?? 5),
      masterDelay: parseSpan(words.get("garp_delay") ?? "5s"),
      refresh: parseSpan(words.get("garp_refresh") ?? "0s"),
      refreshRepeat: 1,
      lowerPriorityRepeat: Number(words.get("garp_repeat") ?? 5),
      lowerPriorityDelay: parseSpan(words.get("garp_delay") ?? "5s"),
      extra: words.has("garp_extra")
        ? { period: parseSpan(words.get("garp_extra") ?? ""), all: false }
        : undefined,
      minimumGap: parseSpan(words.get("garp_gap") ?? "0s"),
    },
    ...finishGuard(
      guardFrom(words),
      {},
      {
        version,
        advertInterval: parseSpan(words.get("interval") ?? "1s"),
        downTimerAdverts: Number(words.get("down") ?? 3),
      },
    ),
    ...splitFrom(words),
    trackPrimary: !words.has("untracked"),
    trackedInterfaces: tracked(words.get("track"), false),
    trackedScripts: tracked(words.get("script"), words.has("rtrack")),
    trackedProcesses: tracked(words.get("process"), words.has("rtrack")),
    trackedFiles: tracked(words.get("file"), words.has("rtrack")),
    trackedBfds: tracked(words.get("bfd"), words.has("rtrack")),
    tracksSource: words.has("track_src"),
    promotesSecondaries: words.has("promote"),
    timerExpiredBackup: words.has("timer_expired")
      ? priority(Number(words.get("timer_expired")))
      : undefined,
    strict: false,
    syncGroup: undefined,
    skipAddressCheck: words.has("skip_check"),
    accept: true,
    lowerPriorityNoAdvert: words.has("lower_no_advert"),
    higherPrioritySendAdvert: words.has("higher_advert"),
    ownerIgnoresAdverts: words.has("owner_ignore"),
    v3ChecksumAsV2: words.has("v2_checksum"),
    oldUnicastChecksum: words.has("old_checksum") ? "always" : "auto",
    debug: 0,
    notify: {
      master: undefined,
      backup: undefined,
      fault: undefined,
      stop: undefined,
      deleted: undefined,
      masterReceivedLowerPriority: undefined,
      any: undefined,
    },
    notifiesPriority: false,
    reportsDeleted: false,
    smtpAlert: false,
  };
}

/**
 * The instances of a router: one, and with `sync=PRIO` a second, VI_2 (VRID 52, 10.0.0.4), in a sync
 * group with it. `sync_script=` tracks a script by the second alone.
 */
export function instancesFrom(words: Words): readonly InstanceConfig[] {
  const first = instanceFrom(words);
  const prio = words.get("sync");
  if (prio === undefined) return [first];
  const script = words.get("sync_script");
  const second = instanceFrom(
    new Map([
      ...[...words].filter(([word]) => word !== "script"),
      ...parseWords([`prio=${prio}`, "vrid=52", "vip=10.0.0.4", "name=VI_2"]),
      ...(script === undefined ? [] : parseWords([`script=${script}`])),
    ]),
  );
  return [first, second].map((instance) => ({ ...instance, syncGroup: "G" }));
}

/** `vmac`: a macvlan of eth0 with the virtual MAC address; `xmit_base` sends on eth0 all the same. */
function vmacFrom(
  words: Words,
  { family, vrid: id }: { readonly family: Family; readonly vrid: Vrid },
): InstanceConfig["vmac"] {
  if (!words.has("vmac")) return NO_VMAC;
  const what = { kind: "macvlan", mac: virtualMac(family, id) } as const;
  const name = { name: `vrrp.${id}`, namePrefix: "vrrp" };
  return {
    own: { ...name, vrid: id, parent: "eth0", family, group: undefined, what },
    transmitsOnBase: words.has("xmit_base"),
    ofAddresses: [],
  };
}

/** `hmac=KEY` with the id 1 and a key made of the word; `hmac_mode=` and `hmac_replay=` as in the file. */
function hmacFrom(words: Words): InstanceConfig["hmac"] {
  const word = words.get("hmac");
  if (word === undefined) return undefined;
  const key = Buffer.from(word.padEnd(32, ".")).toString("hex");
  const mode = words.get("hmac_mode") ?? "enforce";
  assert(mode === "enforce" || mode === "permissive" || mode === "receive-only", "a mode");
  return {
    keys: [{ id: 1, key: secret(key) }],
    activeKey: 1,
    window: seconds(5),
    antiReplay: words.get("hmac_replay") === "monotonic" ? "monotonic" : "time",
    mode,
  };
}

function authenticationFrom(words: Words): InstanceConfig["authentication"] {
  for (const kind of ["pass", "ah"] as const) {
    const password = words.get(kind);
    if (password !== undefined) return { kind, password: secret(password) };
  }
  return { kind: "none" };
}

export function modelOf(instances: readonly InstanceConfig[], startupDelay = NO_TIME): Model {
  const members = instances.filter(({ syncGroup }) => syncGroup !== undefined);
  const notify = {
    master: undefined,
    backup: undefined,
    fault: undefined,
    stop: undefined,
    any: undefined,
  };
  return {
    global: globalDefaults(startupDelay),
    scripts: [],
    trackFiles: [],
    trackProcesses: [],
    instances,
    links: PLAIN_LINKS,
    garpGroups: [],
    syncGroups:
      members.length === 0
        ? []
        : [
            {
              name: "G",
              members: members.map(({ name }) => name),
              notify,
              smtpAlert: false,
              tracked: NO_TRACKING,
              keepsWeights: false,
            },
          ],
    statics: { addresses: [], routes: [], rules: [] },
    trackGroups: [],
    hasVirtualServers: false,
    hasBfd: false,
  };
}

export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  assert(parsed !== undefined, `an address: ${text}`);
  return parsed;
}

function virtualAddress(text: string): VirtualAddress {
  const [addressText = "", length] = text.split("/");
  const parsed = address(addressText);
  return {
    address: parsed,
    prefixLength: Number(length ?? (parsed.includes(":") ? 128 : 32)),
    interfaceName: "eth0",
    scope: undefined,
    label: undefined,
    broadcast: undefined,
    peer: undefined,
    nodad: true,
    home: false,
    mngtmpaddr: false,
    noprefixroute: false,
    autojoin: false,
    preferredLifetime: "forever",
    track: true,
  };
}

/** `198.51.100.0/24` on the link of eth0; a `-` in front is not tracked. */
export function virtualRoute(text: string): VirtualRoute {
  const [network = "", length] = text.replace(/^-/, "").split("/");
  const destination = address(network);
  return {
    operation: "prepend",
    family: familyOf(destination),
    destination,
    prefixLength: Number(length ?? 32),
    gateway: undefined,
    interfaceName: "eth0",
    preferredSource: undefined,
    priority: undefined,
    table: 254,
    protocol: KEEPALIVED_PROTOCOL,
    scope: 0,
    type: 1,
    details: {},
    nextHops: [],
    tunnel: undefined,
    track: !text.startsWith("-"),
  };
}

/** `1000` is the preference of a rule to table 100; a `-` in front is not tracked. */
export function virtualRule(text: string): VirtualRule {
  return {
    family: "ipv4",
    preference: Number(text.replace(/^-/, "")),
    action: { kind: "table", table: 100 },
    protocol: KEEPALIVED_PROTOCOL,
    tunnelId: undefined,
    track: !text.startsWith("-"),
  };
}

function deliveryFrom(words: Words, family: Family): Delivery {
  const source = words.has("src") ? address(words.get("src") ?? "") : undefined;
  const [first, ...rest] = (words.get("peers") ?? "").split(",").filter(Boolean);
  if (first === undefined) {
    return {
      kind: "multicast",
      group: address(words.get("mcast") ?? (family === "ipv4" ? "224.0.0.18" : "ff02::12")),
      source,
    };
  }
  const ttl = words.has("peer_ttl") ? Number(words.get("peer_ttl")) : undefined;
  const peer = (text: string) => ({ address: address(text), minTtl: ttl, maxTtl: undefined });
  return {
    kind: "unicast",
    source,
    peers: [peer(first), ...rest.map(peer)],
    ttl: Number(words.get("ttl") ?? 255),
    checkSource: words.has("check_src") || ttl !== undefined,
  };
}

/** `check:-20,other` : names with weights. */
function tracked(text: string | undefined, reverse: boolean): readonly TrackedObject[] {
  return (text ?? "")
    .split(",")
    .filter(Boolean)
    .map((item) => {
      const [name = "", weight] = item.split(":");
      return { name, weight: Number(weight ?? 0), reverse };
    });
}

function globalDefaults(startupDelay: Duration): GlobalConfig {
  return {
    routerId: "test",
    scriptUser: undefined,
    scriptSecurity: false,
    nftables: {
      isAskedFor: false,
      table: "keepalived",
      priority: -1,
      counters: false,
      byInterfaceIndex: false,
      disablesLocalIgmp: false,
    },
    vrrpVersion: 2,
    vrrpStrict: false,
    multicastGroupIpv4: address("224.0.0.18"),
    multicastGroupIpv6: address("ff02::12"),
    dynamicInterfaces: true,
    defaultInterface: undefined,
    instanceName: undefined,
    netNamespace: undefined,
    usePidDir: false,
    childWaitTime: seconds(5),
    startupDelay,
    delayAfterBoot: NO_TIME,
    logUnknownVrids: false,
    processNames: { parent: "keepalived", vrrp: "keepalived" },
    vrrpRealtimePriority: undefined,
    vrrpNice: 0,
    vrrpNoSwap: false,
    process: DEFAULT_PROCESS_CONFIG,
    dumps: finishDumps(createRootDraft().global),
    umask: undefined,
    mail: {
      from: undefined,
      recipients: [],
      server: undefined,
      port: 25,
      helloName: undefined,
      connectTimeout: seconds(30),
      tellsFaults: true,
      tls: { kind: "off", authorities: undefined },
      login: undefined,
    },
    fifos: [],
    writesStatesOnReload: false,
    notifiesPriority: false,
    startupScript: undefined,
    shutdownScript: undefined,
  };
}
