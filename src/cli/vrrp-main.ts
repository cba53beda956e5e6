/**
 * The entry of the VRRP process: composes the session from the kernel's ports and the IPC channel to
 * the parent. It never forks, reads no files and resolves no names.
 */
import type { FromVrrp, ToVrrp } from "../daemon/messages.ts";
import { VrrpSession } from "../daemon/vrrp/session.ts";
import type { Model } from "../config/model.ts";
import { Capability, dropCapabilities } from "../sys/linux/capabilities.ts";
import type { LinuxClock } from "../sys/linux/clock.ts";
import type { NetlinkBuffers } from "../sys/linux/netlink.ts";
import { openNetworkPorts } from "../sys/linux/open-ports.ts";
import {
  enterNetworkNamespace,
  setParentDeathSignal,
  setTimerSlack,
} from "../sys/linux/process-control.ts";
import { compileSparingly } from "./compilation.ts";
import { nameProcess } from "./process-name.ts";
import { refusalOf, VrrpSettings } from "./vrrp-settings.ts";

/** A fault of our own: the parent starts a new process, which finds the addresses. */
const PROGRAM_ERROR = 70;

function main(): void {
  let isBroken = false;
  const network = openNetworkPorts();
  const settings = new VrrpSettings((line) => {
    const level = line.level === "alert" ? "error" : line.level;
    send({ ...line, kind: "line", at: network.clock.wallClock(), level }, () => undefined);
  });
  const session = new VrrpSession({
    network,
    pid: process.pid,
    send,
    later: (ms, work) => {
      setTimeout(work, ms);
    },
    configure: (model) => {
      network.setNetlinkBuffers(netlinkBuffers(model));
      const refused = configure(model, settings);
      watchLateness(network.clock, model, settings);
      return refused;
    },
    reconfigure: (model) => {
      watchLateness(network.clock, model, settings);
      return settings.apply(model.global);
    },
    exit: (code) => {
      process.exit(isBroken ? PROGRAM_ERROR : code);
    },
  });
  process.on("message", (message) => {
    session.receive(message as ToVrrp);
  });
  // Without a parent nobody runs the checks or answers the operator: give the addresses up.
  const stopSoon = (): void => {
    setTimeout(() => {
      session.stop();
    }, PARENT_GONE_DELAY_MS);
  };
  process.on("disconnect", stopSoon);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // The kernel's word that the parent has died is such a signal; the parent itself sends a message.
    process.on(signal, stopSoon);
  }
  // `killall -HUP keepalived` reaches this process too; the parent acts on it.
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGPIPE"] as const) {
    process.on(signal, () => undefined);
  }
  // Sent beyond RLIMIT_RTTIME; unheard it would end the process.
  process.on("SIGXCPU", () => {
    settings.ranLong();
  });
  process.on("uncaughtException", (error) => {
    isBroken = true;
    // The resignation first: standard error may be a pipe that nobody reads.
    setTimeout(() => process.exit(PROGRAM_ERROR), LAST_WORDS_MS);
    session.stop();
    process.stderr.write(`Keepalived_vrrp: ${error.stack ?? error.message}\n`);
  });
}

function send(message: FromVrrp, whenSent: () => void): void {
  if (process.send === undefined || !process.connected) whenSent();
  else process.send(message, undefined, undefined, whenSent);
}

function netlinkBuffers({ global }: Model): NetlinkBuffers {
  const { netlinkCommand, netlinkMonitor } = global.process.buffers;
  return { command: netlinkCommand, monitor: netlinkMonitor };
}

function watchLateness(clock: LinuxClock, { global }: Model, settings: VrrpSettings): void {
  clock.whenLate(global.process.scheduling.autoPriority.leastDelay, (late) => {
    settings.servedLate(late);
  });
}

/** But for the namespace, the daemon does its work without any of these: none of them ends it. */
function configure({ global }: Model, settings: VrrpSettings): readonly string[] {
  // Sockets belong to the namespace they are opened in; without it there is nothing to do.
  if (global.netNamespace !== undefined) enterNetworkNamespace(global.netNamespace);
  return [
    ...refusalOf(() => {
      // The parent may have died before this: then the channel is closed, which is seen anyway.
      setParentDeathSignal(SIGTERM);
    }),
    ...refusalOf(() => {
      setTimerSlack(LEAST_TIMER_SLACK_NS);
    }),
    ...settings.apply(global),
    ...refusalOf(() => {
      dropCapabilities(NEEDED_CAPABILITIES);
    }),
  ];
}

/**
 * Who kills the parent may kill this process next (`pkill -9 keepalived`), and then the addresses are
 * better left to the daemon that follows than given to a peer.
 */
const PARENT_GONE_DELAY_MS = 50;
const SIGTERM = 15;
const LEAST_TIMER_SLACK_NS = 1;
const NEEDED_CAPABILITIES: readonly Capability[] = [
  Capability.networkAdministration,
  Capability.rawSockets,
  Capability.bindLowPorts,
  Capability.schedule,
  Capability.lockMemory,
];

/** Time for the resignation and the removal of addresses after a fault of our own. */
const LAST_WORDS_MS = 200;

compileSparingly("vrrp");
nameProcess("keepalived", "keepalived");
main();
