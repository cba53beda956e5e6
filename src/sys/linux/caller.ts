/** Who is at the other end of a local connection: SO_PEERCRED (unix(7)). */
import { SOL_SOCKET } from "./constants.ts";
import { getsockopt } from "./libc.ts";
import { findUser } from "./users.ts";

const SO_PEERCRED = 17;
/** struct ucred: pid, uid, gid. */
const UCRED_BYTES = 12;
const UID_AT = 4;

/** The account's name, or its number where it has none; undefined when the kernel does not tell. */
export function callerOf(descriptor: number): string | undefined {
  const credentials = new Uint8Array(UCRED_BYTES);
  const length = new Uint8Array(new Uint32Array([UCRED_BYTES]).buffer);
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, credentials, length) < 0) return undefined;
  const uid = new DataView(credentials.buffer).getUint32(UID_AT, true);
  const user = findUser(String(uid));
  return user?.uid === uid ? user.name : `uid ${uid}`;
}
