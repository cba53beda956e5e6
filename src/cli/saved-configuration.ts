/**
 * Copies of the configuration for whoever looks for a fault later (keepalived.conf(5)
 * config_save_dir): all of its files in one, as `config show` has them but with its secrets.
 */
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from "node:fs";
import { Errno, SyscallError } from "../base/failure.ts";
import { paintWith } from "../report/paint.ts";
import { renderShown } from "../report/config-show.ts";
import { toSyscallError } from "../sys/linux/process-control.ts";
import type { DaemonOptions } from "./command.ts";
import { readFlat } from "./flat-configuration.ts";

/** Passwords are in it. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Makes the directory where there is none, but nothing above it. Throws `SyscallError`. */
export function saveConfiguration(options: DaemonOptions, directory: string, name: string): void {
  makeDirectory(directory);
  const { configFile } = options;
  const { lines, nameOf } = readFlat(configFile, options.configId, { defaults: false });
  const shown = renderShown(lines, {
    paint: paintWith(false),
    nameOf,
    mainFile: configFile,
    masks: false,
  });
  const path = `${directory}/${name}`;
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    const fd = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, FILE_MODE);
    try {
      writeFileSync(fd, `# ${configFile}\n\n${shown}`);
    } finally {
      closeSync(fd);
    }
  } catch (error: unknown) {
    throw toSyscallError(error, "write", `write ${path}`);
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: DIRECTORY_MODE });
  } catch (error: unknown) {
    const refused = toSyscallError(error, "mkdir", `make the directory ${directory}`);
    if (!(refused instanceof SyscallError) || refused.errno !== Errno.EEXIST) throw refused;
  }
}
