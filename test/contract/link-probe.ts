/** What is asked of network devices, on the fake and on the kernel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { milliseconds } from "../../src/base/units.ts";
import type { OpenNetwork } from "./network.ts";

export function linkProbeContract(name: string, open: OpenNetwork): void {
  test(`${name}: an interface that runs says that it has a link, by ethtool and by its flags`, async () => {
    using network = await open();
    const { ports, interfaceName } = network.a;
    using probe = ports.openLinkProbe();
    assert.equal(probe.ask(interfaceName, "ethtool"), "up");
    assert.equal(probe.ask(interfaceName, "ioctl"), "up");
  });

  test(`${name}: an interface that is down, or not there, has no link`, async () => {
    using network = await open();
    const { ports, interfaceName } = network.a;
    using probe = ports.openLinkProbe();
    network.a.setUp(false);
    await network.pass(milliseconds(50));
    assert.equal(probe.ask(interfaceName, "ioctl"), "down");
    for (const question of ["ethtool", "ioctl"] as const) {
      assert.equal(probe.ask("nosuch0", question), "down");
    }
  });

  test(`${name}: a virtual interface has no MII to ask`, async () => {
    using network = await open();
    using probe = network.a.ports.openLinkProbe();
    assert.equal(probe.ask(network.a.interfaceName, "mii"), "unsupported");
  });
}
