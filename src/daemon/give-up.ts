/** What a dead VRRP process has left is given up by another one that is started for only that. */
import { seconds } from "../base/units.ts";
import type { Timers } from "../sys/ports.ts";
import type { FromVrrp, ToVrrp } from "./messages.ts";
import type { ProcessEnd, VrrpProcess } from "./vrrp-process.ts";

/** How long it may take. */
export const GIVE_UP_LIMIT = seconds(5);

export interface GivenUp {
  /** Instances of which something was left; undefined when it has not come so far. */
  readonly instances: readonly string[] | undefined;
  readonly complaints: readonly string[];
  readonly end: ProcessEnd;
}

/** Resolves when the process has ended. */
export function giveUp(
  process: VrrpProcess,
  timers: Timers,
  what: Omit<Extract<ToVrrp, { kind: "giveUp" }>, "kind">,
): Promise<GivenUp> {
  const ending = timers.after(GIVE_UP_LIMIT, () => {
    process.kill("SIGKILL");
  });
  let instances: readonly string[] | undefined;
  const complaints: string[] = [];
  const hear = (message: FromVrrp): void => {
    if (message.kind === "loaded") process.send({ kind: "giveUp", ...what });
    else if (message.kind === "gaveUp") ({ instances } = message);
    else if (message.kind === "fatal") complaints.push(message.text);
    else if (message.kind === "line" && message.level !== "info") complaints.push(message.text);
  };
  return new Promise((resolve) => {
    process.listen({
      message: hear,
      ended: (end) => {
        ending.cancel();
        resolve({ instances, complaints, end });
      },
    });
  });
}
