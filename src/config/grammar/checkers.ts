/**
 * Rows of the health checks of a real server. What several checks share is declared once, and each
 * check says since when it has existed. keepalived.conf(5), healthcheckers.
 */
import { familyOf } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { DNS_TYPES } from "../../lvs/checker-config.ts";
import type {
  BfdCheckDraft,
  CheckedServer,
  ConnectionDraft,
  DnsCheckDraft,
  FileCheckDraft,
  MiscCheckDraft,
  PlainCheckDraft,
  SmtpCheckDraft,
  TimingDraft,
  UdpCheckDraft,
} from "../checker-drafts.ts";
import type { Located } from "../diagnostics.ts";
import type { RealServerDraft } from "../lvs-drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import {
  addressOfInterface,
  choiceInAnyCase,
  explained,
  integer,
  interfaceName,
  SECONDS_MAXIMUM,
  seconds,
  text,
  wholeSeconds,
} from "./arguments.ts";
import { httpRow } from "./check-http.ts";
import { dnsName, payloadBytes, replyBytes } from "./check-values.ts";
import { blockGrammar } from "./keyword.ts";
import type { BlockGrammar, Context, Keyword, KeywordText } from "./keyword.ts";
import { boolean, command, flag, section, value, words } from "./rows.ts";
import { FILE_WEIGHT, takeWeight } from "./trackers.ts";

const PORT = integer(1, 65_535);
const UNSIGNED = integer(0, 4_294_967_295);
/** Microseconds that a number holds exactly. */
const TIMER_MAXIMUM = 9_007_199_254;
export const CONNECT_TIMEOUT = seconds(0.000001, 4_294.967295);
export const DELAY_LOOP = seconds(0.000001, TIMER_MAXIMUM);
export const CHECK_DELAY = seconds(0, TIMER_MAXIMUM);

/** The later one of two versions: an option cannot be older than the check that has it. */
function since(option: string, check: string): string {
  const [a, b] = [option, check].map((version) => version.split(".").map(Number));
  const i = a?.findIndex((part, index) => part !== b?.[index]) ?? -1;
  return (a?.[i] ?? 0) > (b?.[i] ?? 0) ? option : check;
}

const INHERITED = "its real server's";

/** Options about time, for a check that came with version `check`. */
function timingRows<Draft extends TimingDraft>(check: string): readonly Keyword<Draft>[] {
  return [
    value(UNSIGNED, {
      name: "retry",
      since: since("1.1.8", check),
      group: "checker",
      default: `${INHERITED}, or 1 (MISC_CHECK 0, DNS_CHECK 3)`,
      help: "How often a failing check of a server that is up is repeated before it counts.",
      set: (draft, { value }) => (draft.retry = value),
    }),
    value(CHECK_DELAY, {
      name: "delay_before_retry",
      since: since("1.0.3", check),
      group: "checker",
      default: `${INHERITED}, or 1 (HTTP_GET and SSL_GET 3, DNS_CHECK delay_loop)`,
      help: "Pause before a failed check is repeated.",
      set: (draft, { value }) => (draft.delayBeforeRetry = value),
    }),
    value(CHECK_DELAY, {
      name: "warmup",
      since: since("1.2.13", check),
      group: "checker",
      default: `${INHERITED}, or delay_loop`,
      help: "The first check comes at a random moment within this time; 0 means at once.",
      set: (draft, { value }) => (draft.warmup = value),
    }),
    value(DELAY_LOOP, {
      name: "delay_loop",
      since: since("1.0.3", check),
      group: "checker",
      default: `${INHERITED}, or 60`,
      help: "Time from one check to the next.",
      set: (draft, { value }) => (draft.delayLoop = value),
    }),
    alphaRow(check),
    boolean({
      name: "log_all_failures",
      since: since("2.0.11", check),
      group: "checker",
      default: "checker_log_all_failures",
      help: "Log every failed attempt, those before a retry included.",
      set: (draft, { value }) => (draft.logsAllFailures = value),
    }),
  ];
}

function alphaRow<Draft extends { alpha?: boolean }>(check: string): Keyword<Draft> {
  return boolean({
    name: "alpha",
    since: since("1.1.16", check),
    group: "checker",
    default: INHERITED,
    help: "Count the server as down until this check has succeeded once.",
    set: (draft, { value }) => (draft.alpha = value),
  });
}

/** Options of checks that send something, for one that came with version `check`. */
export function connectionRows<Draft extends ConnectionDraft>(
  check: string,
): readonly Keyword<Draft>[] {
  return [
    value(addressOfInterface, {
      name: "connect_ip",
      since: since("1.1.8", check),
      group: "checker",
      default: "its real server's address",
      help: "Check this address instead of the server's own.",
      set: (draft, { value, at }, context) => {
        const located = { value, at };
        if (hasFamilyOf(draft.bindAddress, "bindto", { name: "connect_ip", ...located }, context)) {
          draft.address = value;
        }
      },
    }),
    value(PORT, {
      name: "connect_port",
      since: since("1.0.3", check),
      group: "checker",
      default: "its real server's port",
      help: "Check this port instead of the server's own.",
      set: (draft, { value }) => (draft.port = value),
    }),
    value(addressOfInterface, {
      name: "bindto",
      since: since("1.1.2", check),
      group: "checker",
      default: "the kernel chooses",
      help: "Address of this machine that checks come from.",
      set: (draft, { value, at }, context) => {
        const checked = draft.address ?? draft.server.address;
        if (hasFamilyOf(checked, "connect_ip", { name: "bindto", value, at }, context)) {
          draft.bindAddress = value;
        }
      },
    }),
    value(PORT, {
      name: "bind_port",
      since: since("1.2.13", check),
      group: "checker",
      default: "the kernel chooses",
      help: "Port of this machine that checks come from.",
      set: (draft, { value }) => (draft.bindPort = value),
    }),
    value(interfaceName, {
      name: "bind_if",
      since: since("1.3.7", check),
      group: "checker",
      default: "by route",
      help: "Interface that checks leave by; link-local addresses need one.",
      set: (draft, { value }) => (draft.bindInterface = value),
    }),
    value(CONNECT_TIMEOUT, {
      name: "connect_timeout",
      since: since("1.0.3", check),
      group: "checker",
      default: `${INHERITED}, or 5`,
      help: "How long an answer may take.",
      set: (draft, { value }) => (draft.connectTimeout = value),
    }),
    value(UNSIGNED, {
      name: "fwmark",
      since: since("1.2.13", check),
      group: "checker",
      default: "0",
      help: "Firewall mark on the packets of the check; 0 is none.",
      set: (draft, { value }) => (draft.mark = value),
    }),
    ...timingRows<Draft>(check),
  ];
}

/** Whether an address can go with another; says so when it cannot. */
function hasFamilyOf(
  other: IpAddress | undefined,
  otherName: string,
  { name, value, at }: Located<IpAddress> & { readonly name: string },
  { report }: Context,
): boolean {
  if (other === undefined || familyOf(other) === familyOf(value)) return true;
  report({
    severity: "error",
    code: "conflict",
    message: `${name} address ${value} does not match address family of ${otherName} - skipping`,
    at,
    fix: "use addresses of one family",
  });
  return false;
}

type CheckText = Omit<KeywordText, "group" | "default">;

const checkText = (text: CheckText): KeywordText => ({
  ...text,
  group: "checker",
  default: "none",
});

function plainRow(kind: PlainCheckDraft["kind"], text: CheckText): Keyword<RealServerDraft> {
  const grammar = blockGrammar<PlainCheckDraft>(text.name, connectionRows(text.since));
  return section(grammar, {
    ...checkText(text),
    open: (server, { at }) => {
      const made: PlainCheckDraft = { kind, at, server };
      server.checkers.push(made);
      return made;
    },
  });
}

const SMTP_HOST = section<SmtpCheckDraft, ConnectionDraft>(
  blockGrammar<ConnectionDraft>("host", connectionRows("1.1.8")),
  {
    name: "host",
    quietly: true,
    since: "1.1.8",
    group: "checker",
    default: "none",
    help: "One more check like this one, with the options inside.",
    instead: "an SMTP_CHECK block for each",
    open: (draft, { at }) => {
      const made: ConnectionDraft = { at, server: draft.server };
      draft.hosts.push(made);
      return made;
    },
  },
);

const smtpGrammar = blockGrammar<SmtpCheckDraft>(
  "SMTP_CHECK",
  [
    value(text("NAME"), {
      name: "helo_name",
      lenient: true,
      since: "1.1.8",
      group: "checker",
      default: "smtpchecker.keepalived.org",
      help: "The name that HELO gives.",
      set: (draft, { value }) => (draft.helloName = value),
    }),
    SMTP_HOST,
  ],
  connectionRows("1.1.8"),
);

const REPLY_LENGTH = integer(0, 65_535, "bytes");

const udpGrammar = blockGrammar<UdpCheckDraft>(
  "UDP_CHECK",
  [
    words({
      name: "payload",
      lenient: true,
      since: "2.2.0",
      group: "checker",
      default: "32 bytes of filler",
      help: "What is sent, as hexadecimal digits; blanks between bytes are allowed.",
      arguments: [{ kind: "hexadecimal", shape: "HEX" }],
      needs: 1,
      take: (draft, found, context) => {
        const bytes = payloadBytes(found, context.report);
        if (bytes !== undefined) draft.payload = bytes;
      },
    }),
    words({
      name: "require_reply",
      since: "2.1.0",
      group: "checker",
      default: "off",
      help: "Succeed only when something comes back; x stands for four bits that may be anything.",
      arguments: [{ kind: "hexadecimal", shape: "[HEX]" }],
      needs: 0,
      take: (draft, found, context) => {
        const pattern = found.length === 0 ? undefined : replyBytes(found, context.report);
        draft.requiresReply = true;
        if (pattern !== undefined) draft.replyPattern = pattern;
      },
    }),
    value(REPLY_LENGTH, {
      name: "min_reply_length",
      since: "2.2.0",
      group: "checker",
      default: "0",
      help: "A shorter reply is a failure.",
      set: (draft, value) => (draft.minimumLength = value),
    }),
    value(REPLY_LENGTH, {
      name: "max_reply_length",
      since: "2.2.0",
      group: "checker",
      default: "255",
      help: "A longer reply is a failure.",
      set: (draft, value) => (draft.maximumLength = value),
    }),
  ],
  connectionRows("2.1.0"),
);

const DNS_TYPE = explained(choiceInAnyCase(...DNS_TYPES), {
  A: "IPv4 addresses of the name.",
  NS: "Name servers of the zone.",
  CNAME: "The name that this one stands for.",
  SOA: "Start of authority: every zone has one.",
  MX: "Hosts that take mail for the name.",
  TXT: "Free text.",
  AAAA: "IPv6 addresses of the name.",
  RRSIG: "DNSSEC signatures.",
  DNSKEY: "DNSSEC keys of the zone.",
});

const dnsGrammar = blockGrammar<DnsCheckDraft>(
  "DNS_CHECK",
  [
    value(DNS_TYPE, {
      name: "type",
      since: "1.3.0",
      group: "checker",
      default: "SOA",
      help: "The kind of record that is asked for.",
      set: (draft, { value }) => (draft.type = value),
    }),
    value(dnsName, {
      name: "name",
      since: "1.3.0",
      group: "checker",
      default: ". (the root)",
      help: "The name that is asked for.",
      set: (draft, { value }) => (draft.name = value),
    }),
  ],
  connectionRows("1.3.0"),
);

const miscGrammar = blockGrammar<MiscCheckDraft>(
  "MISC_CHECK",
  [
    command({
      name: "misc_path",
      since: "1.0.3",
      group: "checker",
      default: "required",
      help: "The program that checks; status 0 is success.",
      // The block as a whole says that it is missing.
      without: () => undefined,
      set: (draft, value) => (draft.command = value),
    }),
    value(wholeSeconds(0, SECONDS_MAXIMUM), {
      name: "misc_timeout",
      since: "1.1.0",
      group: "checker",
      default: "delay_loop",
      help: "A program that runs longer is ended and has failed.",
      set: (draft, { value }) => (draft.timeout = value),
    }),
    flag({
      name: "misc_dynamic",
      since: "1.1.8",
      group: "checker",
      default: "off",
      help: "Statuses from 2 to 255 are success too, and make the weight two less than the status.",
      set: (draft) => (draft.setsWeight = true),
    }),
    words({
      name: "user",
      lenient: true,
      since: "1.3.0",
      group: "checker",
      default: "script_user",
      help: "User and group that the program runs as.",
      arguments: [text("USER"), text("[[:]GROUP]")],
      needs: 1,
      take: (draft, [user, group]) => {
        if (user !== undefined) draft.user = { user: user.text, group: group?.text };
      },
    }),
  ],
  timingRows("1.0.3"),
);

const fileGrammar = blockGrammar<FileCheckDraft>("FILE_CHECK", [
  value(text("NAME"), {
    name: "track_file",
    since: "2.1.0",
    group: "checker",
    default: "required",
    help: "The track_file block that names the file.",
    set: (draft, value, context) => {
      draft.trackFile = { ...value, isKnown: isKnown("track_file", value.value, context) };
    },
  }),
  words({
    name: "weight",
    lenient: true,
    since: "2.1.0",
    group: "checker",
    default: "that of the track_file",
    help: "What the number in the file is multiplied by; with 0 any number but 0 is a failure.",
    arguments: [FILE_WEIGHT, { kind: "flag", shape: "[reverse|noreverse]" }],
    needs: 1,
    take: (draft, found, context) => {
      takeFileWeight(draft, found, context);
    },
  }),
]);

const takeWeightAndReverse = takeWeight(FILE_WEIGHT, true);

function takeFileWeight(draft: FileCheckDraft, found: readonly Word[], context: Context): void {
  const taken: Parameters<typeof takeWeightAndReverse>[0] = {};
  takeWeightAndReverse(taken, found, context);
  if (taken.weight !== undefined) draft.weight = taken.weight.value;
  if (taken.isReversed !== undefined) draft.isReversed = taken.isReversed;
}

function isKnown(keyword: string, name: string, { names }: Context): boolean {
  return names.has(`${keyword} ${name}`);
}

const bfdCheckGrammar = blockGrammar<BfdCheckDraft>("BFD_CHECK", [
  words({
    name: "name",
    lenient: true,
    since: "2.0.0",
    group: "checker",
    default: "required",
    help: "The bfd_instance block of the session.",
    arguments: [text("NAME")],
    needs: 1,
    take: (draft, [name], context) => {
      if (name !== undefined) takeBfdName(draft, name, context);
    },
  }),
  alphaRow("2.0.0"),
]);

function takeBfdName(draft: BfdCheckDraft, word: Word, context: Context): void {
  const earlier = draft.instance;
  if (earlier === undefined) {
    const known = isKnown("bfd_instance", word.text, context);
    draft.instance = { value: word.text, at: spanOf(word), isKnown: known };
    return;
  }
  context.report({
    severity: "error",
    code: "duplicate",
    message: `BFD_CHECK - BFD ${word.text} already specified as ${earlier.value}`,
    at: spanOf(word),
    because: earlier.at,
  });
}

/** A check of its own kind: its row, its grammar, and the draft it begins with. */
function checkRow<Draft extends RealServerDraft["checkers"][number]>(
  grammar: BlockGrammar<Draft>,
  begin: (server: CheckedServer, at: Draft["at"]) => Draft,
  text: CheckText,
): Keyword<RealServerDraft> {
  return section(grammar, {
    ...checkText(text),
    open: (server, { at }) => {
      const made = begin(server, at);
      server.checkers.push(made);
      return made;
    },
  });
}

const WEB_CONNECTION = connectionRows("1.0.3");

export const CHECKER_ROWS: readonly Keyword<RealServerDraft>[] = [
  checkRow(miscGrammar, (_server, at) => ({ kind: "misc", at }), {
    name: "MISC_CHECK",
    since: "1.0.3",
    help: "Run a program that says whether the server is up.",
  }),
  checkRow(smtpGrammar, (server, at) => ({ kind: "smtp", at, server, hosts: [] }), {
    name: "SMTP_CHECK",
    since: "1.1.8",
    help: "Connect, read the greeting of a mail server and say HELO.",
  }),
  plainRow("tcp", {
    name: "TCP_CHECK",
    since: "1.0.3",
    help: "Connect over TCP and hang up again.",
  }),
  plainRow("ping", {
    name: "PING_CHECK",
    since: "2.1.0",
    help: "Send an ICMP echo request and wait for the reply.",
  }),
  checkRow(udpGrammar, (server, at) => ({ kind: "udp", at, server }), {
    name: "UDP_CHECK",
    since: "2.1.0",
    help: "Send a UDP packet; an ICMP error is a failure, and a missing reply can be one.",
  }),
  httpRow("HTTP_GET", WEB_CONNECTION),
  httpRow("SSL_GET", WEB_CONNECTION),
  checkRow(dnsGrammar, (server, at) => ({ kind: "dns", at, server }), {
    name: "DNS_CHECK",
    since: "1.3.0",
    help: "Ask a name server over UDP for a record.",
  }),
  checkRow(fileGrammar, (_server, at) => ({ kind: "file", at }), {
    name: "FILE_CHECK",
    since: "2.1.0",
    help: "Follow the number in a file that a track_file block watches.",
  }),
  checkRow(bfdCheckGrammar, (_server, at) => ({ kind: "bfd", at }), {
    name: "BFD_CHECK",
    since: "2.0.0",
    help: "Follow the state of a BFD session.",
  }),
];
