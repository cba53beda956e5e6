/** The host that a configuration is checked on: its interfaces, users and programs. */
import { networkInterfaces } from "node:os";
import { parseIpAddress } from "../base/address.ts";
import type { InterfaceAddress, NameTable, Surroundings } from "../config/surroundings.ts";
import { commandProblems } from "../daemon/command-problems.ts";
import { findGroup, findUser, groupNames, userNames } from "../sys/linux/users.ts";
import { interfaceNames } from "./load-configuration.ts";
import { scriptContext } from "./script-context.ts";

/** Everything a check of a file for this host looks at beside the file. */
export function hostSurroundings(netNamespace: string | undefined): Surroundings {
  const context = scriptContext();
  const users: NameTable = { has: (name) => findUser(name) !== undefined, names: userNames };
  const groups: NameTable = { has: (name) => findGroup(name) !== undefined, names: groupNames };
  return {
    // Interfaces of another namespace cannot be looked at without going there.
    ...(netNamespace === undefined
      ? {
          interfaceNames: () => [...interfaceNames()],
          interfaceAddresses: addressTable(),
        }
      : {}),
    users,
    groups,
    inspectCommand: (command, global) => commandProblems(command, { ...context, global }),
  };
}

/** The addresses of interfaces that are up, read once when first asked. */
function addressTable(): (name: string) => readonly InterfaceAddress[] | undefined {
  let table: ReturnType<typeof networkInterfaces> | undefined;
  return (name) => {
    table ??= networkInterfaces();
    return table[name]?.flatMap(({ address, cidr }): readonly InterfaceAddress[] => {
      const value = parseIpAddress(address);
      const length = Number(cidr?.split("/")[1]);
      return value === undefined || Number.isNaN(length) ? [] : [{ address: value, length }];
    });
  };
}
