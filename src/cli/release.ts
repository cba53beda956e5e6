/** `keepalived release`: takes off what a daemon has left that was killed. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Errno, SyscallError } from "../base/failure.ts";
import type { Model } from "../config/model.ts";
import { giveUp } from "../daemon/give-up.ts";
import { pidFileNames } from "../daemon/pid-files.ts";
import { startVrrpProcess } from "../daemon/vrrp-process.ts";
import {
  daemonRunsText,
  NOTHING_LEFT,
  notReleasedText,
  releasedText,
  unusableText,
} from "../report/release-lines.ts";
import { lockPidFile } from "../sys/linux/pid-file.ts";
import { enterNetworkNamespace } from "../sys/linux/process-control.ts";
import { systemTimers } from "../sys/linux/timers.ts";
import { parseInvocation } from "./command.ts";
import { daemonLoader } from "./load-configuration.ts";
import { ownStart } from "./program.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { writeOut } from "./terminal.ts";

const ExitCode = { ok: 0, failed: 1, unusable: 2, notAllowed: 4, notBegun: 5 } as const;

export async function runRelease(given: SubcommandArguments): Promise<number> {
  const invocation = parseInvocation(given.operands);
  if (!invocation.ok || invocation.value.kind !== "daemon") {
    const reason = invocation.ok
      ? "only options of the daemon follow --"
      : invocation.error.message;
    return say(ExitCode.unusable, `${reason}\n`);
  }
  const { options } = invocation.value;
  const isStopPost = given.has("stop-post");
  const isInOrder = process.env["SERVICE_RESULT"] === "success";
  if (isStopPost && (isInOrder || options.keepsAddresses)) return ExitCode.ok;
  try {
    const loaded = daemonLoader(options, enterNetworkNamespace)();
    if (loaded.startVerdict !== undefined) {
      const reasons = loaded.lines.filter(({ level }) => level === "error");
      const texts = reasons.map(({ text }) => `${text}\n`).join("");
      return say(ExitCode.unusable, unusableText(options.configFile) + texts);
    }
    const path = pidFileNames(options.pidFiles, loaded.model.global).parent;
    mkdirSync(dirname(path), { recursive: true });
    const locked = lockPidFile(path);
    if (!locked.ok) return say(ExitCode.notBegun, daemonRunsText(path));
    try {
      return await release(loaded.model, isStopPost);
    } finally {
      locked.value[Symbol.dispose]();
    }
  } catch (error: unknown) {
    if (!(error instanceof SyscallError)) throw error;
    return say(isDenied(error) ? ExitCode.notAllowed : ExitCode.failed, `${error.message}\n`);
  }
}

async function release(model: Model, spares: boolean): Promise<number> {
  // What has a lease is spared or has ended by itself.
  const concerned = model.instances.filter(({ lease }) => !spares || lease === undefined);
  if (concerned.length === 0) return ExitCode.ok;
  const { instances, complaints } = await giveUp(
    startVrrpProcess(ownStart("vrrp")),
    systemTimers(),
    {
      ...{ model, spares, predecessors: {} },
      options: { keepAddresses: false, detail: false, parentPid: process.pid },
    },
  );
  if (instances === undefined) return say(ExitCode.failed, notReleasedText(complaints));
  if (instances.length > 0) writeOut(process.stdout, instances.map(releasedText).join(""));
  else if (!spares) writeOut(process.stdout, NOTHING_LEFT);
  return ExitCode.ok;
}

function say(code: number, text: string): number {
  writeOut(process.stderr, text);
  return code;
}

const isDenied = ({ errno }: SyscallError): boolean =>
  errno === Errno.EACCES || errno === Errno.EPERM;
