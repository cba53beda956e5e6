/**
 * Firewall rules on a host that keep VRRP from it, the classic cause of a split brain.
 */
import type { Host } from "./host.ts";

const TABLE = "lab_firewall";

/** Drops protocol 112, both families: `in` what arrives, `out` what leaves. */
export async function dropVrrp(
  host: Host,
  directions: readonly ("in" | "out")[] = ["in", "out"],
): Promise<void> {
  const chains = directions.map((direction) => {
    const hook = direction === "in" ? "input" : "output";
    return `chain ${direction} {
      type filter hook ${hook} priority -300;
      meta l4proto 112 drop
    }`;
  });
  await host.must(["nft", "-f", "-"], {
    input: `table inet ${TABLE} {\n${chains.join("\n")}\n}\n`,
  });
}

export async function allowVrrp(host: Host): Promise<void> {
  await host.must(["nft", "delete", "table", "inet", TABLE]);
}
