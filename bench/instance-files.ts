/**
 * Configuration files of the size a measurement asks for.
 */
export interface InstancePlan {
  readonly priority: number;
  readonly intervalMs: number;
  readonly addresses: number;
}

export const VRID = 50;

/** Virtual addresses of the measurements: all in 10.50.0.0/16. */
export function virtualAddress(index: number): string {
  return `10.50.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}

/**
 * One instance, version 3. An advert carries one address, since a thousand do not fit a packet;
 * the others are excluded ones.
 */
export function oneInstance(plan: InstancePlan): string {
  const excluded = Array.from({ length: plan.addresses - 1 }, (_, index) => index + 1);
  const lines = excluded.map((index) => `        ${virtualAddress(index)}/32`);
  const block =
    lines.length === 0 ? "" : `    virtual_ipaddress_excluded {\n${lines.join("\n")}\n    }\n`;
  return `vrrp_instance V {
    state ${stateFor(plan.priority)}
    version 3
    interface eth0
    virtual_router_id ${VRID}
    priority ${plan.priority}
    advert_int ${plan.intervalMs / 1000}
    virtual_ipaddress {
        ${virtualAddress(0)}/32
    }
${block}}
`;
}

/** An address owner is master at once when its file says so. */
function stateFor(priority: number): "MASTER" | "BACKUP" {
  return priority === 255 ? "MASTER" : "BACKUP";
}

/** Router identifiers an interface has room for. */
const PER_INTERFACE = 250;

/** How many interfaces so many instances need. */
export function interfacesFor(instances: number): number {
  return Math.ceil(instances / PER_INTERFACE);
}

/** Many instances with an address each, at 1 s, spread over the interfaces of a host. */
export function manyInstances(
  count: number,
  priority: number,
  addressesEach = 1,
  intervalS = 1,
): string {
  const blocks = Array.from({ length: count }, (_, index) => {
    const addresses = Array.from(
      { length: addressesEach },
      (_unused, at) => `        ${virtualAddress(index * addressesEach + at)}/32`,
    );
    return `vrrp_instance V${index} {
    state ${stateFor(priority)}
    version 3
    interface eth${Math.floor(index / PER_INTERFACE)}
    virtual_router_id ${(index % PER_INTERFACE) + 1}
    priority ${priority}
    advert_int ${intervalS}
    virtual_ipaddress {
${addresses.join("\n")}
    }
}
`;
  });
  return blocks.join("\n");
}
