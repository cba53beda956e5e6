/** How adverts travel and prove themselves: multicast or unicast, source, authentication. */
import { familyOf, isMulticast, parseIpAddress } from "../base/address.ts";
import type { Family, IpAddress } from "../base/address.ts";
import { assert } from "../base/failure.ts";
import { secret } from "../base/command.ts";
import type { Authentication, Delivery, UnicastPeer, VrrpVersion } from "../vrrp/config.ts";
import { related } from "./diagnostics.ts";
import type { Span } from "./diagnostics.ts";
import type { InstanceDraft, PeerDraft } from "./drafts.ts";
import { complain } from "./scope.ts";
import type { Scope } from "./scope.ts";

const DEFAULT_TTL = 255;

/** Undefined when the instance must stay in FAULT: unicast without peers, and told not to fall back. */
export function finishDelivery(
  draft: InstanceDraft,
  family: Family,
  scope: Scope,
): Delivery | undefined {
  const source = finishSource(draft, family, scope);
  const [first, ...rest] = finishPeers(draft, family, scope);
  if (first === undefined) return finishMulticast(draft, family, source, scope);
  if (draft.multicastGroup !== undefined) {
    complain(scope, draft, {
      severity: "warning",
      code: "multicast-group-with-unicast",
      message: "multicast destination specified with unicast - ignoring",
      at: draft.multicastGroup.at,
      ...related(draft.peers?.at, "adverts go to these peers alone"),
      fix: "remove mcast_dst_ip, or the unicast peers",
    });
  }
  if (draft.usesVmac !== undefined && draft.transmitsOnBase === undefined) {
    complain(scope, draft, {
      severity: "warning",
      code: "unicast-with-vmac",
      message: "unicast with use_vmac requires vmac_xmit_base - setting",
      at: draft.usesVmac,
      ...related(draft.peers?.at, "the unicast peers"),
      fix: "add vmac_xmit_base",
    });
  }
  const limitsTtl = [first, ...rest].some(
    (peer) => peer.minTtl !== undefined || peer.maxTtl !== undefined,
  );
  const checksSource = draft.checkUnicastSource ?? scope.global.checkUnicastSource;
  return {
    kind: "unicast",
    source,
    peers: [first, ...rest],
    ttl: draft.unicastTtl?.value ?? DEFAULT_TTL,
    checkSource: checksSource !== undefined || limitsTtl,
  };
}

function finishSource(draft: InstanceDraft, family: Family, scope: Scope): IpAddress | undefined {
  const wanted = draft.unicastSource ?? draft.multicastSource;
  if (wanted === undefined || familyOf(wanted.value) === family) return wanted?.value;
  complain(scope, draft, {
    severity: "error",
    code: "other-family",
    message: `src address[${wanted.value}] MUST be of the same family as the instance - ignoring`,
    at: wanted.at,
    ...related(draft.family?.at, "the first address decides the family"),
    fix: `write an ${family === "ipv4" ? "IPv4" : "IPv6"} address of this router`,
  });
  return undefined;
}

function finishPeers(draft: InstanceDraft, family: Family, scope: Scope): UnicastPeer[] {
  const seen = new Map<IpAddress, Span>();
  const peers: UnicastPeer[] = [];
  for (const peer of draft.peers?.list ?? []) {
    const { value, at } = peer.address;
    const earlier = seen.get(value);
    if (familyOf(value) !== family) {
      complain(scope, draft, {
        severity: "error",
        code: "other-family",
        message: `unicast peer address[${value}] MUST be of the same family as the instance - skipping`,
        at,
        ...related(draft.family?.at, "the first address decides the family"),
        fix: `write an ${family === "ipv4" ? "IPv4" : "IPv6"} address of the peer`,
      });
    } else if (earlier !== undefined) {
      const message = `unicast peer ${value} is given twice - ignoring the second one`;
      complain(scope, draft, {
        severity: "error",
        code: "peer-twice",
        message,
        at,
        ...related(earlier, "first listed here"),
        fix: "remove one of the two",
      });
    } else {
      seen.set(value, at);
      peers.push(finishPeer(peer));
    }
  }
  return peers;
}

function finishPeer({ address, minTtl, maxTtl }: PeerDraft): UnicastPeer {
  return { address: address.value, minTtl, maxTtl };
}

function finishMulticast(
  draft: InstanceDraft,
  family: Family,
  source: IpAddress | undefined,
  scope: Scope,
): Delivery | undefined {
  const word = unicastWord(draft);
  if (word !== undefined && draft.faultWithoutPeers !== undefined) {
    complain(scope, draft, {
      severity: "error",
      code: "unicast-fault-no-peer",
      message:
        "unicast is wanted, there are no peers, and unicast_fault_no_peer is set: " +
        "the instance is left out, where Keepalived keeps it in FAULT",
      at: draft.faultWithoutPeers,
      ...related(word, "unicast is wanted here"),
      fix: "list the other routers in unicast_peer",
    });
    return undefined;
  }
  if (word !== undefined) {
    complain(scope, draft, {
      severity: "warning",
      code: "unicast-without-peers",
      message:
        "A unicast keyword has been specified without any unicast peers. Defaulting to multicast. " +
        "This usage is deprecated - please update your configuration.",
      at: word,
      fix: "list the other routers in unicast_peer, or remove the unicast keywords",
    });
  }
  return { kind: "multicast", group: finishGroup(draft, family, scope), source };
}

/** The first sign that unicast was meant. */
function unicastWord(draft: InstanceDraft): Span | undefined {
  return (
    draft.peers?.at ??
    draft.unicastSource?.at ??
    draft.unicastTtl?.at ??
    draft.checkUnicastSource ??
    draft.oldUnicastChecksum?.at
  );
}

const DEFAULT_GROUPS = { ipv4: knownAddress("224.0.0.18"), ipv6: knownAddress("ff02::12") };

function knownAddress(text: string): IpAddress {
  const value = parseIpAddress(text);
  assert(value !== undefined, `${text} is an address`);
  return value;
}

/** The multicast group of a family from the global settings, checked. */
export function globalGroup(family: Family, scope: Scope): IpAddress {
  const { multicastGroupIpv4, multicastGroupIpv6 } = scope.global;
  const wanted = family === "ipv4" ? multicastGroupIpv4 : multicastGroupIpv6;
  return wanted !== undefined && isGroup(wanted.value, family)
    ? wanted.value
    : DEFAULT_GROUPS[family];
}

function isGroup(address: IpAddress, family: Family): boolean {
  return familyOf(address) === family && isMulticast(address);
}

function finishGroup(draft: InstanceDraft, family: Family, scope: Scope): IpAddress {
  const wanted = draft.multicastGroup;
  if (wanted !== undefined) {
    if (isGroup(wanted.value, family)) return wanted.value;
    const fix = `write a multicast address such as ${DEFAULT_GROUPS[family]}, or leave it out`;
    const at = wanted.at;
    const complaint = isMulticast(wanted.value)
      ? ({
          code: "other-family",
          message: `mcast dest address ${wanted.value} MUST match VRRP instance family. Skipping...`,
          ...related(draft.family?.at, "the first address decides the family"),
        } as const)
      : ({
          code: "not-multicast",
          message: `mcast_dst_ip ${wanted.value} not multicast. Skipping...`,
        } as const);
    complain(scope, draft, { severity: "error", at, fix, ...complaint });
  }
  return globalGroup(family, scope);
}

export const NO_AUTHENTICATION: Authentication = { kind: "none" };

/** What is left of authentication: version 2, with a password. Strict mode is elsewhere. */
export function finishAuthentication(
  draft: InstanceDraft,
  version: VrrpVersion,
  scope: Scope,
): Authentication {
  const wanted = draft.authentication;
  if (wanted === undefined) return NO_AUTHENTICATION;
  if (version === 3) {
    complain(scope, draft, {
      severity: "warning",
      code: "auth-with-version-3",
      message: "VRRP version 3 does not support authentication. Ignoring.",
      at: wanted.at,
      ...related((draft.version ?? scope.global.vrrpVersion)?.at, "version 3 is chosen here"),
      fix: "remove the authentication block",
    });
    return NO_AUTHENTICATION;
  }
  if (wanted.type === undefined) {
    if (wanted.password !== undefined) {
      complain(scope, draft, {
        severity: "warning",
        code: "auth-type-missing",
        message: "auth_pass without auth_type: adverts are sent without a password",
        at: wanted.password.at,
        fix: "add auth_type PASS",
      });
    }
    return NO_AUTHENTICATION;
  }
  if (wanted.password === undefined) {
    complain(scope, draft, {
      severity: "warning",
      code: "auth-pass-missing",
      message: "Authentication specified but no password given. Ignoring",
      at: wanted.type.at,
      fix: "put auth_pass on a line of its own",
    });
    return NO_AUTHENTICATION;
  }
  if (wanted.type.value === "PASS") {
    return { kind: "pass", password: secret(wanted.password.value) };
  }
  if (draft.state?.value === "master" && draft.priority?.value !== undefined) {
    complain(scope, draft, {
      severity: "warning",
      code: "auth-ah-with-master",
      message: "Initial state master is incompatible with AH authentication - clearing",
      at: draft.state.at,
      ...related(wanted.type.at, "the authentication that contradicts it"),
      fix: "write state BACKUP, or use auth_type PASS",
    });
  }
  return { kind: "ah", password: secret(wanted.password.value) };
}
