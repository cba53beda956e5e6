/** The contract suites on the simulated network. */
import type { Duration } from "../../src/base/units.ts";
import { FakeLan } from "../sim/fake-lan.ts";
import { address, mac } from "../sim/values.ts";
import { advertSocketContract } from "./advert-socket.ts";
import { clockContract } from "./clock.ts";
import { firewallContract } from "./firewall.ts";
import { frameSocketContract } from "./frame-socket.ts";
import { linkProbeContract } from "./link-probe.ts";
import { madeLinksContract } from "./made-links.ts";
import { neighbourSocketContract } from "./neighbour-socket.ts";
import { netlinkRoutesContract } from "./netlink-routes.ts";
import { netlinkContract } from "./netlink.ts";
import type { ContractHost, ContractNetwork } from "./network.ts";

function connect(lan: FakeLan, name: string, number: number): ContractHost {
  const ipv4 = `10.0.0.${number}`;
  const ipv6 = `fe80::ff:fe00:${number}`;
  const hardware = `02:00:00:00:00:0${number}`;
  const addresses = [`${ipv4}/24`, `${ipv6}/64`];
  const index = lan.connect(name, "eth0", { mac: hardware, addresses });
  const host = lan.host(name);
  return {
    ports: host,
    interfaceName: "eth0",
    index,
    mac: mac(hardware),
    ipv4: address(ipv4),
    ipv6: address(ipv6),
    addAddress: (text) => {
      host.addAddress("eth0", text);
    },
    removeAddress: (text) => {
      host.removeAddress("eth0", text);
    },
    setUp: (isUp) => {
      host.setUp("eth0", isUp);
    },
  };
}

function open(): Promise<ContractNetwork> {
  const lan = new FakeLan({ seed: 1 });
  return Promise.resolve({
    a: connect(lan, "a", 1),
    b: connect(lan, "b", 2),
    pass: (span: Duration) => {
      lan.advance(span);
      return Promise.resolve();
    },
    framesAtB: () => lan.frames.filter((frame) => frame.host === "a").map((frame) => frame.bytes),
    [Symbol.dispose]: () => undefined,
  });
}

clockContract("the simulation", open);
netlinkContract("the simulation", open);
netlinkRoutesContract("the simulation", open);
madeLinksContract("the simulation", open);
advertSocketContract("the simulation", open);
frameSocketContract("the simulation", open);
neighbourSocketContract("the simulation", open);
firewallContract("the simulation", open);
linkProbeContract("the simulation", open);
