/**
 * The program that gives another one its supplementary groups, which Node cannot. On its own: who
 * only asks whether it is there need not load what starts programs.
 */
import { realpathSync } from "node:fs";
import { basename } from "node:path";

/** setpriv(1) of util-linux; the program of the same name in BusyBox knows no groups. */
export const GROUP_SETTER = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => {
  try {
    return basename(realpathSync(path)) === "setpriv";
  } catch {
    return false;
  }
});
