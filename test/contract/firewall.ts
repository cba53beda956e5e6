/** The promises of `Firewall`, whoever implements it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Errno } from "../../src/base/failure.ts";
import type { Firewall } from "../../src/sys/ports.ts";
import type { NftChange, NftTable } from "../../src/wire/netlink/nftables.ts";
import type { OpenNetwork } from "./network.ts";

const TABLE: NftTable = { family: "ipv4", name: "contract" };
const KEY = Uint8Array.of(10, 0, 0, 3);

const make = (firewall: Firewall, ...changes: readonly NftChange[]): number =>
  firewall.apply(firewall.prepare(changes));

export function firewallContract(name: string, open: OpenNetwork): void {
  describe(`firewall of ${name}`, () => {
    test("tables() has what a batch made, and not what it deleted", async () => {
      using network = await open();
      using firewall = network.a.ports.openFirewall();
      assert.deepEqual(firewall.tables(), []);
      assert.equal(make(firewall, { kind: "addTable", table: TABLE }), 0);
      assert.deepEqual(firewall.tables(), [TABLE]);
      assert.equal(make(firewall, { kind: "deleteTable", table: TABLE }), 0);
      assert.deepEqual(firewall.tables(), []);
    });

    test("a table made and deleted in one batch is no error, whether it was there or not", async () => {
      using network = await open();
      using firewall = network.a.ports.openFirewall();
      const renew = [
        { kind: "addTable", table: TABLE },
        { kind: "deleteTable", table: TABLE },
        { kind: "addTable", table: TABLE },
      ] as const;
      assert.equal(make(firewall, ...renew), 0);
      assert.equal(make(firewall, ...renew), 0);
      assert.deepEqual(firewall.tables(), [TABLE]);
    });

    test("a batch with one change that is refused changes nothing", async () => {
      using network = await open();
      using firewall = network.a.ports.openFirewall();
      const errno = make(
        firewall,
        { kind: "addTable", table: TABLE },
        { kind: "addElements", table: TABLE, set: "nowhere", keys: [KEY] },
      );
      assert.equal(errno, Errno.ENOENT);
      assert.deepEqual(firewall.tables(), []);
    });

    test("elements can be added twice and removed once", async () => {
      using network = await open();
      using firewall = network.a.ports.openFirewall();
      const set = {
        kind: "addSet",
        table: TABLE,
        name: "s",
        key: "ipv4",
        isConstant: false,
      } as const;
      assert.equal(make(firewall, { kind: "addTable", table: TABLE }, set), 0);
      const element = { table: TABLE, set: "s", keys: [KEY] };
      assert.equal(make(firewall, { kind: "addElements", ...element }), 0);
      assert.equal(make(firewall, { kind: "addElements", ...element }), 0);
      assert.equal(make(firewall, { kind: "deleteElements", ...element }), 0);
      assert.equal(make(firewall, { kind: "deleteElements", ...element }), Errno.ENOENT);
    });

    test("a batch without changes is made", async () => {
      using network = await open();
      using firewall = network.a.ports.openFirewall();
      assert.equal(make(firewall), 0);
    });
  });
}
