/** What the contract suites ask of a place to run in: two hosts on one network, and time. */
import type { IpAddress, MacAddress } from "../../src/base/address.ts";
import type { Duration, InterfaceIndex } from "../../src/base/units.ts";
import type { NetworkPorts } from "../../src/sys/ports.ts";

export interface ContractHost {
  readonly ports: NetworkPorts;
  /** The one interface besides loopback, its index, its addresses with prefix lengths 24 and 64. */
  readonly interfaceName: string;
  readonly index: InterfaceIndex;
  readonly mac: MacAddress;
  readonly ipv4: IpAddress;
  /** Link-local. */
  readonly ipv6: IpAddress;
  /** As an operator would, from another process; `text` is an address with its prefix length. */
  addAddress(text: string): void;
  removeAddress(text: string): void;
  setUp(isUp: boolean): void;
}

export interface ContractNetwork extends Disposable {
  /** 10.0.0.1 and 02:00:00:00:00:01. */
  readonly a: ContractHost;
  /** 10.0.0.2 and 02:00:00:00:00:02. */
  readonly b: ContractHost;
  /** Lets `span` go by, with everything that happens in it. */
  pass(span: Duration): Promise<void>;
  /** Link-layer frames that have come to `b` so far, of ARP and IPv6 alone. */
  framesAtB(): readonly Uint8Array[];
}

export type OpenNetwork = () => Promise<ContractNetwork>;
