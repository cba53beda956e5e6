/**
 * The C library, called through koffi: the one place where its functions are declared. Each takes
 * and returns plain numbers; a failure is -1 and `errno()`, read before anything else happens.
 */
/* eslint-disable max-params -- C decides how many there are. */
import koffi from "koffi";
import { assert, SyscallError } from "../../base/failure.ts";

/** An address in this process, or memory that has one. */
export type Memory = bigint | ArrayBuffer | Uint8Array | null;

assert(process.platform === "linux", "this part of the daemon runs on Linux only");
assert(koffi.sizeof("void *") === 8, "a 64-bit system");

/** The library Node itself is linked with, whichever that is. */
const library = koffi.load(null);

// The caller's type stands for the C prototype beside it, which no checker here can read.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function declare<Signature extends (...args: never[]) => number>(definition: string): Signature {
  return library.func(definition) as unknown as Signature;
}

export const errno = (): number => koffi.errno();

export const socket = declare<(domain: number, type: number, protocol: number) => number>(
  "int socket(int domain, int type, int protocol)",
);
export const bind = declare<(fd: number, address: Memory, length: number) => number>(
  "int bind(int fd, const void *address, uint32_t length)",
);
export const connect = declare<(fd: number, address: Memory, length: number) => number>(
  "int connect(int fd, const void *address, uint32_t length)",
);
export const getsockname = declare<(fd: number, address: Memory, length: Memory) => number>(
  "int getsockname(int fd, void *address, void *length)",
);
export const setsockopt = declare<
  (fd: number, level: number, option: number, value: Memory, length: number) => number
>("int setsockopt(int fd, int level, int option, const void *value, uint32_t length)");
export const getsockopt = declare<
  (fd: number, level: number, option: number, value: Memory, length: Memory) => number
>("int getsockopt(int fd, int level, int option, void *value, void *length)");
export const send = declare<(fd: number, data: Memory, length: number, flags: number) => number>(
  "intptr_t send(int fd, const void *data, size_t length, int flags)",
);
export const recv = declare<(fd: number, data: Memory, length: number, flags: number) => number>(
  "intptr_t recv(int fd, void *data, size_t length, int flags)",
);
export const sendmmsg = declare<
  (fd: number, messages: Memory, count: number, flags: number) => number
>("int sendmmsg(int fd, void *messages, unsigned int count, int flags)");
export const recvmmsg = declare<
  (fd: number, messages: Memory, count: number, flags: number, timeout: Memory) => number
>("int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout)");
export const close = declare<(fd: number) => number>("int close(int fd)");
export const open = declare<(path: string, flags: number, mode: number) => number>(
  "int open(const char *path, int flags, uint32_t mode)",
);
export const ioctl = declare<(fd: number, request: number, data: Memory) => number>(
  "int ioctl(int fd, unsigned long request, void *data)",
);
export const mkfifo = declare<(path: string, mode: number) => number>(
  "int mkfifo(const char *path, uint32_t mode)",
);
export const read = declare<(fd: number, data: Memory, length: number) => number>(
  "intptr_t read(int fd, void *data, size_t length)",
);
/** Fills in two descriptors: to read from, to write to. */
export const pipe2 = declare<(ends: Memory, flags: number) => number>(
  "int pipe2(void *ends, int flags)",
);
export const inotifyInit = declare<(flags: number) => number>("int inotify_init1(int flags)");
export const inotifyAddWatch = declare<(fd: number, path: string, mask: number) => number>(
  "int inotify_add_watch(int fd, const char *path, uint32_t mask)",
);
export const inotifyRemoveWatch = declare<(fd: number, watch: number) => number>(
  "int inotify_rm_watch(int fd, int watch)",
);
export const flock = declare<(fd: number, operation: number) => number>(
  "int flock(int fd, int operation)",
);

export const waitpid = declare<(pid: number, status: Memory, options: number) => number>(
  "int waitpid(int pid, void *status, int options)",
);

/** Returns an errno itself. Lists end with null. */
export const posixSpawn = declare<
  (
    pid: Memory,
    path: string,
    actions: Memory,
    attributes: Memory,
    words: readonly (string | null)[],
    environment: readonly (string | null)[],
  ) => number
>(
  "int posix_spawn(void *pid, const char *path, const void *actions, const void *attributes, const char **words, const char **environment)",
);
export const spawnActionsInit = declare<(actions: Memory) => number>(
  "int posix_spawn_file_actions_init(void *actions)",
);
export const spawnActionsDestroy = declare<(actions: Memory) => number>(
  "int posix_spawn_file_actions_destroy(void *actions)",
);
export const spawnActionsDup2 = declare<(actions: Memory, fd: number, copy: number) => number>(
  "int posix_spawn_file_actions_adddup2(void *actions, int fd, int copy)",
);
export const spawnActionsOpen = declare<
  (actions: Memory, fd: number, path: string, flags: number, mode: number) => number
>(
  "int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, uint32_t mode)",
);
export const spawnAttributesInit = declare<(attributes: Memory) => number>(
  "int posix_spawnattr_init(void *attributes)",
);
export const spawnAttributesFlags = declare<(attributes: Memory, flags: number) => number>(
  "int posix_spawnattr_setflags(void *attributes, short flags)",
);
export const spawnAttributesDefault = declare<(attributes: Memory, signals: Memory) => number>(
  "int posix_spawnattr_setsigdefault(void *attributes, const void *signals)",
);
export const spawnAttributesMask = declare<(attributes: Memory, signals: Memory) => number>(
  "int posix_spawnattr_setsigmask(void *attributes, const void *signals)",
);

/** By number: the C library has it only since glibc 2.34. */
const syscall = declare<(number: number, first: number, last: number, flags: number) => number>(
  "long syscall(long number, unsigned long first, unsigned long last, unsigned long flags)",
);
const SYS_CLOSE_RANGE = 436;
export const closeRange = (first: number, last: number, flags: number): number =>
  syscall(SYS_CLOSE_RANGE, first, last, flags);

/** A descriptor that is readable once the process has ended. */
const SYS_PIDFD_OPEN = 434;
export const pidfdOpen = (pid: number): number => syscall(SYS_PIDFD_OPEN, pid, 0, 0);

export const clockGettime = declare<(clock: number, time: Memory) => number>(
  "int clock_gettime(int clock, void *time)",
);
export const timerfdCreate = declare<(clock: number, flags: number) => number>(
  "int timerfd_create(int clock, int flags)",
);
export const timerfdSettime = declare<
  (fd: number, flags: number, value: Memory, old: Memory) => number
>("int timerfd_settime(int fd, int flags, const void *value, void *old)");

/** For commands that take a number. */
export const fcntl = declare<(fd: number, command: number, value: number) => number>(
  "int fcntl(int fd, int command, long value)",
);
export const memfdCreate = declare<(name: string, flags: number) => number>(
  "int memfd_create(const char *name, unsigned int flags)",
);
/** Lists end with null. Comes back only with a failure. */
export const execve = declare<
  (
    path: string,
    words: readonly (string | null)[],
    environment: readonly (string | null)[],
  ) => number
>("int execve(const char *path, const char **words, const char **environment)");

export const prctl = declare<(option: number, value: number) => number>(
  "int prctl(int option, unsigned long value)",
);
/** The same function, for options that take text. */
export const prctlText = declare<(option: number, text: string) => number>(
  "int prctl(int option, const char *text)",
);
export const setns = declare<(fd: number, kind: number) => number>("int setns(int fd, int kind)");
export const schedSetscheduler = declare<(pid: number, policy: number, value: Memory) => number>(
  "int sched_setscheduler(int pid, int policy, const void *value)",
);
export const schedSetaffinity = declare<(pid: number, size: number, mask: Memory) => number>(
  "int sched_setaffinity(int pid, size_t size, const void *mask)",
);
export const setrlimit = declare<(resource: number, limit: Memory) => number>(
  "int setrlimit(int resource, const void *limit)",
);
/** By number: older C libraries lack it. x86 counts system calls in its own way. */
const SYS_MLOCK2 = process.arch === "x64" ? 325 : 284;
export const mlock2 = (start: number, length: number, flags: number): number =>
  syscall(SYS_MLOCK2, start, length, flags);
export const munlockall = declare<() => number>("int munlockall()");
export const capget = declare<(header: Memory, data: Memory) => number>(
  "int capget(void *header, void *data)",
);
export const capset = declare<(header: Memory, data: Memory) => number>(
  "int capset(void *header, const void *data)",
);

/** `result`, or the kernel's refusal thrown, naming what we were doing. */
export function must(result: number, call: string, action: string): number {
  if (result < 0) throw new SyscallError(call, errno(), action);
  return result;
}
