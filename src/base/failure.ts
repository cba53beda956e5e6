/**
 * The two failures that are thrown: the kernel refused (`SyscallError`), or we were wrong
 * (`assert`, `unreachable`). Bad input is neither; it is a `Result`.
 */

/** The kernel said no: which call, which errno, and what we were doing. */
export class SyscallError extends Error {
  readonly call: string;
  readonly errno: number;
  readonly action: string;

  constructor(call: string, errno: number, action: string) {
    super(`Cannot ${action}: ${call} failed with errno ${errno} (${errnoName(errno)})`);
    this.name = "SyscallError";
    this.call = call;
    this.errno = errno;
    this.action = action;
  }
}

/** Our own mistake: the process ends rather than continue with a broken assumption. */
export class AssertionError extends Error {
  constructor(message: string) {
    super(`Internal error: ${message}`);
    this.name = "AssertionError";
  }
}

export function assert(claim: boolean, message: string): asserts claim {
  if (!claim) throw new AssertionError(message);
}

/** The end of every switch over a union; a new variant makes it a compile error. */
export function unreachable(value: never): never {
  throw new AssertionError(`no case for ${JSON.stringify(value)}`);
}

/** Linux errno numbers that users meet (asm-generic/errno.h), for messages. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  ENOEXEC: 8,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  EROFS: 30,
  EPIPE: 32,
  ENOSYS: 38,
  EMSGSIZE: 90,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EINPROGRESS: 115,
  ENOBUFS: 105,
} as const;

const NAME_OF_ERRNO = new Map<number, string>(
  Object.entries(Errno).map(([name, number]) => [number, name]),
);

export function errnoName(errno: number): string {
  return NAME_OF_ERRNO.get(errno) ?? "unknown";
}
