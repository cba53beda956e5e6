/**
 * Keeping the addresses of masters that must not accept from answering: an instance is shielded
 * before its addresses go on the interface and until they are off. What the kernel has is always
 * the elements of all shielded instances together; it changes in batches, whole or not at all.
 */
import { Errno, SyscallError } from "../../base/failure.ts";
import type { NftablesConfig } from "../../config/model.ts";
import { renderFault } from "../../report/causes.ts";
import { firewallChosenLine, reportsNotMovedLine } from "../../report/vrrp-lines.ts";
import type { Firewall, PreparedBatch } from "../../sys/ports.ts";
import type { Network } from "../../track/network.ts";
import type { InstanceConfig } from "../../vrrp/config.ts";
import type { FaultCause } from "../../vrrp/events.ts";
import type { NftChange } from "../../wire/netlink/nftables.ts";
import {
  elementChanges,
  elementsOf,
  isShielded,
  planLayout,
  rebuildChanges,
  removalChanges,
} from "./firewall-layout.ts";
import type { Element, Layout } from "./firewall-layout.ts";
import type { Macvlan } from "./firewall-macvlans.ts";

/** What an instance will need, encoded ahead of a takeover. */
interface Prepared {
  readonly elements: readonly Element[];
  readonly raise: PreparedBatch;
}

/** An instance of a reloaded configuration that holds its addresses, and what it was called. */
export interface Holder {
  readonly name: string;
  readonly formerName: string;
}

export class FirewallWork implements Disposable {
  readonly #open: () => Firewall;
  #firewall: Firewall | undefined;
  #shielded: ReadonlyMap<string, InstanceConfig> = new Map();
  #options: NftablesConfig;
  #instances: readonly InstanceConfig[] = [];
  #macvlans: readonly Macvlan[] = [];
  /** The kernel cannot send copies of packets: macvlans go without rules. */
  #lacksCopies = false;
  readonly #lines: string[] = [];
  /** What is wanted, and what the kernel has. */
  #wanted: Layout | undefined;
  #made: Layout | undefined;
  #mustTell = false;
  #prepared: ReadonlyMap<string, Prepared> = new Map();
  /** By instance: the elements the kernel has for it. */
  readonly #raised = new Map<string, readonly Element[]>();

  constructor(open: () => Firewall, options: NftablesConfig) {
    this.#open = open;
    this.#options = options;
  }

  /** Says what to shield; the kernel is not touched. */
  configure(instances: readonly InstanceConfig[], options: NftablesConfig): void {
    this.#shielded = new Map(instances.filter(isShielded).map((each) => [each.name, each]));
    this.#options = options;
    this.#instances = instances;
    this.#plan();
    this.#prepared = new Map();
    const usesMacvlans = instances.some(({ vmac }) => vmac.own?.what.kind === "macvlan");
    this.#mustTell = (this.#wanted !== undefined || usesMacvlans) && !options.isAskedFor;
  }

  /** Goes over to the macvlans that are there now. Not being able to is said, and no reason to fail. */
  place(macvlans: readonly Macvlan[]): void {
    if (JSON.stringify(macvlans) === JSON.stringify(this.#macvlans)) return;
    this.#macvlans = macvlans;
    this.#plan();
    if (this.#wanted === undefined) this.end();
    else this.ensure();
  }

  #plan(): void {
    const macvlans = this.#lacksCopies ? [] : this.#macvlans;
    this.#wanted = planLayout(this.#instances, this.#options, macvlans);
  }

  /** Lines for the log, each told once a configuration. */
  takeLines(): readonly string[] {
    const lines = this.#mustTell ? [firewallChosenLine()] : [];
    this.#mustTell = false;
    return [...lines, ...this.#lines.splice(0)];
  }

  /** Takes away what an earlier daemon left and makes the tables; a refusal is met again later. */
  begin(): void {
    if (this.#wanted === undefined) this.#removeStrays();
    else this.ensure();
  }

  /** Encodes what takeovers send, for the interfaces as they are. Cheap when nothing changed. */
  prepare(network: Network): void {
    const layout = this.#wanted;
    if (layout === undefined) return;
    const next = new Map<string, Prepared>();
    for (const config of this.#shielded.values()) {
      const elements = elementsOf(config, this.#options, network);
      const before = this.#prepared.get(config.name);
      const isSame = before !== undefined && sameElements(before.elements, elements);
      const prepared = isSame ? before : this.#prepare(layout, elements);
      if (prepared === undefined) return;
      next.set(config.name, prepared);
      if (!isSame && this.#raised.has(config.name)) this.#hold(config.name, elements);
    }
    this.#prepared = next;
  }

  /** Makes the tables unless they are there; without them no shielded instance can be master. */
  ensure(): FaultCause | undefined {
    const layout = this.#wanted;
    if (layout === undefined || isSame(layout, this.#made)) return undefined;
    const cause = this.#apply(`make the nftables tables ${layout.table}`, [
      ...this.#obsoleteTables(layout),
      ...rebuildChanges(layout, union([...this.#raised.values()])),
    ]);
    if (cause === undefined) this.#made = layout;
    else if (layout.macvlans.length > 0) return this.#ensureWithoutMacvlans(cause);
    return cause;
  }

  /** What cannot be had for them must not keep addresses from being shielded. */
  #ensureWithoutMacvlans(reason: FaultCause): FaultCause | undefined {
    this.#lacksCopies = true;
    this.#plan();
    const cause = this.ensure();
    if (cause === undefined) this.#lines.push(reportsNotMovedLine(renderFault(reason)));
    return cause;
  }

  /** Whether packets to the addresses of an instance must be dropped while it is master. */
  shields(name: string): boolean {
    return this.#shielded.has(name);
  }

  /**
   * Before the addresses of these instances go on; those that accept are passed over. With a cause
   * the addresses of the others must not go on.
   */
  raise(names: readonly string[]): FaultCause | undefined {
    if (this.#wanted === undefined) return undefined;
    const shielded = names.filter((name) => this.shields(name));
    const [first] = shielded;
    if (first === undefined) return undefined;
    const before = new Map(this.#raised);
    for (const name of shielded) {
      const prepared = this.#prepared.get(name);
      if (prepared !== undefined) this.#raised.set(name, prepared.elements);
    }
    const single = shielded.length === 1 ? this.#prepared.get(first)?.raise : undefined;
    const cause = this.#raiseInKernel(shielded, single);
    if (cause === undefined) return undefined;
    // Somebody may have flushed the rules of the host, ours among them.
    if (isAbsence(cause) && this.#rebuild() === undefined) return undefined;
    for (const name of shielded) {
      const elements = before.get(name);
      if (elements === undefined) this.#raised.delete(name);
      else this.#raised.set(name, elements);
    }
    return cause;
  }

  /** After the addresses are off. */
  lower(name: string): void {
    if (!this.#raised.has(name)) return;
    this.#hold(name, []);
    this.#raised.delete(name);
  }

  /**
   * Goes over to a new configuration before addresses change: what was shielded stays so, what
   * will be is added. Followed by `settle`.
   */
  expand(
    next: { readonly instances: readonly InstanceConfig[]; readonly options: NftablesConfig },
    holders: readonly Holder[],
    network: Network,
  ): FaultCause | undefined {
    const former = new Map(this.#raised);
    this.configure(next.instances, next.options);
    for (const { formerName } of holders) this.#raised.delete(formerName);
    for (const { name, formerName } of holders) {
      const config = this.#shielded.get(name);
      const wanted = config === undefined ? [] : elementsOf(config, next.options, network);
      this.#raised.set(name, union([former.get(formerName) ?? [], wanted]));
    }
    if (this.#wanted === undefined) return undefined;
    if (!isSame(this.#wanted, this.#made)) return this.ensure();
    const added = union([...this.#raised.values()]);
    const changes = elementChanges("addElements", this.#wanted, added);
    const cause = this.#apply("drop packets to the addresses of a new configuration", changes);
    return cause !== undefined && isAbsence(cause) ? this.#rebuild() : cause;
  }

  /** Ends the shielding of what the new configuration does not shield; addresses have changed. */
  settle(network: Network): void {
    if (this.#wanted === undefined) {
      this.end();
      return;
    }
    this.prepare(network);
    for (const name of [...this.#raised.keys()]) {
      const elements = this.#prepared.get(name)?.elements ?? [];
      this.#hold(name, elements);
      if (elements.length === 0) this.#raised.delete(name);
    }
  }

  /** Takes the tables away. */
  end(): void {
    this.#raised.clear();
    const made = this.#made;
    if (made === undefined) return;
    const tables = made.families.map((family) => ({ family, name: made.table }));
    this.#apply("remove the nftables tables", tables.flatMap(removalChanges));
    this.#made = undefined;
  }

  [Symbol.dispose](): void {
    this.#firewall?.[Symbol.dispose]();
    this.#firewall = undefined;
  }

  /** Has the kernel drop packets for exactly `elements` on behalf of `name`. */
  #hold(name: string, elements: readonly Element[]): void {
    const before = this.#raised.get(name) ?? [];
    this.#raised.set(name, elements);
    const layout = this.#made;
    if (layout === undefined) return;
    const needed = new Set(union([...this.#raised.values()]).map(({ id }) => id));
    const gone = before.filter(({ id }) => !needed.has(id));
    // What is to go is added first: somebody may have removed it, which must not stop the rest.
    const cause = this.#apply("change the addresses that packets are dropped for", [
      ...elementChanges("addElements", layout, [...elements, ...gone]),
      ...elementChanges("deleteElements", layout, gone),
    ]);
    if (cause !== undefined && isAbsence(cause)) this.#rebuild();
  }

  #raiseInKernel(
    names: readonly string[],
    single: PreparedBatch | undefined,
  ): FaultCause | undefined {
    const action = `drop packets to the addresses of ${names.join(", ")}`;
    if (names.some((name) => !this.#prepared.has(name))) return this.ensure() ?? notReady(action);
    if (this.#wanted === undefined || !isSame(this.#wanted, this.#made)) return this.ensure();
    if (single !== undefined) return this.#send(action, single);
    const elements = union(names.map((name) => this.#raised.get(name) ?? []));
    return this.#apply(action, elementChanges("addElements", this.#wanted, elements));
  }

  #rebuild(): FaultCause | undefined {
    this.#made = undefined;
    return this.ensure();
  }

  /** Tables of ours that the new layout does not renew. */
  #obsoleteTables(next: Layout): readonly NftChange[] {
    const made = this.#made;
    if (made === undefined) return [];
    return made.families
      .filter((family) => made.table !== next.table || !next.families.includes(family))
      .flatMap((family) => removalChanges({ family, name: made.table }));
  }

  #removeStrays(): void {
    try {
      this.#firewall ??= this.#open();
      const strays = this.#firewall.tables().filter(({ name }) => name === this.#options.table);
      this.#firewall.apply(this.#firewall.prepare(strays.flatMap(removalChanges)));
    } catch (error: unknown) {
      // A kernel without nftables has no tables of ours, and nobody here needs them.
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  #prepare(layout: Layout, elements: readonly Element[]): Prepared | undefined {
    try {
      this.#firewall ??= this.#open();
      const changes = elementChanges("addElements", layout, elements);
      return { elements, raise: this.#firewall.prepare(changes) };
    } catch (error: unknown) {
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  }

  #apply(action: string, changes: readonly NftChange[]): FaultCause | undefined {
    try {
      this.#firewall ??= this.#open();
      return this.#send(action, this.#firewall.prepare(changes));
    } catch (error: unknown) {
      return refusalOf(error);
    }
  }

  #send(action: string, batch: PreparedBatch): FaultCause | undefined {
    try {
      const errno = this.#firewall?.apply(batch) ?? 0;
      return errno === 0 ? undefined : { kind: "kernelRefused", action, call: CALL, errno };
    } catch (error: unknown) {
      return refusalOf(error);
    }
  }
}

const CALL = "nfnetlink NFNL_SUBSYS_NFTABLES";

/** Nothing could be encoded, for want of a socket. */
function notReady(action: string): FaultCause {
  return { kind: "kernelRefused", action, call: CALL, errno: Errno.EOPNOTSUPP };
}

function refusalOf(error: unknown): FaultCause {
  if (!(error instanceof SyscallError)) throw error;
  const { action, call, errno } = error;
  return { kind: "kernelRefused", action, call, errno };
}

const isAbsence = (cause: FaultCause): boolean =>
  cause.kind === "kernelRefused" && cause.errno === Errno.ENOENT;

const isSame = (a: Layout | undefined, b: Layout | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

function union(lists: readonly (readonly Element[])[]): readonly Element[] {
  return [...new Map(lists.flat().map((element) => [element.id, element])).values()];
}

const sameElements = (a: readonly Element[], b: readonly Element[]): boolean =>
  a.length === b.length && a.every(({ id }, i) => id === b[i]?.id);
