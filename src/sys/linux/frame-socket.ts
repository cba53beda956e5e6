/**
 * Link-layer frames out of any interface (packet(7)), for gratuitous ARP and neighbour
 * advertisements. Everything is laid out when prepared; sending a thousand is a few system calls.
 */
import { assert, Errno } from "../../base/failure.ts";
import type { InterfaceIndex } from "../../base/units.ts";
import type { FrameSocket, PreparedFrames } from "../ports.ts";
import {
  AddressFamily,
  PRIORITY_CONTROL,
  SocketOption,
  SocketType,
  SOL_SOCKET,
} from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import { errno, sendmmsg } from "./libc.ts";
import { MessageArray } from "./message-array.ts";
import { openSocket } from "./socket-options.ts";
import { LITTLE, SocketAddressLink } from "./structs.ts";

/** The most messages the kernel takes in one sendmmsg (UIO_MAXIOV). */
const CALL_LIMIT = 1024;
/** Frames that may be on their way at once without a wait for the device. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;

/* Ethernet II header. */
const ETHERNET_HEADER = 14;
const ETHERTYPE = 12;
const MAC_LENGTH = 6;

interface Frame {
  readonly interfaceIndex: InterfaceIndex;
  readonly bytes: Uint8Array;
}

class LinuxPreparedFrames implements PreparedFrames {
  readonly messages: MessageArray;
  readonly count: number;

  constructor(frames: readonly Frame[]) {
    this.count = frames.length;
    this.messages = new MessageArray({
      slots: frames.length,
      nameBytes: SocketAddressLink.size,
      controlBytes: 0,
      payloadBytes: frames.reduce((sum, frame) => sum + frame.bytes.length, 0),
    });
    let used = 0;
    for (const [slot, frame] of frames.entries()) {
      assert(frame.bytes.length >= ETHERNET_HEADER, "a frame with an Ethernet header");
      this.messages.memory.bytes.set(frame.bytes, this.messages.payloadStart + used);
      this.messages.setPayload(slot, used, frame.bytes.length);
      this.messages.setNameLength(slot, SocketAddressLink.size);
      this.#address(slot, frame);
      used += frame.bytes.length;
    }
  }

  #address(slot: number, { interfaceIndex, bytes }: Frame): void {
    const at = this.messages.nameAt(slot);
    const { view, bytes: memory } = this.messages.memory;
    view.setUint16(at + SocketAddressLink.family, AddressFamily.packet, LITTLE);
    memory.set(bytes.subarray(ETHERTYPE, ETHERNET_HEADER), at + SocketAddressLink.protocol);
    view.setInt32(at + SocketAddressLink.interfaceIndex, interfaceIndex, LITTLE);
    view.setUint8(at + SocketAddressLink.addressLength, MAC_LENGTH);
    memory.set(bytes.subarray(0, MAC_LENGTH), at + SocketAddressLink.address);
  }
}

export class LinuxFrameSocket implements FrameSocket {
  readonly #socket: Descriptor;

  constructor() {
    const action = "open the socket for link-layer announcements";
    // Protocol 0: it is never given a frame to receive.
    const kind = { domain: AddressFamily.packet, type: SocketType.raw, protocol: 0 };
    this.#socket = openSocket(kind, action, (socket) => {
      socket.setSendBuffer(SEND_BUFFER_BYTES);
      socket.setNumber(SOL_SOCKET, SocketOption.priority, PRIORITY_CONTROL);
    });
  }

  prepare(frames: readonly Frame[]): PreparedFrames {
    return new LinuxPreparedFrames(frames);
  }

  send(
    prepared: PreparedFrames,
    from: number,
    count: number,
  ): { readonly sent: number; readonly errno: number } {
    assert(prepared instanceof LinuxPreparedFrames, "frames prepared here");
    assert(from >= 0 && from <= prepared.count, `frames from position ${from}`);
    const wanted = Math.min(count, prepared.count - from);
    let sent = 0;
    while (sent < wanted) {
      const first = prepared.messages.pointer(from + sent);
      const result = sendmmsg(this.#socket.number, first, Math.min(wanted - sent, CALL_LIMIT), 0);
      if (result < 0) {
        const refusal = errno();
        if (refusal === Errno.EINTR) continue;
        return { sent, errno: refusal };
      }
      sent += result;
    }
    return { sent, errno: 0 };
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
