/**
 * What other machines on a link say about addresses (packet(7)): ARP, or neighbour advertisements,
 * filtered in the kernel down to the addresses in question. Our own frames are not looped back.
 */
import { assert } from "../../base/failure.ts";
import { claimFilter } from "../../wire/packet-filter.ts";
import { EtherType } from "../../wire/ethernet.ts";
import type { NeighbourSocket, NeighbourSocketOptions } from "../ports.ts";
import { AddressFamily, SocketType } from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { openSocket } from "./socket-options.ts";
import { LITTLE, SocketAddressLink } from "./structs.ts";

/** linux/if_packet.h */
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_OUTGOING = 4;

export class LinuxNeighbourSocket implements NeighbourSocket {
  readonly #socket: Descriptor;
  readonly #buffer: ReceiveBuffer;

  constructor(options: NeighbourSocketOptions, buffer: ReceiveBuffer) {
    const action = `watch who answers for addresses on interface ${options.interfaceIndex}`;
    this.#buffer = buffer;
    // Opened for no protocol, so that nothing arrives before the filter is there.
    const kind = { domain: AddressFamily.packet, type: SocketType.raw, protocol: 0 };
    this.#socket = openSocket(kind, action, (socket) => {
      socket.attachFilter(claimFilter(options.family, options.addresses));
      socket.tryNumber(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
      const address = new Uint8Array(SocketAddressLink.size);
      const view = new DataView(address.buffer);
      view.setUint16(SocketAddressLink.family, AddressFamily.packet, LITTLE);
      const protocol = options.family === "ipv4" ? EtherType.arp : EtherType.ipv6;
      view.setUint16(SocketAddressLink.protocol, protocol);
      view.setInt32(SocketAddressLink.interfaceIndex, options.interfaceIndex, LITTLE);
      socket.bind(address);
    });
  }

  onFrame(handler: (frame: Uint8Array) => void): void {
    assert(this.#socket.isOpen, "a neighbour socket that is open");
    this.#socket.onReadable(() => {
      if (!this.#socket.isOpen) return;
      const { count } = this.#buffer.receive(this.#socket.number);
      const frames: Uint8Array[] = [];
      for (let slot = 0; slot < count; slot += 1) {
        const type = this.#buffer.nameAt(slot) + SocketAddressLink.packetType;
        if (this.#buffer.memory.bytes[type] === PACKET_OUTGOING) continue;
        frames.push(this.#buffer.bytes(slot));
      }
      // Handling a frame sends, but never receives: the buffer stays as it is until the loop.
      for (const frame of frames) handler(frame);
    });
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
