/** Opening sockets and setting their options, with a sentence about what was being done. */
import { addressBytes, familyOf } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import type { FilterStep } from "../../wire/packet-filter.ts";
import { AddressFamily, SocketOption, SocketType, SOL_SOCKET } from "./constants.ts";
import { Descriptor } from "./descriptor.ts";
import { bind, getsockopt, must, setsockopt, socket } from "./libc.ts";
import { Arena } from "./memory.ts";
import {
  FilterInstruction,
  FilterProgram,
  LITTLE,
  SocketAddressIpv4,
  SocketAddressIpv6,
} from "./structs.ts";

/** BPF_RET | BPF_K (linux/filter.h): accept as many bytes as the value says. */
const BPF_RETURN = 0x06;

const scratch = new Arena(256);

/** A non-blocking socket that is not inherited by programs we start. */
export function openSocket(
  domain: number,
  type: number,
  protocol: number,
  action: string,
): Descriptor {
  const flags = SocketType.nonBlocking | SocketType.closeOnExec;
  return new Descriptor(must(socket(domain, type | flags, protocol), "socket", action));
}

/** Sets one option on a socket and names the socket when the kernel refuses. */
export class SocketOptions {
  readonly #fd: number;
  readonly #action: string;

  constructor(descriptor: Descriptor, action: string) {
    this.#fd = descriptor.number;
    this.#action = action;
  }

  setNumber(level: number, option: number, value: number): void {
    scratch.view.setInt32(0, value, LITTLE);
    this.#must(setsockopt(this.#fd, level, option, scratch.address, 4));
  }

  /** For options older kernels lack and we can do without. */
  tryNumber(level: number, option: number, value: number): boolean {
    scratch.view.setInt32(0, value, LITTLE);
    return setsockopt(this.#fd, level, option, scratch.address, 4) === 0;
  }

  setBytes(level: number, option: number, bytes: Uint8Array): void {
    scratch.bytes.set(bytes, 0);
    this.#must(setsockopt(this.#fd, level, option, scratch.address, bytes.length));
  }

  /** Beyond the system's limit where we may, else up to it. Returns what the kernel made of it. */
  setReceiveBuffer(bytes: number): number {
    if (!this.tryNumber(SOL_SOCKET, SocketOption.receiveBufferForce, bytes)) {
      this.setNumber(SOL_SOCKET, SocketOption.receiveBuffer, bytes);
    }
    return this.number(SOL_SOCKET, SocketOption.receiveBuffer);
  }

  setSendBuffer(bytes: number): number {
    if (!this.tryNumber(SOL_SOCKET, SocketOption.sendBufferForce, bytes)) {
      this.setNumber(SOL_SOCKET, SocketOption.sendBuffer, bytes);
    }
    return this.number(SOL_SOCKET, SocketOption.sendBuffer);
  }

  number(level: number, option: number): number {
    scratch.view.setUint32(8, 4, LITTLE);
    const result = getsockopt(this.#fd, level, option, scratch.address, scratch.at(8));
    must(result, "getsockopt", this.#action);
    return scratch.view.getInt32(0, LITTLE);
  }

  bindToDevice(name: string): void {
    this.setBytes(SOL_SOCKET, SocketOption.bindToDevice, new TextEncoder().encode(name));
  }

  /** Nothing is ever queued on this socket: a filter that keeps no byte. */
  refuseInput(): void {
    const instruction = 64;
    scratch.bytes.fill(0, instruction, instruction + FilterInstruction.size);
    scratch.view.setUint16(instruction + FilterInstruction.code, BPF_RETURN, LITTLE);
    const program = new Uint8Array(FilterProgram.size);
    const view = new DataView(program.buffer);
    view.setUint16(FilterProgram.length, 1, LITTLE);
    view.setBigUint64(FilterProgram.instructions, scratch.at(instruction), LITTLE);
    this.setBytes(SOL_SOCKET, SocketOption.attachFilter, program);
  }

  /** Attaches a classic BPF program; what it keeps no byte of is not queued. */
  attachFilter(steps: readonly FilterStep[]): void {
    const code = new Arena(steps.length * FilterInstruction.size);
    for (const [i, step] of steps.entries()) {
      const at = i * FilterInstruction.size;
      code.view.setUint16(at + FilterInstruction.code, step.code, LITTLE);
      code.view.setUint8(at + FilterInstruction.jumpTrue, step.jumpTrue);
      code.view.setUint8(at + FilterInstruction.jumpFalse, step.jumpFalse);
      code.view.setUint32(at + FilterInstruction.value, step.value, LITTLE);
    }
    const program = new Uint8Array(FilterProgram.size);
    const view = new DataView(program.buffer);
    view.setUint16(FilterProgram.length, steps.length, LITTLE);
    view.setBigUint64(FilterProgram.instructions, code.address, LITTLE);
    this.setBytes(SOL_SOCKET, SocketOption.attachFilter, program);
  }

  bind(address: Uint8Array): void {
    scratch.bytes.set(address, 0);
    must(bind(this.#fd, scratch.address, address.length), "bind", this.#action);
  }

  #must(result: number): void {
    must(result, "setsockopt", this.#action);
  }
}

/** sockaddr_in or sockaddr_in6; `scopeId` is the interface of a link-local address. */
export function socketAddress(address: IpAddress, scopeId = 0): Uint8Array {
  const isIpv4 = familyOf(address) === "ipv4";
  const bytes = new Uint8Array(isIpv4 ? SocketAddressIpv4.size : SocketAddressIpv6.size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isIpv4 ? AddressFamily.ipv4 : AddressFamily.ipv6, LITTLE);
  bytes.set(addressBytes(address), isIpv4 ? SocketAddressIpv4.address : SocketAddressIpv6.address);
  if (!isIpv4) view.setUint32(SocketAddressIpv6.scopeId, scopeId, LITTLE);
  return bytes;
}
