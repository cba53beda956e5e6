/** A short example for a keyword, made from its description: the blocks around it and one line. */
import type { ArgumentDescription } from "../config/grammar/arguments.ts";
import type { KeywordDescription } from "../config/grammar/keyword.ts";
import type { KeywordPlace } from "./keywords.ts";

const INDENT = "    ";

/** Whether it belongs to the language around the keywords, and so to no block. */
export const isLanguage = ({ rows, row }: Pick<KeywordPlace, "rows" | "row">): boolean =>
  row.group === "syntax" && rows.length === 1;

/** Lines of configuration that show the keyword in its place, with `value` if one is given. */
export function exampleOf({ rows, row }: KeywordPlace, value?: string): readonly string[] {
  if (isLanguage({ rows, row })) {
    return Object.hasOwn(LANGUAGE_EXAMPLES, row.name) ? (LANGUAGE_EXAMPLES[row.name] ?? []) : [];
  }
  const shown = value === undefined ? row : withValue(row, value);
  const around = rows.slice(0, -1);
  const lineAt = around.findIndex(({ block }) => block !== "keywords");
  if (lineAt < 0) return wrapped(around, linesOf(shown, 0));
  return wrapped(around.slice(0, lineAt), optionLines([...around.slice(lineAt), shown]));
}

/** The line that option words follow. */
function beginningOf(line: KeywordDescription, option: string): string {
  if (line.arguments[0]?.kind !== "method") return line.name;
  const before = Object.hasOwn(BEFORE_TUNNEL_WORDS, option)
    ? BEFORE_TUNNEL_WORDS[option]
    : undefined;
  return `${line.name} ${before ?? "TUN"}`;
}

function withValue(row: KeywordDescription, value: string): KeywordDescription {
  const [first] = row.arguments;
  return first === undefined
    ? row
    : { ...row, arguments: [{ ...first, shape: value, choices: [value] }] };
}

function wrapped(
  blocks: readonly KeywordDescription[],
  lines: readonly string[],
): readonly string[] {
  const [block, ...rest] = blocks;
  if (block === undefined) return lines;
  const inner = wrapped(rest, lines).map((line) => `${INDENT}${line}`);
  return [`${written(block)} {`, ...inner, "}"];
}

/** An option word on the line it belongs to, in the list that holds the line if there is one. */
function optionLines([line, ...options]: readonly KeywordDescription[]): readonly string[] {
  if (line === undefined) return [];
  const last = options.at(-1);
  const before = options.slice(0, -1).map(({ name }) => name);
  const words = [...before, last === undefined ? "" : written(last)].join(" ");
  if (line.block !== "items") return [`${beginningOf(line, last?.name ?? "")} ${words}`];
  const beginning = LINE_BEGINNINGS[line.arguments.at(-1)?.kind ?? ""]?.[last?.name ?? ""];
  const item = beginning === undefined ? itemWith(line, words) : `${beginning} ${words}`;
  return [`${written(line)} {`, `${INDENT}${item}`, "}"];
}

/** How deep the blocks of an example go below its keyword. */
const MAX_DEPTH = 2;
/** Lines inside the block of an example, when none is required. */
const MOST_LINES = 3;

function linesOf(row: KeywordDescription, depth: number): readonly string[] {
  if (row.block === undefined) return [written(row)];
  if (row.block === "items") return [`${written(row)} {`, `${INDENT}${itemWith(row, "")}`, "}"];
  const current = row.inside.filter(
    ({ instead, later }) => instead === undefined && later === undefined,
  );
  const known =
    current.length > 0 ? current : row.inside.filter(({ instead }) => instead === undefined);
  const required = known.filter((inner) => inner.default.startsWith("required"));
  const shown = required.length > 0 ? required : known.slice(0, MOST_LINES);
  const lines = depth >= MAX_DEPTH ? [] : shown.flatMap((inner) => linesOf(inner, depth + 1));
  return [`${written(row)} {`, ...lines.map((line) => `${INDENT}${line}`), "}"];
}

/** The keyword with example arguments. */
function written(row: KeywordDescription): string {
  const words = [ownArguments(row) ?? madeArguments(row)];
  const before = Object.hasOwn(NEEDS_BEFORE, row.name) ? [NEEDS_BEFORE[row.name] ?? ""] : [];
  return [...before, row.name, ...words].filter((word) => word !== "").join(" ");
}

function ownArguments({ name, arguments: [first] }: KeywordDescription): string | undefined {
  const own = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined;
  const { minimum = -Infinity, maximum = Infinity, kind } = first ?? {};
  const number = Number(own);
  const isOutside = number < minimum || number > maximum;
  return kind === "integer" && isOutside ? undefined : own;
}

/** Of a list the last argument is an item; one before it is a title. */
const madeArguments = (row: KeywordDescription): string =>
  (row.block === "items" ? row.arguments.slice(0, -1) : row.arguments)
    .map((argument) => valueOf(argument, row))
    .filter((word) => word !== "")
    .join(" ");

function itemWith(row: KeywordDescription, options: string): string {
  const item = row.arguments.at(-1);
  const own = Object.hasOwn(ITEMS, row.name) ? ITEMS[row.name] : undefined;
  const first = own ?? (item === undefined ? "" : valueOf(item, row));
  return `${first} ${options}`.trim();
}

/** What one argument may be: its default when that is a value, else something plausible. */
function valueOf(argument: ArgumentDescription, row: KeywordDescription): string {
  const isOptional = argument.shape.startsWith("[");
  if (isOptional && !row.default.includes(argument.shape)) return "";
  const { kind, choices, minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = argument;
  const [word = ""] = row.default.split(/[\s(,]/, 1);
  if (choices !== undefined && kind !== "boolean") {
    return choices.includes(word) ? word : (choices[0] ?? "");
  }
  const usual = Number(word);
  const isUsual = /^-?[0-9.]+$/.test(word) && usual >= minimum && usual <= maximum && usual !== 0;
  switch (kind) {
    case "integer":
    case "milliseconds":
    case "seconds":
    case "whole seconds":
      return isUsual
        ? word
        : String(Math.max(Math.ceil(minimum), Math.min(PLAUSIBLE_NUMBER, maximum)));
    default:
      return (
        WORDS[kind] ??
        (Object.hasOwn(SHAPES, argument.shape) ? SHAPES[argument.shape] : undefined) ??
        argument.shape
      );
  }
}

const PLAUSIBLE_NUMBER = 10;

const WORDS: Readonly<Record<string, string>> = {
  address: "192.0.2.7",
  prefix: "192.0.2.10/24",
  "address line": "192.0.2.10/24",
  broadcast: "192.0.2.255",
  command: '"/usr/local/bin/example.sh"',
  destination: "198.51.100.0/24",
  "delay line": "eth0 2 1",
  digest: "9b74c9897bac770ffc029102a200c5de",
  "domain name": "www.example.org",
  hexadecimal: "0102",
  interface: "eth0",
  lifetime: "forever",
  member: "192.0.2.10 80",
  method: "NAT",
  "MAC address": "02:00:5e:00:01:33",
  name: "example",
  "number or name": "10",
  password: "k33p-it",
  policy: "MTU",
  range: "80-90",
  "route line": "198.51.100.0/24 via 192.0.2.1",
  "rule line": "from 192.0.2.0/24 table 100 preference 100",
  scope: "link",
  selector: "192.0.2.0/24",
  server: "192.0.2.20 80",
  service: "192.0.2.10 80",
  "status codes": "200",
  pattern: '"^ok"',
  umask: "022",
};

const SHAPES: Readonly<Record<string, string>> = {
  ADDR: "192.0.2.7",
  "auto|off|SECS": "auto",
  "CPU...": "0 1",
  DIR: "/etc/keepalived/example",
  HOST: "mail.example.org",
  NAME: "example",
  PATH: "/run/keepalived/example",
  "PATH [USER [GROUP]]": "/run/keepalived/example.fifo",
  STRING: "example",
  TIME: "10ms",
  USER: "keepalived_script",
};

/** The arguments of keywords whose description alone does not tell what is plausible. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  active_key: "1",
  encap: "ip id 10 dst 192.0.2.7",
  fwmark: "10",
  garp_extra_if: "all 60",
  goto: "200",
  ipproto: "tcp",
  key: "1 hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
  label: "eth0:1",
  lvs_sync_daemon: "eth0 VI_1",
  lvs_timeouts: "tcp 900",
  mcast_dst_ip: "224.0.0.18",
  notification_email_from: "keepalived@example.org",
  persistence_granularity: "255.255.255.0",
  priority: "150",
  realms: "10/20",
  smtp_auth: "lb1 /etc/keepalived/mail.password",
  smtp_tls: "starttls",
  virtual_router_id: "51",
  vmac_garp_intvl: "all 60",
  vrrp_garp_extra_if: "all 60",
  vrrp_instance: "VI_1",
  vrrp_mcast_group4: "224.0.0.18",
  vrrp_mcast_group6: "ff02::12",
  vrrp_script: "check_web",
  vrrp_vmac_garp_intvl: "all 60",
  weight: "-20",
};

/** Option words that say something about another one. */
const NEEDS_BEFORE: Readonly<Record<string, string>> = {
  noreverse: "weight -20",
  reverse: "weight -20",
};

const RULE_WITHOUT_ACTION = "from 192.0.2.0/24 preference 100";

/** How lines of routes and rules begin before option words that their usual form does not suit. */
const LINE_BEGINNINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "route line": { default6: "via 2001:db8::1", inet6: "2001:db8::/32 via 2001:db8:1::1" },
  "rule line": {
    ...Object.fromEntries(
      ["table", "lookup", "l3mdev", "goto", "nop", "blackhole", "unreachable", "prohibit"].map(
        (action) => [action, RULE_WITHOUT_ACTION],
      ),
    ),
    inet6: "from 2001:db8::/32 table 100 preference 100",
  },
};

/** What stands before the words of a tunnel: `lvs_method TUN type gue port 5555`. */
const BEFORE_TUNNEL_WORDS: Readonly<Record<string, string>> = {
  port: "TUN type gue",
  nocsum: "TUN type gre",
  csum: "TUN type gre",
  remcsum: "TUN type gue port 5555",
};

/** The items of lists, by the keyword of the list. */
const ITEMS: Readonly<Record<string, string>> = {
  notification_email: "admin@example.org",
  track_interface: "eth1",
  track_script: "check_web",
};

const DEFINED = ["$PRIORITY=150", "vrrp_instance VI_1 {", "    priority $PRIORITY", "}"];
const CONDITION = ["vrrp_instance VI_1 {", "    @lb1 priority 150", "    @^lb1 priority 100", "}"];

/** Examples of the language, where the help alone does not show it. */
const LANGUAGE_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  include: ["include conf.d/*.conf"],
  "@ID": CONDITION,
  "@^ID": CONDITION,
  "$NAME=": DEFINED,
  $NAME: DEFINED,
  "${NAME}": ["$NET=192.0.2", "static_ipaddress {", "    ${NET}.10/24 dev eth0", "}"],
  "~SEQ": ["static_ipaddress {", "    ~SEQ(N, 10, 19) 192.0.2.${N}/24 dev eth0", "}"],
  "~LST": ["static_ipaddress {", "    ~LST(IF, eth0, eth1) 192.0.2.1/24 dev $IF", "}"],
};
