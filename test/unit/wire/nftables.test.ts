/** Batches for nftables, byte by byte; what the kernel makes of them is in test/kernel. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeMessages } from "../../../src/wire/netlink/message.ts";
import {
  decodeTable,
  encodeBatch,
  encodeTableDump,
  interfaceNameBytes,
} from "../../../src/wire/netlink/nftables.ts";
import { seededRandom } from "../../sim/seeded-random.ts";

const TABLE = { family: "ipv4", name: "k" } as const;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const messageOf = (type: number, payload: Uint8Array) => ({
  ...{ type, payload },
  ...{ flags: 0, sequence: 0, portId: 0 },
});
const NEW_TABLE = 0x0a00;

describe("nftables", () => {
  test("a batch has a beginning and an end, and its last change asks for an answer", () => {
    const messages = encodeBatch([
      { kind: "addTable", table: TABLE },
      { kind: "deleteTable", table: TABLE },
    ]).flatMap((bytes) => decodeMessages(bytes));
    const seen = messages.map(({ type, flags }) => `${type.toString(16)} ${flags.toString(16)}`);
    assert.deepEqual(seen, ["10 1", "a00 401", "a02 5", "11 1"]);
    assert.equal(hex(messages[0]?.payload ?? new Uint8Array()), "0000000a");
  });

  test("an element is a list of keys in a set of a table", () => {
    const key = Uint8Array.of(10, 0, 0, 3);
    const change = { kind: "addElements", table: TABLE, set: "v", keys: [key] } as const;
    const [message] = decodeMessages(encodeBatch([change])[1] ?? new Uint8Array());
    assert.equal(message?.type, 0x0a0c);
    // As nft(8) sends it on a machine whose lower byte comes first: NFTA_SET_ELEM_LIST_TABLE, _SET,
    // _ELEMENTS, and in it an element with a key with a value.
    assert.equal(
      hex(message.payload),
      "02000000" +
        "060001006b000000" +
        "0600020076000000" +
        "14000380" +
        "10000180" +
        "0c000180" +
        "080001000a000003",
    );
  });

  test("a table is read back from what the kernel says of it", () => {
    const payload = Uint8Array.from([10, 0, 0, 0, 6, 0, 1, 0, 0x6b, 0, 0, 0]);
    const table = decodeTable(messageOf(NEW_TABLE, payload));
    assert.deepEqual(table, { ok: true, value: { family: "ipv6", name: "k" } });
  });

  test("decodeTable() says why it refuses", () => {
    const reasonOf = (type: number, bytes: readonly number[]): unknown => {
      const result = decodeTable(messageOf(type, Uint8Array.from(bytes)));
      return result.ok ? undefined : result.error;
    };
    assert.deepEqual(reasonOf(1, []), { kind: "type", got: 1 });
    assert.deepEqual(reasonOf(NEW_TABLE, [2]), { kind: "truncated", need: 4, have: 1 });
    assert.deepEqual(reasonOf(NEW_TABLE, [7, 0, 0, 0]), { kind: "family", got: 7 });
    assert.deepEqual(reasonOf(NEW_TABLE, [2, 0, 0, 0]), { kind: "missing", attribute: 1 });
  });

  test("decodeTable() never throws on any bytes", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 2000; round += 1) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 40) }, () => random() * 256);
      decodeTable(messageOf(NEW_TABLE, bytes));
    }
  });

  test("a question for tables names the family", () => {
    const [message] = decodeMessages(encodeTableDump("ipv6", 9));
    assert.equal(message?.type, 0x0a01);
    assert.equal(message.sequence, 9);
    assert.equal(hex(message.payload), "0a000000");
  });

  test("an interface name fills sixteen bytes", () => {
    assert.equal(hex(interfaceNameBytes("eth0")), "65746830000000000000000000000000");
  });
});
