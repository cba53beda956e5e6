/** One line about the whole daemon, for whoever asks the service manager (`systemctl status`). */
import { renderFaults } from "./causes.ts";
import { orderOf } from "./planned-lines.ts";
import type { InstanceSnapshot, VrrpSnapshot } from "./state.ts";

/** Instances that are named; the rest are counted. */
const NAMED = 3;

const ORDER = ["MASTER", "BACKUP", "FAULT", "MAINTENANCE", "INIT", "STOPPED"] as const;

/** `2 instances: 1 MASTER, 1 FAULT. FAULT: VI_2: interface eth1 is down` */
export function serviceStatus({ instances }: Pick<VrrpSnapshot, "instances">): string {
  if (instances.length === 0) return "no vrrp_instance";
  const words = instances.map(stateWord);
  const counts = ORDER.flatMap((word) => {
    const count = words.filter((each) => each === word).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const total = instances.length === 1 ? "1 instance" : `${instances.length} instances`;
  return [
    `${total}: ${counts.join(", ")}`,
    ...named(
      "CONFLICT",
      instances.filter(({ conflict }) => conflict !== undefined),
      ({ name }) => name,
    ),
    ...named(
      "FAULT",
      instances.filter((each) => stateWord(each) === "FAULT"),
      ({ name, faults }) => `${name}: ${renderFaults(faults)}`,
    ),
  ].join(". ");
}

const stateWord = (instance: InstanceSnapshot): (typeof ORDER)[number] => {
  if (orderOf(instance) !== undefined) return "MAINTENANCE";
  const words = {
    master: "MASTER",
    backup: "BACKUP",
    fault: "FAULT",
    init: "INIT",
    stopped: "STOPPED",
  } as const;
  return words[instance.state];
};

function named(
  title: string,
  instances: readonly InstanceSnapshot[],
  textOf: (instance: InstanceSnapshot) => string,
): readonly string[] {
  if (instances.length === 0) return [];
  const more = instances.length - NAMED;
  const texts = instances.slice(0, NAMED).map(textOf);
  return [`${title}: ${texts.join("; ")}${more > 0 ? `; and ${more} more` : ""}`];
}
