/** The promises of `AdvertSocket`, whoever implements it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressBytes } from "../../src/base/address.ts";
import type { IpAddress } from "../../src/base/address.ts";
import { Errno, SyscallError } from "../../src/base/failure.ts";
import { milliseconds } from "../../src/base/units.ts";
import { RECEIVE_BURST } from "../../src/sys/ports.ts";
import type {
  AdvertSocket,
  AdvertSocketOptions,
  IncomingAdvert,
  OutgoingAdvert,
} from "../../src/sys/ports.ts";
import { AH_PROTOCOL, signAh, verifyAh, wrapInAh } from "../../src/wire/ah.ts";
import { addToSum, finishSum } from "../../src/wire/checksum.ts";
import { encodeIpv4 } from "../../src/wire/ipv4.ts";
import { address, index } from "../sim/values.ts";
import type { ContractHost, OpenNetwork } from "./network.ts";

const SOON = milliseconds(40);
const GROUP_IPV4 = address("224.0.0.18");
const GROUP_IPV6 = address("ff02::12");

const KEY = Uint8Array.of(0x31, 0x32, 0x33, 0x34, 0, 0, 0, 0);
const MESSAGE = Uint8Array.of(0x31, 51, 100, 1, 0, 100, 0xab, 0xcd, 10, 9, 9, 9);

function multicast(host: ContractHost, group: IpAddress = GROUP_IPV4): AdvertSocketOptions {
  return {
    family: group.includes(":") ? "ipv6" : "ipv4",
    protocol: "vrrp",
    interfaceIndex: host.index,
    interfaceName: host.interfaceName,
    group,
    bindAddress: undefined,
    hopLimit: 255,
    receiveBufferBytes: undefined,
  };
}

function unicast(source: IpAddress, hopLimit = 255): AdvertSocketOptions {
  return {
    family: source.includes(":") ? "ipv6" : "ipv4",
    protocol: "vrrp",
    interfaceIndex: undefined,
    interfaceName: undefined,
    group: undefined,
    bindAddress: source,
    hopLimit,
    receiveBufferBytes: 1_000_000,
  };
}

function ipv4Advert(source: IpAddress, destination: IpAddress, message = MESSAGE): OutgoingAdvert {
  const header = { source, destination, protocol: 112, ttl: 255, identification: 1 };
  return { source, destination, bytes: encodeIpv4(header, message) };
}

function collect(socket: AdvertSocket): IncomingAdvert[] {
  const packets: IncomingAdvert[] = [];
  socket.onPackets((burst) => {
    packets.push(
      ...burst.map((packet) => ({
        ...packet,
        bytes: packet.bytes.slice(),
        authenticated: packet.authenticated?.slice(),
      })),
    );
  });
  return packets;
}

export function advertSocketContract(name: string, open: OpenNetwork): void {
  describe(`advert socket of ${name}`, () => {
    test("an advert in an Authentication Header reaches sockets for it, and no others", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a));
      using plain = b.ports.openAdvertSocket(multicast(b));
      using wrapped = b.ports.openAdvertSocket({ ...multicast(b), protocol: "ah" });
      const [plainly, packets] = [collect(plain), collect(wrapped)];
      const payload = wrapInAh(112, addressBytes(a.ipv4), MESSAGE);
      const header = {
        ...{ source: a.ipv4, destination: GROUP_IPV4 },
        ...{ protocol: AH_PROTOCOL, ttl: 255, identification: 7 },
      };
      const bytes = encodeIpv4(header, payload);
      signAh(bytes, KEY, { sequence: 5, isRouted: false });
      const advert = { source: a.ipv4, destination: GROUP_IPV4, bytes };
      assert.deepEqual(sender.send([advert, ipv4Advert(a.ipv4, GROUP_IPV4)]), []);
      await network.pass(SOON);
      assert.deepEqual(
        plainly.map((packet) => packet.authenticated),
        [undefined],
      );
      assert.deepEqual(
        packets.map((packet) => packet.bytes),
        [MESSAGE],
      );
      const whole = packets[0]?.authenticated ?? new Uint8Array();
      assert.equal(verifyAh(whole, KEY, false), true);
    });

    test("an IPv4 multicast advert reaches the other host and not its sender", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a));
      using receiver = b.ports.openAdvertSocket(multicast(b));
      const [back, packets] = [collect(sender), collect(receiver)];
      assert.deepEqual(sender.send([ipv4Advert(a.ipv4, GROUP_IPV4)]), []);
      await network.pass(SOON);
      const expected: Omit<IncomingAdvert, "age"> = {
        family: "ipv4",
        interfaceIndex: b.index,
        source: a.ipv4,
        destination: GROUP_IPV4,
        ttl: 255,
        bytes: MESSAGE,
        authenticated: undefined,
      };
      const [first, ...more] = packets;
      assert.ok(first !== undefined);
      const { age, ...packet } = first;
      assert.deepEqual([packet, ...more], [expected]);
      assert.ok(age >= 0 && age <= SOON, `an age of ${age} us`);
      assert.deepEqual(back, []);
    });

    test("an IPv6 multicast advert arrives with hop limit and checksum", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a, GROUP_IPV6));
      using receiver = b.ports.openAdvertSocket(multicast(b, GROUP_IPV6));
      const [back, packets] = [collect(sender), collect(receiver)];
      const advert = { source: a.ipv6, destination: GROUP_IPV6, bytes: MESSAGE };
      assert.deepEqual(sender.send([advert]), []);
      await network.pass(SOON);
      assert.deepEqual(back, []);
      const [packet] = packets;
      assert.ok(packet !== undefined && packets.length === 1);
      assert.equal(packet.source, a.ipv6);
      assert.equal(packet.destination, GROUP_IPV6);
      assert.equal(packet.interfaceIndex, b.index);
      assert.equal(packet.ttl, 255);
      assert.deepEqual(packet.bytes.subarray(0, 6), MESSAGE.subarray(0, 6));
      let sum = addToSum(112 + MESSAGE.length, addressBytes(a.ipv6));
      sum = addToSum(sum, addressBytes(GROUP_IPV6));
      assert.equal(finishSum(addToSum(sum, packet.bytes)), 0);
    });

    test("a socket hears its own group only", async () => {
      using network = await open();
      const { a, b } = network;
      const other = address("224.0.0.99");
      using sender = a.ports.openAdvertSocket(multicast(a));
      using first = b.ports.openAdvertSocket(multicast(b));
      using second = b.ports.openAdvertSocket(multicast(b, other));
      const [heard, elsewhere] = [collect(first), collect(second)];
      sender.send([ipv4Advert(a.ipv4, GROUP_IPV4)]);
      await network.pass(SOON);
      assert.deepEqual([heard.length, elsewhere.length], [1, 0]);
    });

    test("unicast adverts come to the socket bound to their destination", async () => {
      using network = await open();
      const { a, b } = network;
      b.addAddress("10.0.0.77/32");
      using sender = a.ports.openAdvertSocket(unicast(a.ipv4));
      using bound = b.ports.openAdvertSocket(unicast(b.ipv4));
      using elsewhere = b.ports.openAdvertSocket(unicast(address("10.0.0.77")));
      const [heard, missed] = [collect(bound), collect(elsewhere)];
      assert.deepEqual(sender.send([ipv4Advert(a.ipv4, b.ipv4)]), []);
      await network.pass(SOON);
      assert.deepEqual(
        heard.map((packet) => [packet.source, packet.destination, packet.interfaceIndex]),
        [[a.ipv4, b.ipv4, b.index]],
      );
      assert.deepEqual(missed, []);
    });

    test("a unicast socket may be bound before its address exists", async () => {
      using network = await open();
      using socket = network.a.ports.openAdvertSocket(unicast(address("10.0.0.99")));
      assert.equal(socket.descriptors.length, 2);
    });

    test("IPv6 unicast adverts carry the hop limit of their socket", async () => {
      using network = await open();
      const { a, b } = network;
      a.addAddress("fd00::1/64");
      b.addAddress("fd00::2/64");
      const [from, to] = [address("fd00::1"), address("fd00::2")];
      using sender = a.ports.openAdvertSocket(unicast(from, 7));
      using receiver = b.ports.openAdvertSocket(unicast(to));
      const packets = collect(receiver);
      assert.deepEqual(sender.send([{ source: from, destination: to, bytes: MESSAGE }]), []);
      await network.pass(SOON);
      assert.deepEqual(
        packets.map((packet) => [packet.source, packet.destination, packet.ttl]),
        [[from, to, 7]],
      );
    });

    test("a burst of 200 arrives whole and in order, however many wake-ups it takes", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a));
      using receiver = b.ports.openAdvertSocket(multicast(b));
      const packets = collect(receiver);
      const adverts = Array.from({ length: 200 }, (_, i) =>
        ipv4Advert(a.ipv4, GROUP_IPV4, Uint8Array.of(0x31, i, 100, 0, 0, 100, 0, 0)),
      );
      assert.ok(adverts.length > RECEIVE_BURST);
      assert.deepEqual(sender.send(adverts), []);
      await network.pass(SOON);
      assert.deepEqual(
        packets.map((packet) => packet.bytes[1]),
        adverts.map((_, i) => i),
      );
    });

    test("more adverts than one system call takes all go", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a));
      const options = { ...multicast(b), receiveBufferBytes: 4_000_000 };
      using receiver = b.ports.openAdvertSocket(options);
      const packets = collect(receiver);
      for (let i = 0; i < 3; i += 1) {
        assert.deepEqual(sender.send(Array(250).fill(ipv4Advert(a.ipv4, GROUP_IPV4))), []);
        await network.pass(SOON);
      }
      assert.equal(packets.length, 750);
    });

    test("an advert that is refused is named, and the others go", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a));
      using receiver = b.ports.openAdvertSocket(multicast(b));
      const packets = collect(receiver);
      const good = ipv4Advert(a.ipv4, GROUP_IPV4);
      const large = ipv4Advert(a.ipv4, GROUP_IPV4, new Uint8Array(1_600));
      assert.deepEqual(sender.send([good, large, good, large]), [
        { index: 1, errno: Errno.EMSGSIZE },
        { index: 3, errno: Errno.EMSGSIZE },
      ]);
      await network.pass(SOON);
      assert.equal(packets.length, 2);
    });

    test("an interface that is down refuses adverts, and takes them again when up", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a));
      using receiver = b.ports.openAdvertSocket(multicast(b));
      const packets = collect(receiver);
      const advert = ipv4Advert(a.ipv4, GROUP_IPV4);
      a.setUp(false);
      assert.deepEqual(sender.send([advert]), [{ index: 0, errno: Errno.ENETUNREACH }]);
      a.setUp(true);
      await network.pass(SOON);
      assert.deepEqual(sender.send([advert]), []);
      await network.pass(SOON);
      assert.equal(packets.length, 1);
    });

    test("opening on an interface that does not exist is refused", async () => {
      using network = await open();
      const options = {
        ...multicast(network.a),
        interfaceName: "nosuch0",
        interfaceIndex: index(4_000),
      };
      for (const group of [GROUP_IPV4, GROUP_IPV6]) {
        const family = group === GROUP_IPV4 ? "ipv4" : "ipv6";
        assert.throws(
          () => network.a.ports.openAdvertSocket({ ...options, family, group }),
          (error: unknown) => error instanceof SyscallError && error.errno === Errno.ENODEV,
        );
      }
    });

    test("a handler may close its own socket; nothing follows", async () => {
      using network = await open();
      const { a, b } = network;
      using sender = a.ports.openAdvertSocket(multicast(a));
      using receiver = b.ports.openAdvertSocket(multicast(b));
      let count = 0;
      receiver.onPackets(() => {
        count += 1;
        receiver[Symbol.dispose]();
      });
      const advert = ipv4Advert(a.ipv4, GROUP_IPV4);
      sender.send([advert, advert, advert]);
      await network.pass(SOON);
      assert.equal(count, 1);
    });
  });
}
