/**
 * Notices of the kernel's proc connector (linux/cn_proc.h): a netlink header, a connector header,
 * then what happened to which process. In the byte order of the machine, as all of netlink.
 */

/** What happened, as far as it is of interest. */
export type ProcessEvent =
  | { readonly kind: "acknowledged"; readonly errno: number }
  | { readonly kind: "forked"; readonly pid: number; readonly parent: number }
  | { readonly kind: "changed"; readonly pid: number }
  | { readonly kind: "ended"; readonly pid: number };

const NETLINK_HEADER = 16;
const CONNECTOR_HEADER = 20;
const WHAT = NETLINK_HEADER + CONNECTOR_HEADER;
/** Behind what, the processor, and a time of 8 bytes. */
const DATA = WHAT + 16;

/** CN_IDX_PROC, CN_VAL_PROC */
const CONNECTOR_ID = 1;
const NLMSG_DONE = 3;

export const PROC_GROUP = 1;

const What = { none: 0, fork: 1, exec: 2, comm: 0x200, exit: 0x8000_0000 } as const;

/** Undefined for what is of no interest, and for what is cut short. */
export function decodeProcessEvent(
  bytes: Uint8Array,
  littleEndian: boolean,
): ProcessEvent | undefined {
  if (bytes.length < DATA + 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): number => view.getUint32(at, littleEndian);
  if (word(NETLINK_HEADER) !== CONNECTOR_ID) return undefined;
  const pid = word(DATA);
  const group = word(DATA + 4);
  switch (word(WHAT)) {
    case What.none:
      return { kind: "acknowledged", errno: pid };
    case What.fork: {
      if (bytes.length < DATA + 16) return undefined;
      const child = word(DATA + 8);
      return child === word(DATA + 12) ? { kind: "forked", pid: child, parent: group } : undefined;
    }
    case What.exec:
      return { kind: "changed", pid: group };
    case What.comm:
      return pid === group ? { kind: "changed", pid } : undefined;
    case What.exit:
      return pid === group ? { kind: "ended", pid } : undefined;
    default:
      return undefined;
  }
}

/** PROC_CN_MCAST_LISTEN */
const LISTEN = 1;

/** Asks the kernel to tell. */
export function encodeListen(littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(WHAT + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, littleEndian);
  view.setUint16(4, NLMSG_DONE, littleEndian);
  view.setUint32(NETLINK_HEADER, CONNECTOR_ID, littleEndian);
  view.setUint32(NETLINK_HEADER + 4, CONNECTOR_ID, littleEndian);
  view.setUint16(NETLINK_HEADER + 16, 4, littleEndian);
  view.setUint32(WHAT, LISTEN, littleEndian);
  return bytes;
}
