/**
 * A TCP connection whose packets carry a firewall mark from the first one on (socket(7), SO_MARK).
 * Node has no way to set one before it connects.
 */
import { familyOf } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { AddressFamily, SocketOption, SocketType, SOL_SOCKET } from "./constants.ts";
import { Descriptor } from "./descriptor.ts";
import { connect, must, socket } from "./libc.ts";
import { SocketOptions, socketAddress } from "./socket-options.ts";
import { LITTLE, SocketAddressIpv4, SocketAddressIpv6 } from "./structs.ts";

export interface MarkedConnection {
  readonly address: IpAddress;
  readonly port: number;
  readonly mark: number;
  /** How long connecting may take. */
  readonly seconds: number;
}

/** Connects, and waits for that; throws `SyscallError`, EINPROGRESS when the time is over. For programs that do one thing. */
export function connectMarked({ address, port, mark, seconds }: MarkedConnection): Descriptor {
  const action = `connect to ${address} port ${port} with mark ${mark}`;
  const isIpv4 = familyOf(address) === "ipv4";
  const domain = isIpv4 ? AddressFamily.ipv4 : AddressFamily.ipv6;
  const fd = must(socket(domain, SocketType.stream | SocketType.closeOnExec, 0), "socket", action);
  const descriptor = new Descriptor(fd);
  try {
    const options = new SocketOptions(descriptor, action);
    options.setNumber(SOL_SOCKET, SocketOption.mark, mark);
    const time = new DataView(new ArrayBuffer(16));
    time.setBigInt64(0, BigInt(seconds), LITTLE);
    options.setBytes(SOL_SOCKET, SocketOption.sendTimeout, new Uint8Array(time.buffer));
    const target = socketAddress(address);
    const portAt = isIpv4 ? SocketAddressIpv4.port : SocketAddressIpv6.port;
    new DataView(target.buffer).setUint16(portAt, port);
    must(connect(fd, target, target.length), "connect", action);
    return descriptor;
  } catch (error: unknown) {
    descriptor[Symbol.dispose]();
    throw error;
  }
}
