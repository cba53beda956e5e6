/**
 * What the grammar fills in for the health checks of a real server. There may be tens of thousands,
 * so a value has its place with it only where a message about it can come later.
 */
import type { IpAddress } from "../base/address.ts";
import type { Command } from "../base/command.ts";
import type { Duration } from "../base/units.ts";
import type { DnsType, HttpProtocol, PatternOption, StatusRange } from "../lvs/checker-config.ts";
import type { Located, Span } from "./diagnostics.ts";

/** The server that is checked, as far as its checks need it while they are read. */
export interface CheckedServer {
  readonly address: IpAddress;
}

interface AnyCheckDraft {
  readonly at: Span;
}

export interface TimingDraft extends AnyCheckDraft {
  delayLoop?: Duration;
  retry?: number;
  delayBeforeRetry?: Duration;
  warmup?: Duration;
  alpha?: boolean;
  logsAllFailures?: boolean;
}

export interface ConnectionDraft extends TimingDraft {
  readonly server: CheckedServer;
  address?: IpAddress;
  port?: number;
  connectTimeout?: Duration;
  bindAddress?: IpAddress;
  bindPort?: number;
  bindInterface?: string;
  mark?: number;
}

export interface PlainCheckDraft extends ConnectionDraft {
  readonly kind: "tcp" | "ping";
}

export interface SmtpCheckDraft extends ConnectionDraft {
  readonly kind: "smtp";
  /** Each makes one more check. */
  readonly hosts: ConnectionDraft[];
  helloName?: string;
}

export interface UdpCheckDraft extends ConnectionDraft {
  readonly kind: "udp";
  payload?: string;
  requiresReply?: boolean;
  replyPattern?: string;
  minimumLength?: Located<number>;
  maximumLength?: Located<number>;
}

export interface DnsCheckDraft extends ConnectionDraft {
  readonly kind: "dns";
  type?: DnsType;
  name?: string;
}

export interface HttpCheckDraft extends ConnectionDraft {
  readonly kind: "http";
  readonly usesTls: boolean;
  readonly urls: UrlDraft[];
  virtualHost?: string;
  protocol?: HttpProtocol;
  sendsServerName?: boolean;
  serverName?: string;
  fastRecovery?: boolean;
  tlsCompliant?: boolean;
}

export interface UrlDraft extends AnyCheckDraft {
  path?: string;
  virtualHost?: string;
  statusCodes?: readonly StatusRange[];
  digest?: Located<string>;
  tlsCompliant?: boolean;
  pattern?: Located<string>;
  patternOptions?: Located<readonly PatternOption[]>;
  mustNotMatch?: Span;
  minimumOffset?: Located<number>;
  maximumOffset?: Located<number>;
  stack?: Located<{ readonly start: number; readonly maximum: number }>;
}

export interface MiscCheckDraft extends TimingDraft {
  readonly kind: "misc";
  command?: Located<Command>;
  timeout?: Duration;
  setsWeight?: boolean;
  user?: { readonly user: string; readonly group: string | undefined };
}

/** The name of another block; whether it stands above decides. */
export interface ReferenceDraft extends Located<string> {
  readonly isKnown: boolean;
}

export interface FileCheckDraft extends AnyCheckDraft {
  readonly kind: "file";
  trackFile?: ReferenceDraft;
  weight?: number;
  isReversed?: boolean;
}

export interface BfdCheckDraft extends AnyCheckDraft {
  readonly kind: "bfd";
  instance?: ReferenceDraft;
  alpha?: boolean;
}

export type CheckerDraft =
  | PlainCheckDraft
  | SmtpCheckDraft
  | UdpCheckDraft
  | DnsCheckDraft
  | HttpCheckDraft
  | MiscCheckDraft
  | FileCheckDraft
  | BfdCheckDraft;
