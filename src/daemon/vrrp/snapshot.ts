/** The VRRP process's part of the state tree, made from the machine's state. */
import { between, toMilliseconds } from "../../base/units.ts";
import type { Instant } from "../../base/units.ts";
import type { InstanceSnapshot, InterfaceSnapshot } from "../../report/state.ts";
import type { Network } from "../../track/network.ts";
import type { VirtualAddress } from "../../vrrp/config.ts";
import { activeFaults } from "../../vrrp/faults.ts";
import type { Expectation } from "../../vrrp/receive.ts";
import type { InstanceState } from "../../vrrp/state.ts";
import { stateName } from "../../vrrp/state.ts";
import { masterDownInterval } from "../../vrrp/timing.ts";

/** Turns points on the monotonic clock into milliseconds since 1970. */
export interface WallClock {
  readonly now: Instant;
  readonly wallMs: number;
}

export const wallTime = (clock: WallClock, at: Instant): number =>
  Math.round(clock.wallMs - toMilliseconds(between(at, clock.now)));

export function instanceSnapshot(
  router: Expectation,
  state: InstanceState,
  installed: number,
  clock: WallClock,
): InstanceSnapshot {
  const { config } = router;
  const { assessment, conflict, masterAdvertInterval } = state;
  return {
    name: config.name,
    interfaceName: config.interfaceName,
    vrid: config.vrid,
    family: config.family,
    version: config.version,
    state: stateName(state),
    wantedState: config.initialState,
    since: wallTime(clock, state.changedAt),
    cause: state.cause,
    basePriority: config.priority,
    effectivePriority: assessment.effectivePriority,
    preempt: config.preempt,
    advertIntervalUs: config.advertInterval,
    masterAdvertIntervalUs: masterAdvertInterval,
    masterDownIntervalUs: masterDownInterval(
      config,
      assessment.effectivePriority,
      masterAdvertInterval,
    ),
    sourceAddress: assessment.source,
    addresses: config.addresses.map(addressText),
    excludedAddresses: config.excludedAddresses.map(addressText),
    installed: installed > 0,
    faults: activeFaults(state),
    conflict:
      conflict?.isConfirmed !== true
        ? undefined
        : {
            evidence: conflict.evidence,
            firstSeen: wallTime(clock, conflict.firstSeen),
            lastSeen: wallTime(clock, conflict.lastSeen),
          },
    master: state.master,
    sendErrno: state.sendErrno,
    counters: state.counters,
  };
}

export const interfaceSnapshots = (
  network: Network,
  macOf: (name: string) => string | undefined,
): readonly InterfaceSnapshot[] =>
  [...network.values()].map(({ name, index, up, mtu, addresses }) => ({
    name,
    index,
    up,
    mtu,
    mac: macOf(name),
    addresses: addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
  }));

const addressText = ({ address, prefixLength }: VirtualAddress): string =>
  `${address}/${prefixLength}`;
