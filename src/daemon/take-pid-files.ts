/** Taking the pid files at the start, with the words and exit codes for when that is not possible. */
import { Errno, SyscallError } from "../base/failure.ts";
import type { GlobalConfig } from "../config/model.ts";
import {
  alreadyRunningLine,
  noRightToPidFileLine,
  pidFileFailedLine,
  pidFileLockedLine,
} from "../report/life-lines.ts";
import { lockPidFiles, pidFileNames } from "./pid-files.ts";
import type { PidFiles } from "./pid-files.ts";
import type { SupervisorParts } from "./supervisor-parts.ts";

/** keepalived(8) exit status. */
const FATAL_EXIT = 1;
const PERMISSION_EXIT = 4;

/** The files, with our process id in the first; or the exit code, when that is the end. */
export function takePidFiles(
  { logger, options, pid, lockPidFile }: SupervisorParts,
  global: GlobalConfig,
): PidFiles | number {
  const names = pidFileNames(options.pidFiles, global);
  try {
    const outcome = lockPidFiles(names, lockPidFile);
    if (outcome.kind === "taken") {
      logger.log(pidFileLockedLine(outcome.path));
      logger.log(alreadyRunningLine());
      return 0;
    }
    outcome.files.setParent(pid);
    return outcome.files;
  } catch (error: unknown) {
    if (isDenied(error)) {
      logger.log(noRightToPidFileLine(names.parent));
      return PERMISSION_EXIT;
    }
    const reason = error instanceof Error ? error.message : String(error);
    logger.log(pidFileFailedLine(names.parent, reason));
    return FATAL_EXIT;
  }
}

const isDenied = (error: unknown): boolean =>
  error instanceof SyscallError && (error.errno === Errno.EACCES || error.errno === Errno.EPERM);
