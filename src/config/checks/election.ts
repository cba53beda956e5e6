/** Who may become master, and how soon: settings that are accepted and work against the operator. */
import { seconds, toSeconds } from "../../base/units.ts";
import type { Pair } from "../advice.ts";
import { related } from "../diagnostics.ts";
import { complain } from "../scope.ts";
import type { Scope } from "../scope.ts";

export function checkElection(pairs: readonly Pair[], scope: Scope): void {
  for (const pair of pairs) checkPeersAreOthers(pair, scope);
  checkFastAdverts(pairs, scope);
}

/** A router that sends to itself: the line was copied from the other router. */
function checkPeersAreOthers({ draft, config }: Pair, scope: Scope): void {
  if (config.delivery.kind !== "unicast") return;
  const own = draft.unicastSource;
  const here = scope.surroundings.interfaceAddresses?.(config.interfaceName ?? "") ?? [];
  const virtual = new Set(config.addresses.map(({ address }) => address));
  for (const { address } of draft.peers?.list ?? []) {
    const isSource = address.value === own?.value;
    const isHere = here.some((each) => each.address === address.value);
    if (!isSource && !(isHere && !virtual.has(address.value))) continue;
    const where = isSource ? "its unicast_src_ip" : `an address of ${config.interfaceName ?? ""}`;
    complain(scope, draft, {
      severity: "warning",
      code: "unicast-source-is-peer",
      message: `unicast peer ${address.value} is this router itself: it is ${where}`,
      at: address.at,
      ...(isSource ? related(own.at, "the address adverts are sent from") : {}),
      fix: "list the other routers alone",
    });
  }
}

const ORDINARY_INTERVAL = seconds(1);

/**
 * Under load an ordinary process may wait for tenths of a second, and a backup takes over. Said
 * once, of the fastest: what mends it mends all.
 */
function checkFastAdverts(pairs: readonly Pair[], scope: Scope): void {
  if (scope.global.vrrpRealtimePriority !== undefined) return;
  const fast = pairs.filter(
    ({ draft, config }) =>
      draft.advertInterval !== undefined && config.advertInterval < ORDINARY_INTERVAL,
  );
  const fastest = fast.toSorted((a, b) => a.config.advertInterval - b.config.advertInterval)[0];
  const wanted = fastest?.draft.advertInterval;
  if (fastest === undefined || wanted === undefined) return;
  const { draft, config } = fastest;
  const others = fast.length > 1 ? ` (so have ${fast.length - 1} more)` : "";
  const silence = toSeconds(config.advertInterval) * config.downTimerAdverts;
  complain(scope, draft, {
    severity: "warning",
    code: "fast-adverts",
    message:
      `with adverts every ${toSeconds(config.advertInterval)}s a backup takes over after about ` +
      `${Number(silence.toFixed(2))}s of silence, and a busy machine without real-time priority ` +
      `may be silent for that long${others}`,
    at: wanted.at,
    fix: "set vrrp_rt_priority 50 in global_defs on every router",
  });
}
