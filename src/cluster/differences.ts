/**
 * Settings in which the members of a virtual router must agree, as a table: what is compared, what
 * follows when it differs, and what to do. One finding for each member that differs from the most.
 */
import { toSeconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type {
  Diagnostic,
  DiagnosticCode,
  RelatedPlace,
  Severity,
  Span,
} from "../config/diagnostics.ts";
import type { Member, VirtualRouter } from "./node.ts";

interface Setting {
  readonly code: DiagnosticCode;
  readonly severity: (router: VirtualRouter) => Severity;
  /** Whether it can be compared at all; members that differ in what comes first are not. */
  readonly applies?: (member: Member) => boolean;
  /** What is compared. */
  readonly value: (member: Member) => string;
  /** How it is said; a password is not. Undefined says only that it differs. */
  readonly words: (member: Member) => string | undefined;
  readonly subject: string;
  readonly at: (member: Member) => Span | undefined;
  readonly consequence: (router: VirtualRouter) => string;
  readonly fix: (reference: Member) => string;
}

const always = (severity: Severity) => (): Severity => severity;

const isVersion2 = ({ config }: Member): boolean => config.version === 2;
const isIpv4Version3 = ({ config }: Member): boolean =>
  config.version === 3 && config.family === "ipv4";
const inSeconds = (duration: Duration): string => `${toSeconds(duration)} s`;
const onOff = (isOn: boolean): string => (isOn ? "on" : "off");

const BOTH_MASTER = "they do not hear each other and will both be master";

const SETTINGS: readonly Setting[] = [
  {
    code: "cluster-version",
    severity: always("error"),
    value: ({ config }) => String(config.version),
    words: ({ config }) => String(config.version),
    subject: "VRRP version",
    at: ({ draft, global }) => (draft.version ?? global.vrrpVersion)?.at,
    consequence: () => `each drops the other's adverts: ${BOTH_MASTER}`,
    fix: ({ config }) =>
      `write version ${config.version} on every node, or leave it out everywhere`,
  },
  {
    code: "cluster-interval",
    severity: ({ members: [{ config }] }) => (config.version === 2 ? "error" : "warning"),
    value: ({ config }) => String(config.advertInterval),
    words: ({ config }) => inSeconds(config.advertInterval),
    subject: "advert_int",
    at: ({ draft }) => draft.advertInterval?.at,
    consequence: ({ members: [{ config }] }) =>
      config.version === 2
        ? `version 2 drops adverts with another interval: ${BOTH_MASTER}`
        : "version 3 learns the master's, so a takeover takes longer or shorter with another master",
    fix: ({ config }) => `write advert_int ${toSeconds(config.advertInterval)} on every node`,
  },
  {
    code: "cluster-authentication",
    severity: always("error"),
    applies: isVersion2,
    value: ({ config }) => config.authentication.kind,
    words: ({ config }) =>
      config.authentication.kind === "none" ? "none" : config.authentication.kind.toUpperCase(),
    subject: "auth_type",
    at: ({ draft }) => draft.authentication?.type?.at ?? draft.authentication?.at,
    consequence: () => `each drops the other's adverts: ${BOTH_MASTER}`,
    fix: () => "write the same authentication block on every node, or none",
  },
  {
    code: "cluster-authentication",
    severity: always("error"),
    applies: (member) => isVersion2(member) && member.config.authentication.kind !== "none",
    value: ({ config }) =>
      config.authentication.kind === "none" ? "" : config.authentication.password,
    words: () => undefined,
    subject: "auth_pass",
    at: ({ draft }) => draft.authentication?.password?.at,
    consequence: () => `each drops the other's adverts: ${BOTH_MASTER}`,
    fix: () => "write the same auth_pass on every node; eight characters count",
  },
  {
    code: "cluster-checksum",
    severity: always("error"),
    applies: isIpv4Version3,
    value: ({ config }) => String(config.v3ChecksumAsV2),
    words: ({ config }) => onOff(config.v3ChecksumAsV2),
    subject: "v3_checksum_as_v2",
    at: ({ draft, global }) => (draft.v3ChecksumAsV2 ?? global.v3ChecksumAsV2)?.at,
    consequence: () =>
      "a node without it drops the adverts of one that has it, and becomes master beside it",
    fix: () => "write v3_checksum_as_v2 on every node, or on none",
  },
  {
    code: "cluster-settings",
    severity: always("warning"),
    value: ({ config }) => String(config.strict),
    words: ({ config }) => onOff(config.strict),
    subject: "vrrp_strict",
    at: ({ draft, global }) => (draft.strict ?? global.strict)?.at,
    consequence: () =>
      "strict mode changes what a node accepts and whether the address answers, " +
      "so service depends on who is master",
    fix: () => "write the same on every node",
  },
  {
    code: "cluster-settings",
    severity: always("warning"),
    value: ({ config }) => String(config.accept),
    words: ({ config }) => onOff(config.accept),
    subject: "accept",
    at: ({ draft }) => draft.accept?.at,
    consequence: () => "the address answers on one master and not on the other",
    fix: () => "write accept on every node, or no_accept on every node",
  },
  {
    code: "cluster-settings",
    severity: always("warning"),
    value: ({ draft }) => String(draft.usesVmac !== undefined),
    words: ({ draft }) => onOff(draft.usesVmac !== undefined),
    subject: "use_vmac",
    at: ({ draft }) => draft.usesVmac,
    consequence: () => "the MAC address behind the virtual one changes with the master",
    fix: () => "write use_vmac on every node, or on none",
  },
];

/** A finding for each member whose setting is not that of the most. */
export function compareSettings(router: VirtualRouter): readonly Diagnostic[] {
  return SETTINGS.flatMap((setting) => {
    const members = router.members.filter((member) => setting.applies?.(member) ?? true);
    const reference = usual(members, setting.value);
    if (reference === undefined) return [];
    return members
      .filter((member) => setting.value(member) !== setting.value(reference))
      .map((member) => difference(router, setting, reference, member));
  });
}

/** The first member with the value that the most have. */
export function usual(
  members: readonly Member[],
  value: (member: Member) => string,
): Member | undefined {
  const counts = new Map<string, number>();
  for (const member of members) counts.set(value(member), (counts.get(value(member)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return members.find((member) => counts.get(value(member)) === most);
}

/** Where a setting is written, or the instance where it is not. */
export const placeOf = (member: Member, at: Span | undefined): Span => at ?? member.draft.name.at;

/** The same place as the other one of a finding. */
export const beside = (member: Member, at: Span | undefined): readonly RelatedPlace[] => [
  { at: placeOf(member, at), message: `on ${member.node}` },
];

function difference(
  router: VirtualRouter,
  setting: Setting,
  reference: Member,
  member: Member,
): Diagnostic {
  const mine = setting.words(member);
  const theirs = setting.words(reference);
  const what =
    mine === undefined || theirs === undefined
      ? `${setting.subject} differs between ${reference.node} and ${member.node}`
      : `${setting.subject} is ${theirs} on ${reference.node} and ${mine} on ${member.node}`;
  return {
    severity: setting.severity(router),
    code: setting.code,
    message: `(${router.title}) ${what}: ${setting.consequence(router)}`,
    at: placeOf(member, setting.at(member)),
    because: beside(reference, setting.at(reference)),
    fix: setting.fix(reference),
  };
}
