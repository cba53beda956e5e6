/** What services and servers are called in logs, as Keepalived calls them. */
import type { Protocol, ServiceTarget } from "./config.ts";
import type { IpAddress } from "../base/address.ts";

/** `[10.0.0.1]:tcp:80`, `FWM 5`, `[web]:0`. */
export function serviceName(target: ServiceTarget, protocol: Protocol | undefined): string {
  switch (target.kind) {
    case "address":
      return serverName(target, protocol);
    case "mark":
      return `FWM ${target.mark}`;
    case "group":
      return `[${target.name}]:0`;
  }
}

/** `[10.0.0.1]:tcp:80`. */
export function serverName(
  server: { readonly address: IpAddress; readonly port: number },
  protocol: Protocol | undefined,
): string {
  return `[${server.address}]:${protocol ?? "none"}:${server.port}`;
}
