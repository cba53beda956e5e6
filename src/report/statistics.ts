/** The statistics file of SIGUSR2, with Keepalived's labels. Tools parse it: no line may change. */
import type { Counters } from "../vrrp/state.ts";

export interface CountedInstance {
  readonly name: string;
  readonly counters: Counters;
}

export function renderStatistics(instances: readonly CountedInstance[]): string {
  return instances.map(renderInstance).join("");
}

function renderInstance({ name, counters }: CountedInstance): string {
  return [
    `VRRP Instance: ${name}`,
    "  Advertisements:",
    `    Received: ${counters.advertsReceived}`,
    `    Sent: ${counters.advertsSent}`,
    `  Became master: ${counters.becameMaster}`,
    `  Released master: ${counters.releasedMaster}`,
    "  Packet Errors:",
    `    Length: ${counters.packetLengthErrors}`,
    `    TTL: ${counters.ttlErrors}`,
    `    Invalid Type: ${counters.invalidTypeReceived}`,
    `    Advertisement Interval: ${counters.advertIntervalErrors}`,
    `    Address List: ${counters.addressListErrors}`,
    "  Authentication Errors:",
    `    Invalid Type: ${counters.invalidAuthType}`,
    `    Type Mismatch: ${counters.authTypeMismatch}`,
    `    Failure: ${counters.authFailures}`,
    "  Authentication Extension Errors:",
    `    Missing: ${counters.hmacMissing}`,
    `    Malformed: ${counters.hmacMalformed}`,
    `    Unknown Key: ${counters.hmacUnknownKey}`,
    `    Invalid HMAC: ${counters.hmacWrongSignature}`,
    `    Stale: ${counters.hmacStale}`,
    `    Replay: ${counters.hmacReplayed}`,
    "  Priority Zero:",
    `    Received: ${counters.priorityZeroReceived}`,
    `    Sent: ${counters.priorityZeroSent}`,
    "",
  ].join("\n");
}
