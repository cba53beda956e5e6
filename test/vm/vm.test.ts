/**
 * The guest's checks as tests of this machine: one boot for all of them, and each told when the
 * guest tells of it. VM_ONLY=PATTERN plays some of them only.
 */
import { after, before, describe, test } from "node:test";
import { complaint } from "../lab/requirements.ts";
import { ACTS } from "./checks/all.ts";
import { Guest } from "./guest.ts";

/** What the guest has that this machine's kernel may lack. */
const MODULES = [
  "veth",
  "bridge",
  "dummy",
  "8021q",
  "bonding",
  "vrf",
  "macvlan",
  "ipvlan",
  "sch_netem",
];
/** For the checks that want them. */
const SPARE_MODULES = ["ah4"];
const PROGRAMS = [
  ...["dash", "env", "mount", "setsid", "unshare", "nsenter"],
  ...["ip", "bridge", "tc", "tcpdump", "keepalived"],
];

const LIMIT_MS = 7 * 60_000;
const MEMORY_MB = 2_048;

describe("in a guest with Debian's kernel", { skip: complaint("vm") ?? false }, () => {
  const only = process.env["VM_ONLY"] ?? "";
  const names = ACTS.flatMap((act) => act.names).filter((name) => new RegExp(only).test(name));
  let guest: Guest | undefined;

  before(() => {
    guest = new Guest({
      program: "test/vm/guest-main.ts",
      programs: PROGRAMS,
      modules: MODULES,
      spareModules: SPARE_MODULES,
      checks: names,
      settings: { only },
      memoryMb: MEMORY_MB,
      limitMs: LIMIT_MS,
    });
  });

  after(async () => {
    await guest?.[Symbol.asyncDispose]();
  });

  for (const name of names) {
    test(name, { timeout: LIMIT_MS }, async (context) => {
      const result = await guest?.result(name);
      context.diagnostic(`${result?.milliseconds ?? 0} ms by the guest's clock`);
      if (result?.isOk !== true) throw new Error(result?.detail);
      if (result.detail !== "") context.diagnostic(result.detail);
    });
  }
});
