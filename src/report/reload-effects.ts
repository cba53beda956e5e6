/** What a changed setting does to the network when it is reloaded, in words; rules of the RFCs and of src/vrrp. */
import { NO_TIME, toSeconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { LineChange } from "../inspect/tree-difference.ts";
import type { SettingChange } from "../inspect/setting-changes.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { masterDownInterval } from "../vrrp/timing.ts";

/** A time for people: `3.61 s`. */
export const waitText = (wait: Duration): string => `${Number(toSeconds(wait).toFixed(2))} s`;

const TOGETHER = "change every router at the same time, or there are two masters";

/** What follows from one changed setting of an instance that goes on; undefined when it is plain. */
export function effectOf(
  { keyword, before, after: value }: SettingChange,
  after: InstanceConfig,
): string | undefined {
  const [name = ""] = keyword.split(" ", 1);
  switch (name) {
    case "name":
      return "no event: logs, scripts and `status` have the new name";
    case "state":
      return "no effect on an instance that runs";
    case "priority":
      return Number(value) > Number(before) ? ofHigherPriority(after) : OF_LOWER_PRIORITY;
    case "version":
      return `routers drop adverts of another version: ${TOGETHER}`;
    case "advert_int":
      return after.version === 2
        ? `version 2 drops adverts with another interval: ${TOGETHER}`
        : "backups learn it from the master";
    case "auth_type":
    case "auth_pass":
      return `routers drop adverts with another authentication: ${TOGETHER}`;
    case "multicast":
      return `routers of another group are not heard: ${TOGETHER}`;
    case "preempt":
      return value === "on"
        ? "as backup it takes over from a master that has less"
        : "as backup it takes over only when the master is gone";
    case "unicast_peer":
      return value === undefined
        ? "nothing is sent there any more: that router takes this one for dead"
        : "that router must list this one too";
    case "track_interface":
    case "track_script":
      return ofTracker(value);
    default:
      return name.startsWith("notify") ? "runs at the next change of state" : undefined;
  }
}

const OF_LOWER_PRIORITY = "as master it hands over to a router that has more and may preempt";

function ofHigherPriority(after: InstanceConfig): string {
  if (!after.preempt) return "as backup it goes on waiting for the master to be gone (nopreempt)";
  const wait = masterDownInterval(after, after.priority, after.advertInterval);
  const delay = after.preemptDelay === NO_TIME ? "" : ` and preempt_delay`;
  return (
    `as backup it takes over from a master that has less, after at most ${waitText(wait)}${delay}; ` +
    "that one serves until then"
  );
}

function ofTracker(value: string | undefined): string {
  if (value === undefined) return "its failure no longer counts";
  return value.includes("weight") ? "its failure changes the priority" : "its failure is a FAULT";
}

/** Settings that a process takes up when it starts. */
const AT_START: ReadonlySet<string> = new Set([
  "process_name",
  "vrrp_process_name",
  "use_symlink_paths",
  "use_pid_dir",
  "umask",
  "startup_script",
  "vrrp_startup_delay",
  "vrrp_priority",
  "vrrp_rt_priority",
  "vrrp_no_swap",
]);

/** The same for a line outside of instances. */
export function effectOfLine({ path, kind, what }: LineChange): string | undefined {
  const [keyword = ""] = what.split(" ", 1);
  const [block = ""] = (path[0] ?? "").split(" ", 1);
  if (block === "vrrp_script" && (keyword === "script" || keyword === "user")) {
    return "its result is forgotten until it has run again";
  }
  if ((block === "global_defs" || block === "") && AT_START.has(keyword)) {
    return "from the next start on";
  }
  if (keyword === "real_server" && kind === "removed") return "its connections end";
  if (keyword === "virtual_server" && kind === "removed") return "the service ends";
  return undefined;
}
