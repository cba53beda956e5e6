/** Opening sockets and setting their options, with a sentence about what was being done. */
import { addressBytes, familyOf } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import { assert } from "../../base/failure.ts";
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
/** BPF_MAXINSNS (linux/bpf_common.h). */
const FILTER_STEPS = 4096;

/** Option values on their way to the kernel, which copies them within the call. */
const scratch = new Arena(256);
const filterMemory = new Arena(FILTER_STEPS * FilterInstruction.size);

/** Room that is asked for; with `force` beyond net.core.rmem_max where we may. */
export interface BufferRequest {
  readonly bytes: number;
  readonly force: boolean;
}

/** The arguments of socket(2). */
export interface SocketKind {
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
}

/**
 * A non-blocking socket that is not inherited by programs we start, with its options set by
 * `configure`. When any of it is refused nothing stays open.
 */
export function openSocket(
  kind: SocketKind,
  action: string,
  configure: (options: SocketOptions) => void,
): Descriptor {
  const flags = SocketType.nonBlocking | SocketType.closeOnExec;
  const fd = must(socket(kind.domain, kind.type | flags, kind.protocol), "socket", action);
  const descriptor = new Descriptor(fd);
  try {
    configure(new SocketOptions(descriptor, action));
    return descriptor;
  } catch (error: unknown) {
    descriptor[Symbol.dispose]();
    throw error;
  }
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

  /** More room than the socket has, as far as it may; never less. */
  growReceiveBuffer({ bytes, force }: BufferRequest): void {
    const before = this.number(SOL_SOCKET, SocketOption.receiveBuffer);
    if (force) this.setReceiveBuffer(bytes);
    else this.setNumber(SOL_SOCKET, SocketOption.receiveBuffer, bytes);
    // The kernel doubles what it is given, for what it writes beside the data.
    if (this.number(SOL_SOCKET, SocketOption.receiveBuffer) < before) {
      this.setReceiveBuffer(before / 2);
    }
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

  /** Nothing is ever queued on this socket. */
  refuseInput(): void {
    this.attachFilter([{ code: BPF_RETURN, jumpTrue: 0, jumpFalse: 0, value: 0 }]);
  }

  /** Attaches a classic BPF program; what it keeps no byte of is not queued. */
  attachFilter(steps: readonly FilterStep[]): void {
    assert(steps.length <= FILTER_STEPS, `a filter of ${steps.length} steps`);
    const { view } = filterMemory;
    for (const [i, step] of steps.entries()) {
      const at = i * FilterInstruction.size;
      view.setUint16(at + FilterInstruction.code, step.code, LITTLE);
      view.setUint8(at + FilterInstruction.jumpTrue, step.jumpTrue);
      view.setUint8(at + FilterInstruction.jumpFalse, step.jumpFalse);
      view.setUint32(at + FilterInstruction.value, step.value, LITTLE);
    }
    const program = new Uint8Array(FilterProgram.size);
    const header = new DataView(program.buffer);
    header.setUint16(FilterProgram.length, steps.length, LITTLE);
    header.setBigUint64(FilterProgram.instructions, filterMemory.address, LITTLE);
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
