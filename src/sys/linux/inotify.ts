/**
 * Changes of files told by inotify(7). Directories are watched, never files: a file that is
 * replaced, or whose directory is made later, is found again by its name.
 */
import { lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Errno, SyscallError } from "../../base/failure.ts";
import { Descriptor } from "./descriptor.ts";
import { errno, inotifyAddWatch, inotifyInit, inotifyRemoveWatch, must, read } from "./libc.ts";
import { Arena } from "./memory.ts";
import { InotifyEvent, LITTLE } from "./structs.ts";

/** sys/inotify.h */
const IN_CLOSE_WRITE = 0x8;
const IN_MOVED_FROM = 0x40;
const IN_MOVED_TO = 0x80;
const IN_CREATE = 0x100;
const IN_DELETE = 0x200;
const IN_DELETE_SELF = 0x400;
const IN_MOVE_SELF = 0x800;
const IN_Q_OVERFLOW = 0x4000;
const IN_IGNORED = 0x8000;
const IN_ONLYDIR = 0x0100_0000;
const IN_NONBLOCK = 0o4000;
const IN_CLOEXEC = 0o2000000;

const OF_DIRECTORY = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED;
const MASK =
  IN_CLOSE_WRITE |
  IN_MOVED_FROM |
  IN_MOVED_TO |
  IN_CREATE |
  IN_DELETE |
  IN_DELETE_SELF |
  IN_MOVE_SELF |
  IN_ONLYDIR;

const BUFFER_BYTES = 16_384;
/** Reads in one wake-up; what is left wakes again. */
const READS_PER_WAKE = 16;
/** Directories that appear while we look for the deepest one. */
const ATTEMPTS = 8;

/** A name in a directory: of the file, of where a link leads, or of a directory still to come. */
interface Spot {
  readonly watch: number;
  readonly name: string;
  readonly isFile: boolean;
}

interface Subscription {
  readonly path: string;
  readonly changed: () => void;
  spots: readonly Spot[];
}

export class FileWatches implements Disposable {
  readonly #inotify: Descriptor;
  readonly #memory = new Arena(BUFFER_BYTES);
  readonly #subscriptions = new Set<Subscription>();

  constructor() {
    const fd = must(inotifyInit(IN_NONBLOCK | IN_CLOEXEC), "inotify_init1", "watch tracked files");
    this.#inotify = new Descriptor(fd);
    this.#inotify.onReadable(() => {
      this.#take();
    });
  }

  get isOpen(): boolean {
    return this.#inotify.isOpen;
  }

  watch(path: string, changed: () => void): Disposable {
    const subscription: Subscription = { path, changed, spots: [] };
    try {
      subscription.spots = this.#spotsOf(path);
    } catch (error: unknown) {
      if (this.#subscriptions.size === 0) this[Symbol.dispose]();
      throw error;
    }
    this.#subscriptions.add(subscription);
    return {
      [Symbol.dispose]: () => {
        this.#subscriptions.delete(subscription);
        // With nothing left to watch, nothing keeps the process from ending.
        if (this.#subscriptions.size === 0) this[Symbol.dispose]();
        this.#release(subscription.spots);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#subscriptions.clear();
    this.#inotify[Symbol.dispose]();
  }

  #spotsOf(path: string): readonly Spot[] {
    const target = targetOf(path);
    const spot = this.#spotOf(path);
    return target === undefined || target === path ? [spot] : [spot, this.#spotOf(target)];
  }

  /** In the directory of `path`, or the deepest above it that exists. */
  #spotOf(path: string): Spot {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      let child = path;
      let watch = this.#add(dirname(child));
      while (watch < 0 && dirname(child) !== child) {
        child = dirname(child);
        watch = this.#add(dirname(child));
      }
      // Made between our two looks: its own directory can be watched now.
      if (child !== path && isDirectory(child)) continue;
      if (watch >= 0) return { watch, name: basename(child), isFile: child === path };
    }
    throw new SyscallError("inotify_add_watch", Errno.ENOENT, `watch ${path}`);
  }

  /** -1 where there is no such directory. */
  #add(directory: string): number {
    const watch = inotifyAddWatch(this.#inotify.number, directory, MASK);
    if (watch >= 0) return watch;
    const refusal = errno();
    if (refusal === Errno.ENOENT || refusal === ENOTDIR) return -1;
    throw new SyscallError("inotify_add_watch", refusal, `watch ${directory}`);
  }

  #release(spots: readonly Spot[]): void {
    if (!this.#inotify.isOpen) return;
    const used = new Set([...this.#subscriptions].flatMap((each) => each.spots.map(watchOf)));
    for (const { watch } of spots) {
      if (!used.has(watch)) inotifyRemoveWatch(this.#inotify.number, watch);
    }
  }

  #take(): void {
    const touched = new Set<Subscription>();
    for (let i = 0; i < READS_PER_WAKE && this.#inotify.isOpen; i += 1) {
      const length = read(this.#inotify.number, this.#memory.address, BUFFER_BYTES);
      if (length <= 0) break;
      this.#decode(length, touched);
    }
    for (const subscription of touched) {
      if (!this.#subscriptions.has(subscription)) continue;
      const before = subscription.spots;
      try {
        subscription.spots = this.#spotsOf(subscription.path);
        this.#release(
          before.filter(({ watch }) => !subscription.spots.map(watchOf).includes(watch)),
        );
      } catch (error: unknown) {
        // No more watches to be had: what is watched already goes on.
        if (!(error instanceof SyscallError)) throw error;
      }
      subscription.changed();
    }
  }

  #decode(length: number, touched: Set<Subscription>): void {
    const { view, bytes } = this.#memory;
    for (let at = 0; at + InotifyEvent.size <= length;) {
      const watch = view.getInt32(at + InotifyEvent.watch, LITTLE);
      const mask = view.getUint32(at + InotifyEvent.mask, LITTLE);
      const nameBytes = view.getUint32(at + InotifyEvent.length, LITTLE);
      const start = at + InotifyEvent.size;
      const raw = bytes.subarray(start, start + nameBytes);
      const end = raw.indexOf(0);
      const name = new TextDecoder().decode(end < 0 ? raw : raw.subarray(0, end));
      for (const subscription of this.#subscriptions) {
        if (concerns(subscription, { watch, mask, name })) touched.add(subscription);
      }
      at = start + nameBytes;
    }
  }
}

const ENOTDIR = 20;
const watchOf = ({ watch }: Spot): number => watch;

interface Event {
  readonly watch: number;
  readonly mask: number;
  readonly name: string;
}

function concerns({ path, spots }: Subscription, { watch, mask, name }: Event): boolean {
  if ((mask & IN_Q_OVERFLOW) !== 0) return true;
  return spots.some((spot) => {
    if (spot.watch !== watch) return false;
    if ((mask & OF_DIRECTORY) !== 0) return true;
    if (spot.name !== name) return false;
    // A file that was just made has its text when it is closed; a link has it at once.
    return mask !== IN_CREATE || !spot.isFile || isLinked(path);
  });
}

function isLinked(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.isSymbolicLink() || found.nlink > 1);
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Where a symbolic link leads in the end; undefined while that is nowhere. */
function targetOf(path: string): string | undefined {
  try {
    return join(realpathSync(path));
  } catch {
    return undefined;
  }
}
