/** Rows of virtual_server, and its three ways to name a service. keepalived.conf(5), LVS CONFIGURATION. */
import { familyOf, parseIpAddress } from "../../base/address.ts";
import type { Family, IpAddress } from "../../base/address.ts";
import type { Granularity, Protocol, ServiceTarget } from "../../lvs/config.ts";
import type { Located } from "../diagnostics.ts";
import type { VirtualServerDraft } from "../lvs-drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { integer, orElse, refuse, text } from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import { blockGrammar, reportFor } from "./keyword.ts";
import type { Context, Keyword } from "./keyword.ts";
import { readAddressAndPort } from "./lvs-address.ts";
import { forwardingRow } from "./lvs-method.ts";
import { CHECK_DEFAULTS, serverSettings, UNSIGNED_MAXIMUM, WEIGHT_MAXIMUM } from "./lvs-shared.ts";
import { realServerGrammar } from "./real-server.ts";
import { boolean, command, flag, optional, section, value, words } from "./rows.ts";
import { VIRTUAL_SERVER_SCHEDULER } from "./schedulers.ts";

const MARK = integer(0, UNSIGNED_MAXIMUM);
const LONGEST_PERSISTENCE = 2_678_400;
const STANDARD_PERSISTENCE = 360;

/** What the words after `virtual_server` name, or undefined once reported. */
export function readTarget(found: readonly Word[], context: Context): ServiceTarget | undefined {
  const [first, second] = found;
  if (first === undefined) return undefined;
  if (first.text !== "fwmark" && first.text !== "group") {
    const read = readAddressAndPort(found, "virtual server", context);
    return read === undefined ? undefined : { kind: "address", ...read };
  }
  if (second === undefined) {
    context.report({
      severity: "error",
      code: "missing-parameter",
      message:
        "*** Configuration line starting `virtual_server` is missing a parameter " +
        `after keyword \`${first.text}\` at word position 3`,
      at: spanOf(first),
      fix: `write virtual_server ${first.text} ${first.text === "group" ? "NAME" : "N"}`,
    });
    return undefined;
  }
  if (first.text === "group") return { kind: "group", name: second.text };
  const mark = readMark(second, context);
  return mark === undefined ? undefined : { kind: "mark", mark };
}

function readMark(word: Word, context: Context): number | undefined {
  const mark = MARK.parse(word, reportFor("fwmark", MARK, context.report));
  if (mark !== 0) return mark;
  context.report({
    severity: "error",
    code: "bad-value",
    message: "fwmark 0 is what packets without a mark have - ignoring",
    at: spanOf(word),
    fix: "choose a mark from 1 up",
  });
  return undefined;
}

function protocolOf(text: string): Protocol | undefined {
  const name = text.toLowerCase();
  return name === "tcp" || name === "udp" || name === "sctp" ? name : undefined;
}

const PROTOCOL: ArgumentType<Protocol> = {
  kind: "choice",
  shape: "TCP|UDP|SCTP",
  choices: ["TCP", "UDP", "SCTP"],
  choiceHelp: {
    TCP: "Transmission Control Protocol.",
    UDP: "User Datagram Protocol.",
    SCTP: "Stream Control Transmission Protocol.",
  },
  plain: protocolOf,
  parse: (word, report) => {
    const protocol = protocolOf(word.text);
    if (protocol !== undefined) return protocol;
    refuse(report, "bad-value", word, `Unknown protocol ${word.text} - ignoring`);
    return undefined;
  },
};

const FAMILY: ArgumentType<Family> = {
  kind: "choice",
  shape: "inet|inet6",
  choices: ["inet", "inet6"],
  parse: (word, report) => {
    if (word.text === "inet") return "ipv4";
    if (word.text === "inet6") return "ipv6";
    refuse(report, "bad-value", word, `unknown address family ${word.text}`);
    return undefined;
  },
};

function setFamily(
  draft: VirtualServerDraft,
  family: Located<Family>,
  word: string,
  context: Context,
): boolean {
  const known = draft.family;
  if (known === undefined) draft.family = family;
  if (known === undefined || known.value === family.value) return true;
  context.report({
    severity: "error",
    code: "conflict",
    message: `Virtual server specified family ${word} conflicts with server family`,
    at: family.at,
    because: known.at,
  });
  return false;
}

const SERVICE: readonly Keyword<VirtualServerDraft>[] = [
  value(PROTOCOL, {
    name: "protocol",
    since: "1.0.3",
    group: "lvs",
    default: "UDP",
    help: "Transport of a service with addresses.",
    set: (draft, value) => (draft.protocol = value),
  }),
  value(FAMILY, {
    name: "ip_family",
    since: "1.2.20",
    group: "lvs",
    default: "that of the servers",
    help: "Address family of a service by firewall mark.",
    set: (draft, value, context) => {
      setFamily(draft, value, value.value === "ipv4" ? "inet" : "inet6", context);
    },
  }),
  ...["lvs_method", "lb_kind"].map((name) =>
    forwardingRow<VirtualServerDraft>({
      name,
      since: name === "lb_kind" ? "1.0.3" : "1.1.5",
      default: "NAT",
      help: name === "lb_kind" ? "Older name of lvs_method." : "How packets reach the servers.",
      owner: "virtual server",
      set: (draft, value) => (draft.forwarding = value),
    }),
  ),
  value(integer(1, WEIGHT_MAXIMUM), {
    name: "weight",
    since: "1.0.3",
    group: "lvs",
    default: "1",
    help: "Weight of servers that have none of their own.",
    set: (draft, value) => (draft.weight = value),
  }),
  flag({
    name: "ha_suspend",
    since: "1.0.3",
    group: "lvs",
    default: "off",
    help: "Check servers only while the service's address is on this machine.",
    set: (draft, at) => (draft.suspendsWithoutAddress = at),
  }),
  boolean({
    name: "omega",
    since: "1.1.16",
    group: "lvs",
    default: "off",
    help: "Run the notifications of going down at a stop, too.",
    set: (draft, { value }) => (draft.omega = value),
  }),
];

const PERSISTENCE: readonly Keyword<VirtualServerDraft>[] = [
  optional(integer(1, LONGEST_PERSISTENCE, "s"), {
    name: "persistence_timeout",
    since: "1.0.3",
    group: "lvs",
    default: "off; 360 without a number",
    help: "How long a client stays with its server.",
    without: STANDARD_PERSISTENCE,
    set: (draft, value) => (draft.persistenceTimeout = value),
  }),
  value(text("NETMASK|LENGTH"), {
    name: "persistence_granularity",
    since: "1.0.3",
    group: "lvs",
    default: "single addresses",
    help: "Clients that count as one: an IPv4 netmask, or the length of an IPv6 prefix.",
    set: (draft, { value, at }, context) => {
      const granularity = readGranularity(draft, { value, at }, context);
      if (granularity !== undefined) draft.granularity = { value: granularity, at };
    },
  }),
  value(text("NAME"), {
    name: "persistence_engine",
    since: "1.2.20",
    group: "lvs",
    default: "none",
    help: "What clients are told apart by instead of addresses: sip.",
    set: (draft, value) => (draft.persistenceEngine = value),
  }),
];

const PREFIX_LENGTH = /^[0-9]{1,3}$/;

/** A mask or a length, as the family says; without one it is a mask that has dots. */
function readGranularity(
  draft: VirtualServerDraft,
  { value, at }: Located<string>,
  context: Context,
): Granularity | undefined {
  const { report } = context;
  const isIpv4 = (draft.family?.value ?? (value.includes(".") ? "ipv4" : "ipv6")) === "ipv4";
  const message = `Invalid ${isIpv4 ? "IPv4" : "IPv6"} persistence_granularity specified - ${value}`;
  if (!isIpv4) {
    const length = PREFIX_LENGTH.test(value) ? Number(value) : 0;
    if (length < 1 || length > 128) {
      const fix = "write the length of a prefix, from 1 to 128";
      report({ severity: "error", code: "bad-value", message, at, fix });
      return undefined;
    }
    draft.family ??= { value: "ipv6", at };
    return { kind: "prefix", length };
  }
  const mask = parseIpAddress(value) ?? numberAsAddress(value);
  if (mask === undefined || familyOf(mask) !== "ipv4") {
    const fix = "write a netmask such as 255.255.255.0";
    report({ severity: "error", code: "bad-value", message, at, fix });
    return undefined;
  }
  if (!value.includes(".")) {
    report({
      severity: "warning",
      code: "ignored",
      message: `persistence_granularity ${value} is taken for the netmask ${mask}, not for a length`,
      at,
      fix: "write a netmask such as 255.255.255.0",
    });
  }
  draft.family ??= { value: "ipv4", at };
  return { kind: "netmask", mask };
}

/** `24` as inet_aton(3) has it: 0.0.0.24. */
function numberAsAddress(text: string): IpAddress | undefined {
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) > UNSIGNED_MAXIMUM) return undefined;
  const number = Number(text);
  const byte = (shift: number): number => Math.floor(number / 2 ** shift) % 256;
  return parseIpAddress(`${byte(24)}.${byte(16)}.${byte(8)}.${byte(0)}`);
}

const QUORUM: readonly Keyword<VirtualServerDraft>[] = [
  value(orElse(integer(1, UNSIGNED_MAXIMUM), 1), {
    name: "quorum",
    since: "1.1.16",
    group: "lvs",
    default: "1",
    help: "Weight of living servers that the service needs.",
    set: (draft, value) => (draft.quorum = value),
  }),
  value(integer(0, UNSIGNED_MAXIMUM), {
    name: "hysteresis",
    since: "1.1.16",
    group: "lvs",
    default: "0",
    help: "Weight by which the quorum must be exceeded or missed to count.",
    set: (draft, value) => (draft.hysteresis = value),
  }),
  command({
    name: "quorum_up",
    since: "1.1.16",
    group: "notify",
    default: "none",
    help: "Run when the quorum is gained.",
    set: (draft, value) => (draft.quorumUp = value),
  }),
  command({
    name: "quorum_down",
    since: "1.1.16",
    group: "notify",
    default: "none",
    help: "Run when the quorum is lost.",
    set: (draft, value) => (draft.quorumDown = value),
  }),
];

const SERVERS: readonly Keyword<VirtualServerDraft>[] = [
  words({
    name: "sorry_server",
    since: "1.0.3",
    group: "lvs",
    default: "none",
    help: "Server that takes over when the quorum is lost.",
    arguments: [{ kind: "server", shape: "ADDR [PORT]" }],
    needs: 1,
    take: (draft, found, context) => {
      const [word] = found;
      const read = readAddressAndPort(found, "sorry server", context);
      if (read === undefined || word === undefined) return;
      draft.sorryServer = { address: read.address, port: read.port, at: spanOf(word) };
    },
  }),
  boolean({
    name: "sorry_server_inhibit",
    since: "1.2.13",
    group: "lvs",
    default: "off",
    help: "The sorry server keeps its place with weight 0.",
    set: (draft, { value, at }, context) => {
      if (draft.sorryServer !== undefined) draft.sorryServerInhibits = value;
      else reportTooEarly("Ignoring sorry_server inhibit used before or without", at, context);
    },
  }),
  forwardingRow({
    name: "sorry_server_lvs_method",
    since: "1.3.6",
    default: "lvs_method",
    help: "Forwarding to the sorry server.",
    owner: "sorry server",
    set: (draft, value, context) => {
      if (draft.sorryServer !== undefined) draft.sorryServerForwarding = value.value;
      else reportTooEarly("sorry_server forwarding used without", value.at, context);
    },
  }),
  section(realServerGrammar, {
    name: "real_server",
    since: "1.0.3",
    group: "lvs",
    default: "none",
    help: "One server of the service.",
    title: { kind: "server", shape: "ADDR [PORT]" },
    titleWords: 2,
    open: (service, { words: found, at }, context) => {
      const read = readAddressAndPort(found, "real server", context);
      if (read === undefined) return undefined;
      const made = { address: read.address, port: read.port, at, service, checkers: [] };
      service.realServers.push(made);
      return made;
    },
  }),
];

function reportTooEarly(subject: string, at: Located<unknown>["at"], { report }: Context): void {
  report({
    severity: "error",
    code: "conflict",
    message: `${subject} sorry_server`,
    at,
    fix: "write sorry_server above it",
  });
}

export const virtualServerGrammar = blockGrammar<VirtualServerDraft>(
  "virtual_server",
  SERVICE,
  VIRTUAL_SERVER_SCHEDULER,
  PERSISTENCE,
  QUORUM,
  SERVERS,
  CHECK_DEFAULTS,
  serverSettings({ inhibit: "off", alert: "off, unless global_defs says it" }),
);
