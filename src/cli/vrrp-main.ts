/**
 * The entry of the VRRP process: composes the session from the kernel's ports and the IPC channel to
 * the parent. It never forks, reads no files and resolves no names.
 */
import type { FromVrrp, ToVrrp } from "../daemon/messages.ts";
import { VrrpSession } from "../daemon/vrrp/session.ts";
import { openNetworkPorts } from "../sys/linux/open-ports.ts";
import { nameProcess } from "./process-name.ts";

/** A fault of our own: the parent starts a new process, which finds the addresses. */
const PROGRAM_ERROR = 70;

function main(): void {
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
    configure: (model) => {
      nameProcess(model.global.processNames.vrrp, model.global.processNames.vrrp);
    },
    exit: (code) => {
      process.exit(code);
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
    process.stderr.write(`Keepalived_vrrp: ${error.stack ?? error.message}\n`);
    session.stop();
    setTimeout(() => process.exit(PROGRAM_ERROR), LAST_WORDS_MS);
    process.exitCode = PROGRAM_ERROR;
  });
}

/** Time for the resignation and the removal of addresses after a fault of our own. */
const LAST_WORDS_MS = 200;

nameProcess("keepalived", "keepalived");
main();
