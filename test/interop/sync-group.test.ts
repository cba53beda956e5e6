/**
 * Sync groups in mixed pairs: two instances change hands together, whoever is on the other side, and
 * the group's own notifications come with the documented words.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { DaemonKind } from "../lab/keepalived.ts";
import { waitFor } from "../lab/wait.ts";
import { pairTest, VIRTUAL_ADDRESS } from "./pair.ts";
import type { Pair } from "./pair.ts";

const SECOND_ADDRESS = "10.0.0.4";
const FAILING = "/root/failing";
const SOON_MS = 15_000;

const instance = (name: string, vrid: number, priority: number, lines: readonly string[]): string =>
  `vrrp_instance ${name} {
    state BACKUP
    interface eth0
    virtual_router_id ${vrid}
    priority ${priority}
    advert_int 1
    ${lines.join("\n    ")}
}
`;

/** Two instances in a group; only the second tracks the check. */
function config(first: number, second: number): string {
  return `global_defs {
    script_user root
    enable_script_security
}
vrrp_script check {
    script "/root/check.sh"
    interval 1
    fall 1
    rise 1
}
vrrp_sync_group G {
    group {
        VI_1
        VI_2
    }
    notify "/root/note.sh"
}
${instance("VI_1", 51, first, ["virtual_ipaddress {", `    ${VIRTUAL_ADDRESS}/24`, "}"])}
${instance("VI_2", 52, second, [
  "virtual_ipaddress {",
  `    ${SECOND_ADDRESS}/24`,
  "}",
  "track_script {",
  "    check",
  "}",
])}`;
}

async function begin(pair: Pair): Promise<void> {
  for (const host of [pair.lb01, pair.lb02]) {
    host.writeFile("/root/check.sh", `#!/bin/sh\ntest ! -e ${FAILING}\n`, 0o755);
    host.writeFile("/root/note.sh", '#!/bin/sh\necho "$@" >>/root/notes\n', 0o755);
    host.writeFile("/root/notes", "", 0o644);
  }
  pair.first.start();
  pair.second.start();
  await pair.waitForStart();
}

async function bothOn(pair: Pair, holder: Pair["lb01"]): Promise<void> {
  await pair.waitForHolder(holder, SOON_MS);
  await pair.waitForHolder(holder, SOON_MS, SECOND_ADDRESS);
}

const PAIRS: readonly (readonly [DaemonKind, DaemonKind])[] = [
  ["ours", "real"],
  ["real", "ours"],
];

describe("sync groups", { concurrency: 2 }, () => {
  for (const [higher, lower] of PAIRS) {
    pairTest(
      `${higher} above ${lower}: the group moves as one, for a check and for a death`,
      {
        sides: [
          { kind: higher, config: config(150, 140) },
          { kind: lower, config: config(100, 90) },
        ],
        start: false,
      },
      async (pair) => {
        await begin(pair);
        await bothOn(pair, pair.lb01);
        pair.lb01.writeFile(FAILING, "", 0o644);
        await bothOn(pair, pair.lb02);
        pair.lb01.removeFile(FAILING);
        await bothOn(pair, pair.lb01);
        if (higher === "ours") {
          await heard(pair.lb01, ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"]);
        }
        await pair.lan.powerOff(pair.lb01);
        await waitFor("the other to take both over", SOON_MS, () =>
          [VIRTUAL_ADDRESS, SECOND_ADDRESS].every((address) => pair.lb02.holds(address)),
        );
        if (lower === "ours") {
          await heard(pair.lb02, ["BACKUP", "MASTER", "BACKUP", "MASTER"]);
        }
      },
    );
  }
});

async function heard(host: Pair["lb01"], states: readonly string[]): Promise<void> {
  const notes = (): readonly string[] =>
    host.readFile("/root/notes").trim().split("\n").filter(Boolean);
  await waitFor("the last note", SOON_MS, () => notes().length >= states.length);
  assert.deepEqual(
    notes(),
    states.map((state) => `GROUP G ${state} 0`),
  );
}
