/** The contract suites on this machine's kernel, in network namespaces made for each test. */
import { test } from "node:test";
import { advertSocketContract } from "../contract/advert-socket.ts";
import { clockContract } from "../contract/clock.ts";
import { firewallContract } from "../contract/firewall.ts";
import { frameSocketContract } from "../contract/frame-socket.ts";
import { linkProbeContract } from "../contract/link-probe.ts";
import { madeLinksContract } from "../contract/made-links.ts";
import { neighbourSocketContract } from "../contract/neighbour-socket.ts";
import { netlinkRoutesContract } from "../contract/netlink-routes.ts";
import { netlinkContract } from "../contract/netlink.ts";
import { openRealNetwork, reasonToSkip } from "./real-network.ts";

const skip = reasonToSkip("the contract suites on the kernel");
if (skip === undefined) {
  clockContract("the kernel", openRealNetwork);
  netlinkContract("the kernel", openRealNetwork);
  netlinkRoutesContract("the kernel", openRealNetwork);
  madeLinksContract("the kernel", openRealNetwork);
  advertSocketContract("the kernel", openRealNetwork);
  frameSocketContract("the kernel", openRealNetwork);
  neighbourSocketContract("the kernel", openRealNetwork);
  firewallContract("the kernel", openRealNetwork);
  linkProbeContract("the kernel", openRealNetwork);
} else {
  test("the contract suites on the kernel", { skip }, () => undefined);
}
