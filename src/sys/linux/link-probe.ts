/**
 * Asking a network device for its link (netdevice(7)): the basic mode status register of its MII,
 * ethtool's GLINK, or IFF_RUNNING. Each is a matter of microseconds; nothing waits.
 */
import { Errno } from "../../base/failure.ts";
import type { LinkProbe, LinkQuestion } from "../ports.ts";
import { AddressFamily, SocketType } from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import { errno, ioctl } from "./libc.ts";
import { aligned, Arena } from "./memory.ts";
import { openSocket } from "./socket-options.ts";
import { EthtoolValue, InterfaceRequest, LITTLE, MiiData } from "./structs.ts";

/** linux/sockios.h */
const Ioctl = {
  getFlags: 0x8913,
  ethtool: 0x8946,
  getMiiPhy: 0x8947,
  getMiiRegister: 0x8948,
} as const;

/** linux/mii.h: the basic mode status register, and its bit for the link. */
const MII_STATUS_REGISTER = 1;
const MII_LINK = 0x0004;
/** linux/ethtool.h */
const ETHTOOL_GET_LINK = 0x0000000a;
/** linux/if.h */
const IFF_RUNNING = 0x40;
/** IFNAMSIZ with the zero at its end. */
const NAME_BYTES = 16;

type Answer = ReturnType<LinkProbe["ask"]>;

export class LinuxLinkProbe implements LinkProbe {
  readonly #socket: Descriptor;
  readonly #request = new Arena(aligned(InterfaceRequest.size));
  readonly #value = new Arena(aligned(EthtoolValue.size));

  constructor() {
    const kind = { domain: AddressFamily.ipv4, type: SocketType.datagram, protocol: 0 };
    this.#socket = openSocket(kind, "open a socket to ask interfaces", () => undefined);
  }

  ask(interfaceName: string, question: LinkQuestion): Answer {
    switch (question) {
      case "mii":
        return this.#askMii(interfaceName);
      case "ethtool":
        return this.#askEthtool(interfaceName);
      case "ioctl":
        return this.#askFlags(interfaceName);
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #askMii(interfaceName: string): Answer {
    this.#begin(interfaceName);
    const found = this.#call(Ioctl.getMiiPhy);
    if (found !== undefined) return found;
    const { view } = this.#request;
    view.setUint16(InterfaceRequest.data + MiiData.register, MII_STATUS_REGISTER, LITTLE);
    const read = this.#call(Ioctl.getMiiRegister);
    if (read !== undefined) return read;
    const status = view.getUint16(InterfaceRequest.data + MiiData.valueOut, LITTLE);
    return (status & MII_LINK) === 0 ? "down" : "up";
  }

  #askEthtool(interfaceName: string): Answer {
    this.#begin(interfaceName);
    this.#value.view.setUint32(EthtoolValue.command, ETHTOOL_GET_LINK, LITTLE);
    this.#value.view.setUint32(EthtoolValue.data, 0, LITTLE);
    this.#request.view.setBigUint64(InterfaceRequest.data, this.#value.address, LITTLE);
    const failed = this.#call(Ioctl.ethtool);
    if (failed !== undefined) return failed;
    return this.#value.view.getUint32(EthtoolValue.data, LITTLE) === 0 ? "down" : "up";
  }

  #askFlags(interfaceName: string): Answer {
    this.#begin(interfaceName);
    const failed = this.#call(Ioctl.getFlags);
    if (failed !== undefined) return failed;
    const flags = this.#request.view.getUint16(InterfaceRequest.data, LITTLE);
    return (flags & IFF_RUNNING) === 0 ? "down" : "up";
  }

  #begin(interfaceName: string): void {
    this.#request.bytes.fill(0);
    const name = new TextEncoder().encode(interfaceName).subarray(0, NAME_BYTES - 1);
    this.#request.bytes.set(name, InterfaceRequest.name);
  }

  /** Undefined when the kernel answered. */
  #call(request: number): Answer | undefined {
    if (ioctl(this.#socket.number, request, this.#request.address) >= 0) return undefined;
    return errno() === Errno.ENODEV ? "down" : "unsupported";
  }
}
