/** The blocks of load balancing at the top level: services, groups, and the SSL context. */
import { familyOf } from "../../base/address.ts";
import type { RootDraft } from "../drafts.ts";
import type { VirtualServerDraft } from "../lvs-drafts.ts";
import { text } from "./arguments.ts";
import type { Keyword } from "./keyword.ts";
import { newName } from "./named.ts";
import { namedList, section } from "./rows.ts";
import { GROUP_MARK, readGroupLine } from "./server-group.ts";
import { sslGrammar } from "./ssl.ts";
import { readTarget, virtualServerGrammar } from "./virtual-server.ts";

const LATER = "load balancing is not done";

export const LVS_BLOCKS: readonly Keyword<RootDraft>[] = [
  section(virtualServerGrammar, {
    name: "virtual_server",
    since: "1.0.3",
    group: "lvs",
    default: "none",
    help: "One LVS service with its real servers.",
    later: LATER,
    title: {
      kind: "service",
      shape: "ADDR [PORT] | fwmark N | group NAME",
      choiceHelp: {
        fwmark: "What a firewall has marked with that number.",
        group: "What a virtual_server_group of that name lists.",
      },
    },
    titleWords: 2,
    open: (root, { words: found, at }, context) => {
      root.hasVirtualServers = true;
      const target = readTarget(found, context);
      if (target === undefined) return undefined;
      const made: VirtualServerDraft = { target, at, realServers: [] };
      if (target.kind === "address") made.family = { value: familyOf(target.address), at };
      root.services.virtualServers.push(made);
      return made;
    },
  }),
  namedList({
    name: "virtual_server_group",
    since: "1.0.3",
    group: "lvs",
    default: "none",
    help: "Named set of addresses, ranges and fwmarks for one virtual server.",
    later: LATER,
    title: text("NAME"),
    item: {
      kind: "member",
      shape: "ADDR[-LAST|-ADDR|/LEN] [PORT] | fwmark N [inet|inet6]",
      choiceHelp: {
        "ADDRESS [PORT]": "One address.",
        "ADDRESS-LAST [PORT]":
          "A range by the last byte, or the last 16 bits of IPv6 in hexadecimal.",
        "ADDRESS-ADDRESS [PORT]": "A range by its two ends.",
        "ADDRESS/MASK [PORT]": "The addresses of a subnet.",
      },
    },
    inside: [GROUP_MARK],
    open: (root, { title }, context) => {
      const name = newName("virtual_server_group", title, context);
      if (name === undefined) return undefined;
      const made = { name, members: [] };
      root.services.groups.push(made);
      return made;
    },
    add: readGroupLine,
  }),
  section(sslGrammar, {
    name: "SSL",
    since: "1.0.3",
    group: "checker",
    default: "auto context",
    help: "Client certificate, key and CA used by SSL_GET.",
    later: "no SSL_GET checks are made",
    open: (root, { at }, { report }) => {
      if (root.services.tlsClient !== undefined) {
        const message = "SSL context already specified - replacing";
        const because = root.services.tlsClient.at;
        report({ severity: "warning", code: "duplicate", message, at, because });
      }
      root.services.tlsClient = { at };
      return root.services.tlsClient;
    },
  }),
];
