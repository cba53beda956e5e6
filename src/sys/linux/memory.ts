/**
 * Memory the kernel is given addresses of. An ArrayBuffer's bytes never move and live as long as
 * the object, so structs that point at each other are built once in one of these and used again.
 * An address does not keep its memory alive: what owns the arena must outlive every use of one.
 */
import koffi from "koffi";

export class Arena {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly view: DataView;

  /** Zeroed memory of `size` bytes, aligned for any struct. */
  constructor(size: number) {
    const buffer = new ArrayBuffer(size);
    this.address = koffi.address(buffer);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** The address of the byte at `offset`. */
  at(offset: number): bigint {
    return this.address + BigInt(offset);
  }
}

/** `size` rounded up to what every member type is happy with. */
export const aligned = (size: number): number => (size + 7) & ~7;
