/**
 * Links made on other links in a simulated kernel: macvlans, which carry what their parent carries,
 * go down with it and are gone with it.
 */
import { Errno } from "../../src/base/failure.ts";
import type { InterfaceIndex } from "../../src/base/units.ts";
import type { LinkChange, LinkInfo } from "../../src/sys/ports.ts";
import { LinkFlag } from "./fake-netlink.ts";
import type { FakeKernel } from "./fake-netlink.ts";

/** Performs `change` and returns 0 or the errno. */
export function changeLinks(kernel: FakeKernel, change: LinkChange): number {
  if (change.operation === "create") return create(kernel, change);
  if (change.operation === "deleteGroup") {
    const members = kernel.links().filter(({ group }) => group === change.linkGroup);
    for (const { index } of members) kernel.removeLink(index);
    return members.length > 0 ? 0 : Errno.ENODEV;
  }
  const { linkIndex } = change;
  const link = kernel.linkAt(linkIndex);
  if (link === undefined) return Errno.ENODEV;
  switch (change.operation) {
    case "generateNoAddress":
      return 0;
    case "bringUp":
      return bringUp(kernel, link);
    case "setGroup":
      kernel.changeLink(linkIndex, { group: change.group });
      return 0;
    case "delete":
      kernel.removeLink(linkIndex);
      return 0;
  }
}

/** The links that stand on another. */
export const childrenOf = (kernel: FakeKernel, parent: InterfaceIndex): readonly LinkInfo[] =>
  kernel.links().filter((link) => link.kind === "macvlan" && link.parent === parent);

/** The link whose cable a link's packets take. */
export const carrierOf = (kernel: FakeKernel, index: InterfaceIndex): InterfaceIndex => {
  const link = kernel.linkAt(index);
  return link?.kind === "macvlan" && link.parent !== undefined ? link.parent : index;
};

function create(
  kernel: FakeKernel,
  { link }: Extract<LinkChange, { operation: "create" }>,
): number {
  if (kernel.link(link.name) !== undefined) return Errno.EEXIST;
  const parent = kernel.linkAt(link.parent);
  if (parent === undefined) return Errno.ENODEV;
  if (link.what.kind !== "macvlan") return Errno.EOPNOTSUPP;
  kernel.addLink({
    name: link.name,
    mac: link.what.mac,
    mtu: parent.mtu,
    kind: "macvlan",
    parent: link.parent,
    group: link.group,
    flags: LinkFlag.broadcast | LinkFlag.multicast,
  });
  return 0;
}

/** Two macvlans of one parent cannot be up with the same MAC address. */
function bringUp(kernel: FakeKernel, link: LinkInfo): number {
  if (link.parent === undefined) return Errno.EINVAL;
  const rival = childrenOf(kernel, link.parent).some(
    (each) => each.index !== link.index && each.mac === link.mac && kernel.isUp(each.index),
  );
  if (rival) return Errno.EADDRINUSE;
  kernel.changeLink(link.index, { up: true, running: kernel.isRunning(link.parent) });
  return 0;
}
