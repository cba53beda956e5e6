/**
 * Node's cryptography, loaded when it is first asked for: it takes longer than reading most files,
 * and few configurations sign their adverts.
 */
import type * as Cryptography from "node:crypto";

let loaded: typeof Cryptography | undefined;

export function cryptography(): typeof Cryptography {
  loaded ??= process.getBuiltinModule("node:crypto");
  return loaded;
}
