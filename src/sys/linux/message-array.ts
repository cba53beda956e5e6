/**
 * An array of `mmsghdr` with everything it points at, in one piece of memory, for sendmmsg and
 * recvmmsg. The pointers are written once; afterwards a message costs the bytes that differ.
 */
import { assert } from "../../base/failure.ts";
import { aligned, Arena } from "./memory.ts";
import { IoVector, LITTLE, MessageHeader } from "./structs.ts";

export interface MessageArrayShape {
  /** Number of messages. */
  readonly slots: number;
  /** Room for a socket address, or 0 for none. */
  readonly nameBytes: number;
  /** Room for control messages, or 0 for none. */
  readonly controlBytes: number;
  /** Room for the payloads of all slots together. */
  readonly payloadBytes: number;
}

/** The half of a 64-bit length that holds anything. */
const LOW_HALF = LITTLE ? 0 : 4;

export class MessageArray {
  readonly slots: number;
  readonly memory: Arena;
  readonly #shape: MessageArrayShape;
  readonly #vectorStart: number;
  readonly #nameStart: number;
  readonly #controlStart: number;
  readonly payloadStart: number;

  constructor(shape: MessageArrayShape) {
    this.#shape = {
      ...shape,
      nameBytes: aligned(shape.nameBytes),
      controlBytes: aligned(shape.controlBytes),
    };
    this.slots = shape.slots;
    this.#vectorStart = shape.slots * MessageHeader.size;
    this.#nameStart = this.#vectorStart + shape.slots * IoVector.size;
    this.#controlStart = this.#nameStart + shape.slots * this.#shape.nameBytes;
    this.payloadStart = this.#controlStart + shape.slots * this.#shape.controlBytes;
    this.memory = new Arena(Math.max(this.payloadStart + shape.payloadBytes, 1));
    for (let slot = 0; slot < shape.slots; slot += 1) this.#link(slot, shape);
  }

  get payloadBytes(): number {
    return this.#shape.payloadBytes;
  }

  headerAt(slot: number): number {
    return slot * MessageHeader.size;
  }

  nameAt(slot: number): number {
    return this.#nameStart + slot * this.#shape.nameBytes;
  }

  controlAt(slot: number): number {
    return this.#controlStart + slot * this.#shape.controlBytes;
  }

  /** The address of a slot's header: the array from there on. */
  pointer(slot: number): bigint {
    return this.memory.at(this.headerAt(slot));
  }

  /** Makes the slot's payload `length` bytes at `offset` in the payload area. */
  setPayload(slot: number, offset: number, length: number): void {
    assert(offset + length <= this.#shape.payloadBytes, `a payload of ${length} at ${offset}`);
    const at = this.#vectorStart + slot * IoVector.size;
    const { view } = this.memory;
    view.setBigUint64(at + IoVector.base, this.memory.at(this.payloadStart + offset), LITTLE);
    view.setUint32(at + IoVector.length + LOW_HALF, length, LITTLE);
  }

  setNameLength(slot: number, length: number): void {
    this.memory.view.setUint32(this.headerAt(slot) + MessageHeader.nameLength, length, LITTLE);
  }

  setControlLength(slot: number, length: number): void {
    const at = this.headerAt(slot) + MessageHeader.controlLength + LOW_HALF;
    this.memory.view.setUint32(at, length, LITTLE);
  }

  controlLength(slot: number): number {
    const at = this.headerAt(slot) + MessageHeader.controlLength + LOW_HALF;
    return this.memory.view.getUint32(at, LITTLE);
  }

  /** MSG_* flags of a received message. */
  flags(slot: number): number {
    return this.memory.view.getInt32(this.headerAt(slot) + MessageHeader.flags, LITTLE);
  }

  /** Bytes received into the slot, or sent from it. */
  length(slot: number): number {
    return this.memory.view.getUint32(this.headerAt(slot) + MessageHeader.length, LITTLE);
  }

  #link(slot: number, shape: MessageArrayShape): void {
    const { view } = this.memory;
    const header = this.headerAt(slot);
    const vector = this.memory.at(this.#vectorStart + slot * IoVector.size);
    view.setBigUint64(header + MessageHeader.iov, vector, LITTLE);
    view.setUint32(header + MessageHeader.iovLength + LOW_HALF, 1, LITTLE);
    if (shape.nameBytes > 0) {
      view.setBigUint64(header + MessageHeader.name, this.memory.at(this.nameAt(slot)), LITTLE);
      this.setNameLength(slot, shape.nameBytes);
    }
    if (shape.controlBytes > 0) {
      const control = this.memory.at(this.controlAt(slot));
      view.setBigUint64(header + MessageHeader.control, control, LITTLE);
      this.setControlLength(slot, shape.controlBytes);
    }
  }
}
