/** The VRRP process's door to a real kernel. */
import { readFileSync } from "node:fs";
import type {
  AdvertSocket,
  AdvertSocketOptions,
  Firewall,
  FrameSocket,
  LinkProbe,
  NeighbourSocket,
  NeighbourSocketOptions,
  Netlink,
  NetlinkOptions,
  NetworkPorts,
} from "../ports.ts";
import { AdvertBatch } from "./advert-batch.ts";
import { AdvertSocketIpv4 } from "./advert-socket-ipv4.ts";
import { AdvertSocketIpv6 } from "./advert-socket-ipv6.ts";
import { LinuxClock } from "./clock.ts";
import { LinuxFrameSocket } from "./frame-socket.ts";
import { LinuxLinkProbe } from "./link-probe.ts";
import { LinuxNeighbourSocket } from "./neighbour-socket.ts";
import { LinuxNetlink } from "./netlink.ts";
import type { NetlinkBuffers } from "./netlink.ts";
import { LinuxFirewall } from "./nftables.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";
import { LinuxSysctl } from "./sysctl.ts";

/** The kernel's door with the knobs that only a kernel has. */
export interface LinuxNetworkPorts extends NetworkPorts {
  readonly clock: LinuxClock;
  /** For the netlink sockets opened from now on. */
  setNetlinkBuffers(buffers: NetlinkBuffers): void;
}

/** A read from /proc: memory of the kernel, no disk. */
function processName(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** Opens the clock; the sockets follow as they are asked for. */
export function openNetworkPorts(): LinuxNetworkPorts {
  let netlinkBuffers: NetlinkBuffers = {};
  const buffer = new ReceiveBuffer();
  const batch = new AdvertBatch();
  return {
    clock: new LinuxClock(),
    setNetlinkBuffers: (buffers: NetlinkBuffers): void => {
      netlinkBuffers = buffers;
    },
    openNetlink: (options?: NetlinkOptions): Netlink =>
      new LinuxNetlink(buffer, options, netlinkBuffers),
    openAdvertSocket: (options: AdvertSocketOptions): AdvertSocket =>
      options.family === "ipv4"
        ? new AdvertSocketIpv4(options, buffer, batch)
        : new AdvertSocketIpv6(options, buffer, batch),
    openFrameSocket: (): FrameSocket => new LinuxFrameSocket(),
    openNeighbourSocket: (options: NeighbourSocketOptions): NeighbourSocket =>
      new LinuxNeighbourSocket(options, buffer),
    openFirewall: (): Firewall => new LinuxFirewall(),
    sysctl: new LinuxSysctl(),
    processName,
    openLinkProbe: (): LinkProbe => new LinuxLinkProbe(),
    defer: (work: () => void): void => {
      setImmediate(work);
    },
  };
}
