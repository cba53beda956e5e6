/** A program to run, as the configuration names it: already split into words, user resolved by name. */
import type { Tagged } from "./units.ts";

export interface Command {
  /** argv, at least one word; the first is a path or a bare name searched in PATH at load. */
  readonly argv: readonly [string, ...string[]];
  /** The words as the operator wrote them, for messages and dumps. */
  readonly text: string;
  /** Undefined: `script_user`, else `keepalived_script`, else the daemon's own user. */
  readonly user: string | undefined;
  /** Undefined: the user's primary group. */
  readonly group: string | undefined;
}

/** A password or key. It renders as `***` wherever text is made of it; `reveal` is for `wire` alone. */
export type Secret = Tagged<"Secret", string>;
export const secret = (text: string): Secret => text as Secret;
export const MASK = "********";
