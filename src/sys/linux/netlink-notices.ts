/** Notices of rtnetlink: links, addresses, routes and rules as they change, whoever changes them. */
import { Errno, SyscallError } from "../../base/failure.ts";
import { decodeAddress } from "../../wire/netlink/address.ts";
import { decodeLink } from "../../wire/netlink/link.ts";
import { decodeMessages, MessageType } from "../../wire/netlink/message.ts";
import type { NetlinkMessage } from "../../wire/netlink/message.ts";
import { decodeRoute } from "../../wire/netlink/route.ts";
import { decodeRule } from "../../wire/netlink/rule.ts";
import { foreignNoticeFilter } from "../../wire/packet-filter.ts";
import type { NetlinkOptions, NetworkNotice } from "../ports.ts";
import { AddressFamily, NETLINK_ROUTE, SocketType } from "./constants.ts";
import type { Descriptor } from "./descriptor.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { openSocket } from "./socket-options.ts";
import type { BufferRequest } from "./socket-options.ts";
import { LITTLE, SocketAddressNetlink } from "./structs.ts";

/** RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR (linux/rtnetlink.h). */
const GROUPS = 0x1 | 0x10 | 0x100;
/** RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE, RTMGRP_IPV4_RULE, and the bit of RTNLGRP_IPV6_RULE. */
const ROUTE_GROUPS = 0x40 | 0x400 | 0x80 | 0x40000;
/** Room for the notices of more than ten thousand addresses at once; used only as needed. */
const RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;
/** Bursts taken in one wake-up before timers are looked at again. */
const BURSTS_PER_WAKE = 16;

export interface NoticeOptions extends NetlinkOptions {
  readonly receiveBufferBytes?: number;
  /** Room beyond what is usual. */
  readonly more?: BufferRequest | undefined;
}

export class NetlinkNotices implements Disposable {
  readonly #socket: Descriptor;
  readonly #buffer: ReceiveBuffer;
  readonly #ownPort: () => number;

  /** `ownPort` is the port of the socket that carries our own requests. */
  constructor(buffer: ReceiveBuffer, ownPort: () => number, options: NoticeOptions = {}) {
    this.#buffer = buffer;
    this.#ownPort = ownPort;
    const groups =
      (options.links === false ? 0 : GROUPS) | (options.routes === true ? ROUTE_GROUPS : 0);
    const action = "subscribe to network changes";
    const { netlink } = AddressFamily;
    const kind = { domain: netlink, type: SocketType.raw, protocol: NETLINK_ROUTE };
    this.#socket = openSocket(kind, action, (socket) => {
      socket.setReceiveBuffer(options.receiveBufferBytes ?? RECEIVE_BUFFER_BYTES);
      if (options.more !== undefined) socket.growReceiveBuffer(options.more);
      const name = new Uint8Array(SocketAddressNetlink.size);
      const view = new DataView(name.buffer);
      view.setUint16(SocketAddressNetlink.family, AddressFamily.netlink, LITTLE);
      view.setUint32(SocketAddressNetlink.groups, groups, LITTLE);
      socket.attachFilter(foreignNoticeFilter(ownPort(), LITTLE));
      socket.bind(name);
    });
  }

  onNotices(handler: (notices: readonly NetworkNotice[]) => void): void {
    this.#socket.onReadable(() => {
      const notices = this.take();
      if (notices.length > 0) handler(notices);
    });
  }

  /** Notices that wait to be read. */
  take(): readonly NetworkNotice[] {
    const notices: NetworkNotice[] = [];
    for (let burst = 0; burst < BURSTS_PER_WAKE; burst += 1) {
      const { count, errno } = this.#buffer.receive(this.#socket.number);
      if (errno === Errno.ENOBUFS) notices.push({ kind: "overrun" });
      else if (errno !== 0) throw new SyscallError("recvmmsg", errno, "read network changes");
      for (let slot = 0; slot < count; slot += 1) this.#decode(slot, notices);
      if (count === 0 && errno === 0) break;
    }
    return notices;
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #decode(slot: number, notices: NetworkNotice[]): void {
    const { view } = this.#buffer.memory;
    const sender = this.#buffer.nameAt(slot) + SocketAddressNetlink.portId;
    // Other programs can send to us too; only the kernel's word counts.
    if (view.getUint32(sender, LITTLE) !== 0) return;
    if (this.#buffer.isTruncated(slot)) {
      notices.push({ kind: "overrun" });
      return;
    }
    for (const message of decodeMessages(this.#buffer.bytes(slot))) {
      const notice = toNotice(message, message.portId === this.#ownPort());
      if (notice !== undefined) notices.push(notice);
    }
  }
}

function toNotice(message: NetlinkMessage, isOwn: boolean): NetworkNotice | undefined {
  switch (message.type) {
    case MessageType.newLink: {
      const link = decodeLink(message);
      return link.ok ? { kind: "linkChanged", link: link.value } : undefined;
    }
    case MessageType.deleteLink: {
      const link = decodeLink(message);
      if (!link.ok) return undefined;
      return { kind: "linkRemoved", index: link.value.index, name: link.value.name };
    }
    case MessageType.newAddress:
    case MessageType.deleteAddress: {
      const address = decodeAddress(message);
      if (!address.ok) return undefined;
      if (message.type === MessageType.newAddress) {
        return { kind: "addressAdded", address: address.value };
      }
      const by = message.portId === 0 ? undefined : message.portId;
      const removed = { kind: "addressRemoved", address: address.value } as const;
      return isOwn ? { ...removed, own: true } : { ...removed, by };
    }
    case MessageType.newRoute:
    case MessageType.deleteRoute: {
      const route = decodeRoute(message);
      if (!route.ok || isOwn) return undefined;
      const kind = message.type === MessageType.newRoute ? "routeAdded" : "routeRemoved";
      return { kind, route: route.value };
    }
    case MessageType.deleteRule: {
      const rule = decodeRule(message);
      return rule.ok && !isOwn ? { kind: "ruleRemoved", rule: rule.value } : undefined;
    }
    default:
      return undefined;
  }
}
