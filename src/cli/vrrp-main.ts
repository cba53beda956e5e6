/**
 * The entry of the VRRP process: composes the session from the kernel's ports and the IPC channel to
 * the parent. It never forks, reads no files and resolves no names.
 */
import type { FromVrrp, ToVrrp } from "../daemon/messages.ts";
import { VrrpSession } from "../daemon/vrrp/session.ts";
import { SyscallError } from "../base/failure.ts";
import type { Model } from "../config/model.ts";
import { Capability, dropCapabilities } from "../sys/linux/capabilities.ts";
import { openNetworkPorts } from "../sys/linux/open-ports.ts";
import {
  enterNetworkNamespace,
  lockMemory,
  setNice,
  setParentDeathSignal,
  setScheduling,
  setTimerSlack,
} from "../sys/linux/process-control.ts";
import { nameProcess } from "./process-name.ts";

/** A fault of our own: the parent starts a new process, which finds the addresses. */
const PROGRAM_ERROR = 70;

function main(): void {
  let isBroken = false;
  const session = new VrrpSession({
    network: openNetworkPorts(),
    pid: process.pid,
    send: (message: FromVrrp, whenSent) => {
      if (process.send === undefined || !process.connected) whenSent();
      else process.send(message, undefined, undefined, whenSent);
    },
    later: (ms, work) => {
      setTimeout(work, ms);
    },
    configure,
    exit: (code) => {
      process.exit(isBroken ? PROGRAM_ERROR : code);
    },
  });
  process.on("message", (message) => {
    session.receive(message as ToVrrp);
  });
  // Without a parent nobody runs the checks or answers the operator: give the addresses up.
  process.on("disconnect", () => {
    session.stop();
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      session.stop();
    });
  }
  // `killall -HUP keepalived` reaches this process too; the parent acts on it.
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGPIPE"] as const) {
    process.on(signal, () => undefined);
  }
  process.on("uncaughtException", (error) => {
    isBroken = true;
    // The resignation first: standard error may be a pipe that nobody reads.
    setTimeout(() => process.exit(PROGRAM_ERROR), LAST_WORDS_MS);
    session.stop();
    process.stderr.write(`Keepalived_vrrp: ${error.stack ?? error.message}\n`);
  });
}

/** But for the namespace, the daemon does its work without any of these: none of them ends it. */
function configure({ global }: Model): readonly string[] {
  nameProcess(global.processNames.vrrp, global.processNames.vrrp);
  // Sockets belong to the namespace they are opened in; without it there is nothing to do.
  if (global.netNamespace !== undefined) enterNetworkNamespace(global.netNamespace);
  const settings: readonly (() => void)[] = [
    () => {
      // The parent may have died before this: then the channel is closed, which is seen anyway.
      setParentDeathSignal(SIGTERM);
    },
    () => {
      setTimerSlack(LEAST_TIMER_SLACK_NS);
    },
    () => {
      if (global.vrrpNice !== 0) setNice(global.vrrpNice);
    },
    () => {
      if (global.vrrpNoSwap) lockMemory();
    },
    () => {
      const priority = global.vrrpRealtimePriority;
      if (priority !== undefined) setScheduling({ policy: "roundRobin", priority });
    },
    () => {
      dropCapabilities(NEEDED_CAPABILITIES);
    },
  ];
  return settings.flatMap((apply) => {
    try {
      apply();
      return [];
    } catch (error: unknown) {
      if (!(error instanceof SyscallError)) throw error;
      return [error.message];
    }
  });
}

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

nameProcess("keepalived", "keepalived");
main();
