/**
 * A reload as the segment sees it: one instance renamed, one changed, one removed, one added, one
 * with another address; all others as if nothing had happened. The real daemon shows what it does
 * where the two have to agree.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import type { DaemonKind } from "../lab/keepalived.ts";
import { sleep, waitFor } from "../lab/wait.ts";
import { soloTest } from "./solo.ts";

const INSTANCES = 30;
const SOON_MS = 20_000;

interface Plan {
  readonly name: string;
  readonly vrid: number;
  readonly priority: number;
  readonly addresses: readonly string[];
}

const address = (vrid: number): string => `10.0.0.${100 + vrid}`;

const before: readonly Plan[] = Array.from({ length: INSTANCES }, (_, index) => ({
  name: `V${index + 1}`,
  vrid: index + 1,
  priority: 150,
  addresses: [address(index + 1)],
}));

/** V1 is renamed, V2 has another priority, V3 is gone, V4 has one address more, V99 is new. */
const after: readonly Plan[] = [
  ...before
    .filter(({ vrid }) => vrid !== 3)
    .map((plan) =>
      plan.vrid === 1
        ? { ...plan, name: "FIRST" }
        : plan.vrid === 2
          ? { ...plan, priority: 140 }
          : plan.vrid === 4
            ? { ...plan, addresses: [address(4), "10.0.0.204"] }
            : plan,
    ),
  { name: "V99", vrid: 99, priority: 150, addresses: ["10.0.0.199"] },
];

const configOf = (plans: readonly Plan[]): string =>
  plans
    .map(
      ({ name, vrid, priority, addresses }) => `vrrp_instance ${name} {
    state BACKUP
    interface eth0
    virtual_router_id ${vrid}
    priority ${priority}
    advert_int 1
    virtual_ipaddress {
        ${addresses.join("\n        ")}
    }
}
`,
    )
    .join("");

describe("a reload as the segment sees it", { concurrency: 2 }, () => {
  for (const kind of ["ours", "real"] as const satisfies readonly DaemonKind[]) {
    soloTest(kind, { kind, config: configOf(before) }, async ({ host, daemon, observer }) => {
      daemon.start();
      await waitFor("all masters", SOON_MS, () =>
        before.every(({ vrid }) => host.holds(address(vrid))),
      );
      // The second set of announcements comes 5 s after the first.
      await sleep(7_500);
      observer.forget();
      await daemon.reload(configOf(after));
      await waitFor("the new address", SOON_MS, () => host.holds("10.0.0.204"));
      await waitFor("the old address to go", SOON_MS, () => !host.holds(address(3)));
      await waitFor("the new instance", SOON_MS, () => host.holds("10.0.0.199"));
      await observer.settle();

      const adverts = observer.adverts();
      const resigned = adverts.filter(({ priority }) => priority === 0).map(({ vrid }) => vrid);
      assert.deepEqual([...new Set(resigned)], [3]);
      const changed = adverts.filter(({ vrid }) => vrid === 2).map(({ priority }) => priority);
      assert.ok(changed.includes(140));
      const announced = new Set(observer.arps().map(({ sender }) => sender));
      // The real daemon announces every address again, ours those of an instance with a new one.
      if (kind === "ours")
        assert.deepEqual([...announced].sort(), ["10.0.0.104", "10.0.0.199", "10.0.0.204"]);
      else for (const one of ["10.0.0.199", "10.0.0.204"]) assert.ok(announced.has(one), one);
      for (const { vrid } of before) {
        if (vrid === 3) continue;
        assert.ok(host.holds(address(vrid)), address(vrid));
        const times = adverts.filter((each) => each.vrid === vrid).map(({ at }) => at);
        const longest = times
          .slice(1)
          .reduce((most, at, i) => Math.max(most, at - (times[i] ?? at)), 0);
        assert.ok(longest < 2_500, `${vrid} was silent for ${longest} ms`);
      }
    });
  }
});
