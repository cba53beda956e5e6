/**
 * Users and groups from /etc/passwd and /etc/group. Name services that ask the network are left
 * out on purpose: a daemon that decides about the network must not wait for it to start.
 */
import { readFileSync } from "node:fs";

export interface User {
  readonly name: string;
  readonly uid: number;
  /** The primary group. */
  readonly gid: number;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Names of users who have it as a supplementary group. */
  readonly members: readonly string[];
}

/** The user of that name, or of that number where no name matches (passwd(5)). */
export function findUser(nameOrNumber: string, path = "/etc/passwd"): User | undefined {
  const users = readTable(path).flatMap(toUser);
  return (
    users.find((user) => user.name === nameOrNumber) ??
    users.find((user) => String(user.uid) === nameOrNumber)
  );
}

/** The group of that name, or of that number where no name matches (group(5)). */
export function findGroup(nameOrNumber: string, path = "/etc/group"): Group | undefined {
  const groups = readTable(path).flatMap(toGroup);
  return (
    groups.find((group) => group.name === nameOrNumber) ??
    groups.find((group) => String(group.gid) === nameOrNumber)
  );
}

export function userNames(path = "/etc/passwd"): readonly string[] {
  return readTable(path)
    .flatMap(toUser)
    .map(({ name }) => name);
}

export function groupNames(path = "/etc/group"): readonly string[] {
  return readTable(path)
    .flatMap(toGroup)
    .map(({ name }) => name);
}

/** The numbers of the supplementary groups of a user. */
export function supplementaryGroups(userName: string, path = "/etc/group"): readonly number[] {
  return readTable(path)
    .flatMap(toGroup)
    .filter((group) => group.members.includes(userName))
    .map((group) => group.gid);
}

/** Rows of a colon-separated table; a file that is missing has none. */
function readTable(path: string): readonly (readonly string[])[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").map((line) => line.split(":"));
}

function toUser(row: readonly string[]): readonly User[] {
  const [name = "", , uid = "", gid = ""] = row;
  const isRow = name !== "" && /^\d+$/.test(uid) && /^\d+$/.test(gid);
  return isRow ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
}

function toGroup(row: readonly string[]): readonly Group[] {
  const [name = "", , gid = "", members = ""] = row;
  if (name === "" || !/^\d+$/.test(gid)) return [];
  return [{ name, gid: Number(gid), members: members.split(",").filter((m) => m !== "") }];
}
