/**
 * Health checks of a real server as configured: plain values, inherited settings and defaults
 * filled in, so that a check needs to look nowhere else. keepalived.conf(5), healthcheckers.
 */
import type { IpAddress } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { Duration } from "../base/units.ts";

/** When checks are made, and how many failures it takes. */
export interface CheckTiming {
  readonly delayLoop: Duration;
  /** Further failures in a row that a server which is up may have. */
  readonly retry: number;
  readonly delayBeforeRetry: Duration;
  /** The first check comes after a random part of this. */
  readonly warmup: Duration;
  /** Taken for failed until the first success. */
  readonly startsFailed: boolean;
  readonly logsAllFailures: boolean;
}

/** Where a check goes, and from where. */
export interface CheckConnection {
  readonly address: IpAddress;
  readonly port: number;
  readonly connectTimeout: Duration;
  readonly bindAddress: IpAddress | undefined;
  readonly bindPort: number | undefined;
  readonly bindInterface: string | undefined;
  /** Firewall mark of the packets; 0 is none. */
  readonly mark: number;
}

interface NetworkCheck {
  readonly timing: CheckTiming;
  readonly connection: CheckConnection;
}

/** TCP_CHECK: the connection is accepted. */
export interface TcpCheckConfig extends NetworkCheck {
  readonly kind: "tcp";
}

/** PING_CHECK: an echo request is answered. */
export interface PingCheckConfig extends NetworkCheck {
  readonly kind: "ping";
}

/** SMTP_CHECK: a greeting, and an answer to HELO. */
export interface SmtpCheckConfig extends NetworkCheck {
  readonly kind: "smtp";
  readonly helloName: string;
}

/** UDP_CHECK: no ICMP error comes back, or an answer does. */
export interface UdpCheckConfig extends NetworkCheck {
  readonly kind: "udp";
  /** Two hexadecimal digits for each byte; undefined sends a filler. */
  readonly payload: string | undefined;
  /** Undefined when silence is a success. */
  readonly reply: UdpReplyConfig | undefined;
}

export interface UdpReplyConfig {
  /** Two digits for each byte, `x` for four bits that may be anything; undefined takes any. */
  readonly pattern: string | undefined;
  readonly minimumLength: number;
  readonly maximumLength: number;
}

export const DNS_TYPES = [
  "A",
  "NS",
  "CNAME",
  "SOA",
  "MX",
  "TXT",
  "AAAA",
  "RRSIG",
  "DNSKEY",
] as const;
export type DnsType = (typeof DNS_TYPES)[number];

/** DNS_CHECK: a query is answered without an error. */
export interface DnsCheckConfig extends NetworkCheck {
  readonly kind: "dns";
  readonly type: DnsType;
  /** `.` is the root. */
  readonly name: string;
}

export const HTTP_PROTOCOLS = ["1.0", "1.0C", "1.1"] as const;
/** `1.0C` is 1.0 with `Connection: close`. */
export type HttpProtocol = (typeof HTTP_PROTOCOLS)[number];

/** HTTP_GET and SSL_GET: every URL gives the answer it should. */
export interface HttpCheckConfig extends NetworkCheck {
  readonly kind: "http";
  readonly protocol: HttpProtocol;
  /** SSL_GET; undefined for HTTP_GET. */
  readonly tls: TlsCheckConfig | undefined;
  /** After a start or a failure the URLs are tried without a pause between them. */
  readonly fastRecovery: boolean;
  readonly urls: readonly [UrlConfig, ...UrlConfig[]];
}

export interface TlsCheckConfig {
  /** Server Name Indication (RFC 6066 §3): none, the virtual host of the URL, or a name. */
  readonly serverName: ServerName;
}

export type ServerName =
  | { readonly kind: "none" }
  | { readonly kind: "virtualHost" }
  | { readonly kind: "name"; readonly name: string };

export interface UrlConfig {
  readonly path: string;
  /** The Host header; undefined takes address and port of the connection. */
  readonly virtualHost: string | undefined;
  /** An answer with a code in any of these is a success. */
  readonly statusCodes: readonly StatusRange[];
  /** MD5 of the body, 32 lower case digits. */
  readonly digest: string | undefined;
  readonly pattern: PatternConfig | undefined;
  /** A TLS connection that ends without close_notify (RFC 8446 §6.1) is a failure. */
  readonly tlsCompliant: boolean;
}

/** Both ends included. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** A PCRE2 pattern that is looked for in the answer. */
export interface PatternConfig {
  readonly text: string;
  readonly options: readonly PatternOption[];
  /** False when the answer must not match. */
  readonly mustMatch: boolean;
  readonly minimumOffset: number;
  readonly maximumOffset: number | undefined;
  /** Sizes in bytes of the stack of PCRE2's just-in-time compiler. */
  readonly stack: { readonly start: number; readonly maximum: number } | undefined;
}

/** Compile options of pcre2api(3) that a pattern may have. */
export const PATTERN_OPTIONS = [
  "allow_empty_class",
  "alt_bsux",
  "auto_callout",
  "caseless",
  "dollar_endonly",
  "dotall",
  "dupnames",
  "extended",
  "firstline",
  "match_unset_backref",
  "multiline",
  "never_ucp",
  "never_utf",
  "no_auto_capture",
  "no_auto_possess",
  "no_dotstar_anchor",
  "no_start_optimize",
  "ucp",
  "ungreedy",
  "utf",
  "never_backslash_c",
  "alt_circumflex",
  "alt_verbnames",
  "use_offset_limit",
] as const;
export type PatternOption = (typeof PATTERN_OPTIONS)[number];

/** MISC_CHECK: a program ends with status 0. */
export interface MiscCheckConfig {
  readonly kind: "misc";
  readonly timing: CheckTiming;
  readonly command: Command;
  readonly timeout: Duration;
  /** Statuses from 2 up are a success with a weight of two less. */
  readonly setsWeight: boolean;
}

/** FILE_CHECK: the number in a tracked file. */
export interface FileCheckConfig {
  readonly kind: "file";
  readonly trackFile: string;
  /** 0: a number other than 0 is a failure. Otherwise the number times this is added. */
  readonly weight: number;
  readonly reverse: boolean;
}

/** BFD_CHECK: the session is up. */
export interface BfdCheckConfig {
  readonly kind: "bfd";
  readonly instance: string;
  readonly startsFailed: boolean;
}

export type CheckerConfig =
  | TcpCheckConfig
  | PingCheckConfig
  | SmtpCheckConfig
  | UdpCheckConfig
  | DnsCheckConfig
  | HttpCheckConfig
  | MiscCheckConfig
  | FileCheckConfig
  | BfdCheckConfig;
