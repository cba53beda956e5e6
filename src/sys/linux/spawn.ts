/**
 * Starting a program without copying the page tables of this process, which is what a fork of Node
 * costs most (docs/decisions/0006): posix_spawn(3), and waitpid(2) when the kernel says that a
 * child has ended. It knows no users: a program runs as the daemon does.
 */
import { Errno } from "../../base/failure.ts";
import {
  errno,
  posixSpawn,
  spawnActionsDestroy,
  spawnActionsDup2,
  spawnActionsInit,
  spawnActionsOpen,
  spawnAttributesDefault,
  spawnAttributesFlags,
  spawnAttributesInit,
  spawnAttributesMask,
  waitpid,
} from "./libc.ts";
import { Arena } from "./memory.ts";
import { LITTLE } from "./structs.ts";

/** More than posix_spawnattr_t (336 bytes) and posix_spawn_file_actions_t (80 bytes) take. */
const OPAQUE_BYTES = 512;
const SIGNAL_SET_BYTES = 128;
/** Signals 1 to 31: what Node ignores or we were started with is not for the program. */
const ORDINARY_SIGNALS = 0x7fff_ffff;

/** spawn.h: signals as at the start of a process, in a session and process group of its own. */
const SPAWN_FLAGS = 0x04 | 0x08 | 0x80;

const O_RDONLY = 0;
const STANDARD_INPUT = 0;
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
const SHELL = "/bin/sh";

/** linux/wait.h */
const WNOHANG = 1;

/** A look without a signal; it also keeps the loop alive, which handlers of signals do not. */
const PATROL_MS = 1_000;

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "signalled"; readonly signal: number }
  | { readonly kind: "notStarted"; readonly errno: number; readonly reason: string };

/** Never seen: nobody else waits for our children. */
const MISSED: ProgramEnd = { kind: "notStarted", errno: 0, reason: "its end was not seen" };

export interface ProgramStart {
  /** The first word is a path. */
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** For its standard output and error. */
  readonly output: number;
}

const pid = new Arena(8);
const status = new Arena(8);
const actions = new Arena(OPAQUE_BYTES);
const attributes = spawnAttributes();

/** Its process id, or the negative errno of a refusal. */
export function spawnProgram(start: ProgramStart): number {
  const [path] = start.argv;
  const result = spawnOnce(path, start);
  // What execvp(3) does as well: a file without `#!` is one for the shell.
  if (result !== -Errno.ENOEXEC) return result;
  const [, ...words] = start.argv;
  return spawnOnce(SHELL, { ...start, argv: [SHELL, path, ...words] });
}

function spawnOnce(path: string, { argv, environment, output }: ProgramStart): number {
  spawnActionsInit(actions.bytes);
  spawnActionsOpen(actions.bytes, STANDARD_INPUT, "/dev/null", O_RDONLY, 0);
  spawnActionsDup2(actions.bytes, output, STANDARD_OUTPUT);
  spawnActionsDup2(actions.bytes, output, STANDARD_ERROR);
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const words = [...argv, null];
  const refusal = posixSpawn(pid.bytes, path, actions.bytes, attributes.bytes, words, [
    ...variables,
    null,
  ]);
  spawnActionsDestroy(actions.bytes);
  return refusal === 0 ? pid.view.getInt32(0, LITTLE) : -refusal;
}

function spawnAttributes(): Arena {
  const made = new Arena(OPAQUE_BYTES);
  const signals = new Arena(SIGNAL_SET_BYTES);
  spawnAttributesInit(made.bytes);
  spawnAttributesFlags(made.bytes, SPAWN_FLAGS);
  spawnAttributesMask(made.bytes, signals.bytes);
  // A signal set is an array of words, whatever their order of bytes.
  signals.view.setBigUint64(0, BigInt(ORDINARY_SIGNALS), LITTLE);
  spawnAttributesDefault(made.bytes, signals.bytes);
  return made;
}

/** The programs of `spawnProgram`, until each has ended. */
class Children {
  readonly #running = new Map<number, (end: ProgramEnd) => void>();
  #isWatching = false;
  #patrol: NodeJS.Timeout | undefined;

  add(child: number, ended: (end: ProgramEnd) => void): void {
    this.#running.set(child, ended);
    this.#patrol ??= setInterval(() => {
      this.#look();
    }, PATROL_MS);
    if (this.#isWatching) return;
    this.#isWatching = true;
    process.on("SIGCHLD", () => {
      this.#look();
    });
  }

  /** One signal may stand for the end of several, and not only of ours. */
  #look(): void {
    for (const [child, ended] of this.#running) {
      const found = waitpid(child, status.bytes, WNOHANG);
      if (found === 0 || (found < 0 && errno() === Errno.EINTR)) continue;
      this.#running.delete(child);
      ended(found < 0 ? MISSED : toEnd(status.view.getInt32(0, LITTLE)));
    }
    if (this.#running.size > 0) return;
    clearInterval(this.#patrol);
    this.#patrol = undefined;
  }
}

const children = new Children();

/** Calls back once, when the program has ended. */
export function onProgramEnd(child: number, ended: (end: ProgramEnd) => void): void {
  children.add(child, ended);
}

/** waitpid(2): the low byte is a signal, the next the exit status. */
function toEnd(value: number): ProgramEnd {
  const signal = value & 0x7f;
  return signal === 0
    ? { kind: "exited", status: (value >> 8) & 0xff }
    : { kind: "signalled", signal };
}
