/**
 * Every code a diagnostic can have, once: what it does to exit codes, and its one-line title. The
 * codes are an interface: people look them up in docs/user/diagnostics.md and filter by them.
 */

/** What a problem does to the exit code of `-t`, worst last (see `testVerdict`). */
export type TestClass = "none" | "file" | "config" | "security" | "parameter";

export interface CodeMeaning {
  /** One line for lists of rules. */
  readonly title: string;
  readonly test: TestClass;
  /** The exit code that ends a start, or undefined when the daemon runs on. */
  readonly run: 2 | 6 | undefined;
  /** Ends Keepalived's checks before it looks at scripts, so that their complaints do not count. */
  readonly hidesSecurity?: true;
}

/** Keepalived complains too: `-t` ends with 5, and a start goes on. */
const complaint = (title: string): CodeMeaning => ({ title, test: "config", run: undefined });
/** The daemon does not start with it. */
const fatal = (title: string): CodeMeaning => ({ title, test: "config", run: 2 });
/** Keepalived passes over it in silence: it never changes an exit code. */
const silent = (title: string): CodeMeaning => ({ title, test: "none", run: undefined });

const FILES_AND_LANGUAGE = {
  // Keepalived prints a line and ends `-t` with 0 when the file itself is missing; so do we.
  "file-missing": { title: "The configuration file is missing", test: "none", run: 6 },
  "include-missing": silent("An include finds no file"),
  "include-required": { title: "A required include fails", test: "security", run: 6 },
  "file-refused": complaint("A file cannot be used as a configuration"),
  syntax: complaint("Braces or quotes do not match"),
  limit: complaint("A bound of the configuration language is exceeded"),
  "unknown-keyword": complaint("A word is not known where it stands"),
  "unexpected-block": complaint("A keyword that takes no block is followed by one"),
  "missing-block": complaint("A keyword that needs a block has none"),
  "missing-parameter": { title: "A keyword has no value", test: "parameter", run: 2 },
  "bad-value": complaint("A value cannot be understood"),
  "out-of-range": complaint("A number is outside its range"),
  rounded: complaint("A number is finer than it can be"),
  duplicate: complaint("Something is defined twice"),
  conflict: complaint("Two settings contradict each other"),
  deprecated: complaint("A keyword has been replaced by another"),
  incomplete: complaint("A block or line lacks what it cannot do without"),
  "unknown-reference": complaint("A name is used that nothing defines"),
  "defined-later": complaint("A name is used above its definition"),
  ignored: silent("Something written has no effect"),
  "not-yet-active": silent("A keyword is checked but does nothing yet"),
} as const satisfies Record<string, CodeMeaning>;

const ROUTERS = {
  // An instance that cannot run ends the start of the whole daemon.
  "vrid-missing": fatal("An instance has no virtual_router_id"),
  "vrid-out-of-range": fatal("A virtual_router_id is not from 1 to 255"),
  "vrid-in-use": fatal("Two instances share a virtual_router_id"),
  "interface-not-set": fatal("An instance has no interface"),
  "interface-loopback": fatal("An instance stands on the loopback interface"),
  interface: { ...fatal("An interface does not exist"), hidesSecurity: true },
  "linkbeat-interface": { title: "A linkbeat interface is missing", test: "file", run: undefined },
  "virtual-address-required": fatal("An instance lacks the address that its mode demands"),
  "no-virtual-address": complaint("An instance has no virtual address"),
  "priority-out-of-range": complaint("A priority is not from 1 to 255"),
  "nopreempt-with-master": complaint("nopreempt together with state MASTER"),
  "nopreempt-with-owner": complaint("nopreempt together with priority 255"),
  "nopreempt-with-weight": silent("nopreempt keeps a weighted check from moving the address"),
  "preempt-delay-with-master": complaint("preempt_delay together with state MASTER"),
  "preempt-delay-with-nopreempt": complaint("preempt_delay together with nopreempt"),
  "advert-int-fraction": complaint("Version 2 with a fraction of a second in advert_int"),
  "advert-int-resolution": complaint("advert_int is finer than 10 ms"),
  "advert-int-too-long": complaint("advert_int is longer than version 3 can say"),
  "fast-adverts": silent("Adverts faster than a second without real-time priority"),
  "version-2-with-ipv6": silent("Version 2 for an IPv6 instance"),
  "native-ipv6-with-ipv4": complaint("native_ipv6 with IPv4 addresses"),
  "other-family": complaint("An address of the wrong family"),
} as const satisfies Record<string, CodeMeaning>;

const DELIVERY = {
  "unicast-without-peers": complaint("Unicast keywords without a unicast peer"),
  "unicast-fault-no-peer": silent("unicast_fault_no_peer takes the instance out"),
  "unicast-source-is-peer": silent("A router is among its own unicast peers"),
  "unicast-with-vmac": complaint("Unicast with a virtual MAC address"),
  "multicast-group-with-unicast": complaint("A multicast group in a unicast instance"),
  "not-multicast": complaint("A multicast group that is none"),
  "peer-twice": complaint("A unicast peer is listed twice"),
  "auth-with-version-3": complaint("Authentication with version 3"),
  "auth-pass-missing": complaint("auth_type without auth_pass"),
  "auth-type-missing": silent("auth_pass without auth_type"),
  "auth-pass-too-long": complaint("A password of more than eight bytes"),
  "auth-hmac-with-authentication": complaint("auth_hmac together with authentication"),
  "auth-hmac-without-key": complaint("auth_hmac has no usable key"),
  "auth-hmac-key-file": complaint("A key file of auth_hmac cannot be read"),
  "auth-hmac-key-readable": {
    title: "A key file of auth_hmac can be read by others",
    test: "security",
    run: undefined,
  },
  "auth-ah-with-master": complaint("auth_type AH together with state MASTER"),
} as const satisfies Record<string, CodeMeaning>;

const ADDRESSES = {
  "address-twice": complaint("A virtual address is listed twice"),
  "too-many-addresses": complaint("More addresses than an advert can hold"),
  "address-outside-subnet": silent("A virtual address is in no subnet of its interface"),
  "address-without-length": silent("A virtual address has no prefix length where others have one"),
  "owner-without-address": silent("Priority 255 on a router that does not own the address"),
} as const satisfies Record<string, CodeMeaning>;

const STRICT_MODE = {
  strict: complaint("Strict mode overrides a setting"),
  "strict-consequence": silent("Under strict mode the virtual addresses do not answer"),
  "strict-authentication": complaint("Strict mode drops the authentication"),
  "strict-preempt-delay": complaint("Strict mode drops preempt_delay"),
  "strict-state": complaint("Strict mode overrides the state"),
  "strict-accept": complaint("Strict mode drops accept"),
  "strict-link-local": complaint("Strict mode wants a link-local IPv6 address first"),
} as const satisfies Record<string, CodeMeaning>;

const TRACKING_AND_SCRIPTS = {
  "link-delay-too-long": silent("A link may be down for longer than a master may be silent"),
  "track-own-interface": complaint("An instance tracks its own interface"),
  "weight-out-of-range": complaint("A weight beyond 253"),
  "weight-for-owner": complaint("A weighted check on an address owner"),
  "weight-in-sync-group": complaint("A weighted check of a member of a sync group"),
  "weight-without-effect": silent("A weight that can never change the priority"),
  "sync-group-empty": complaint("A sync group has no member"),
  "sync-group-one-member": complaint("A sync group has a single member"),
  "sync-group-mixed-owners": silent("A sync group mixes address owners and others"),
  "script-security": {
    title: "Scripts run without enable_script_security",
    test: "security",
    run: undefined,
  },
  "script-unsafe": silent("Others than root can change a script that root runs"),
  "script-by-search": silent("A script is found by searching PATH"),
  "script-unused": silent("A vrrp_script that nothing tracks"),
  "shell-syntax": silent("A command is written for a shell, and none reads it"),
  "check-not-runnable": complaint("A check script cannot be run"),
  "notify-not-runnable": silent("A notify script cannot be run"),
  "unknown-user": complaint("A user or group does not exist"),
} as const satisfies Record<string, CodeMeaning>;

/** About peers that cannot hear each other. */
const SPLITS = {
  "isolation-without-target": complaint("An isolation_check has nobody to ask"),
  "isolation-target": complaint("An isolation_check asks for an address of its own instance"),
  "isolation-too-slow": complaint("An isolation_check is slower than the lease of the witness"),
  "witness-url": complaint("A witness has a URL that cannot be used"),
  "witness-incomplete": complaint("A witness lacks what it cannot do without"),
  "witness-timeout": complaint("A witness may be asked for longer than it can wait"),
} as const satisfies Record<string, CodeMeaning>;

/** Between the files of several routers; see the cluster check. */
const CLUSTERS = {
  "cluster-family": silent("Routers of one group have different address families"),
  "cluster-router-id": silent("Routers of one group have different virtual_router_ids"),
  "cluster-version": silent("Routers of one group speak different versions"),
  "cluster-interval": silent("Routers of one group have different advertisement intervals"),
  "cluster-authentication": silent("Routers of one group have different authentication"),
  "cluster-checksum": silent("Routers of one group compute different checksums"),
  "cluster-settings": silent("Routers of one group have different settings"),
  "cluster-addresses": silent("Routers of one group have different virtual addresses"),
  "cluster-alone": silent("A router is not on every node"),
  "cluster-delivery": silent("Routers of one group send by multicast and by unicast"),
  "cluster-peers": silent("Unicast routers of one group do not list each other"),
  "cluster-subnet": silent("A virtual address is not in the subnet of every node"),
  "cluster-priority": silent("Routers of one group have the same priority"),
  "cluster-preempt": silent("Routers of one group preempt in different ways"),
  "cluster-sync-group": silent("Sync groups have different members"),
  "cluster-check": silent("A check never moves the address"),
  "cluster-masters": silent("A cluster has no master, or two"),
} as const satisfies Record<string, CodeMeaning>;

/** Told with `check --portable`. */
const PORTABILITY = {
  "newer-keyword": silent("A word that older versions of Keepalived do not know"),
  "our-keyword": silent("A word that Keepalived does not know"),
  "keepalived-version": silent("The oldest Keepalived that understands a file"),
  "understood-differently": silent("Another version of Keepalived acts differently"),
} as const satisfies Record<string, CodeMeaning>;

export const CODES = {
  ...FILES_AND_LANGUAGE,
  ...ROUTERS,
  ...DELIVERY,
  ...ADDRESSES,
  ...STRICT_MODE,
  ...TRACKING_AND_SCRIPTS,
  ...SPLITS,
  ...CLUSTERS,
  ...PORTABILITY,
} as const satisfies Record<string, CodeMeaning>;

export type DiagnosticCode = keyof typeof CODES;

/** What a code means for exit codes, and its title. */
export function meaningOf(code: DiagnosticCode): CodeMeaning {
  return CODES[code];
}
