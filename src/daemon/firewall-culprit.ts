/**
 * Which rule of this machine's own firewall makes an instance mute or deaf. The firewall is listed
 * once when such a condition begins, in the background and by the parent, so that the VRRP process
 * never waits for it: by nft(8), else by iptables-save(8). One listing serves all that ask.
 */
import { seconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import { blamedRule } from "../inspect/firewall-rules.ts";
import type { FilteredAdvert } from "../inspect/firewall-rules.ts";
import { iptablesChains } from "../inspect/iptables-rules.ts";
import { nftChains } from "../inspect/nft-rules.ts";
import type { Model } from "../config/model.ts";
import { culpritLine } from "../report/condition-lines.ts";
import type { LogLine } from "../report/log-line.ts";
import type { FirewallCulprit } from "../report/state.ts";
import type { ProcessPort } from "../sys/ports.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import type { VrrpEvent } from "../vrrp/events.ts";

/** How long a listing may take. */
const LISTING_LIMIT: Duration = seconds(5);
/** The most of a listing that is read; a longer one is not understood. */
const LISTING_BYTES = 4 * 1024 * 1024;

/** Where the programs are: the daemon's own PATH may be anything. */
const PROGRAM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

type Which = FirewallCulprit["condition"];

export interface FirewallInquiryParts {
  readonly processes: ProcessPort;
  readonly log: (line: LogLine) => void;
  readonly model: () => Model | undefined;
}

export class FirewallInquiry {
  readonly #parts: FirewallInquiryParts;
  /** Instances whose condition holds, with the rule that is found. */
  readonly #conditions = new Map<string, { readonly which: Which; rule: string | undefined }>();
  #wanted = new Set<string>();
  #isBusy = false;

  constructor(parts: FirewallInquiryParts) {
    this.#parts = parts;
  }

  /** The rule that makes an instance mute or deaf, where one is found. */
  culprit(instance: string): FirewallCulprit | undefined {
    const { which, rule } = this.#conditions.get(instance) ?? {};
    return which === undefined || rule === undefined ? undefined : { condition: which, rule };
  }

  heard({ instance, event }: VrrpEvent): void {
    switch (event.kind) {
      case "sendFailed":
        this.#begin(instance, "mute");
        return;
      case "conditionBegan":
        if (event.condition === "deaf") this.#begin(instance, "deaf");
        return;
      case "conditionEnded":
        if (event.condition === "deaf") this.#conditions.delete(instance);
        return;
      case "sendRecovered":
      case "conflictEnded":
      case "entered":
      case "stopped":
        this.#conditions.delete(instance);
        return;
      default:
    }
  }

  #begin(instance: string, which: Which): void {
    // To be mute is certain, to be deaf may follow from it.
    if (this.#conditions.get(instance)?.which === "mute") return;
    this.#conditions.set(instance, { which, rule: undefined });
    this.#wanted.add(instance);
    if (!this.#isBusy) void this.#inquire();
  }

  async #inquire(): Promise<void> {
    this.#isBusy = true;
    while (this.#wanted.size > 0) {
      const names = this.#wanted;
      this.#wanted = new Set();
      const ruleset = await this.#list(["nft", "-j", "list", "ruleset"]);
      const tables = ruleset === undefined ? await this.#listTables() : new Map<string, string>();
      for (const name of names) this.#blame(name, ruleset, tables);
    }
    this.#isBusy = false;
  }

  async #listTables(): Promise<ReadonlyMap<string, string>> {
    const ipv4 = await this.#list(["iptables-save"]);
    const ipv6 = await this.#list(["ip6tables-save"]);
    return new Map([
      ["ipv4", ipv4 ?? ""],
      ["ipv6", ipv6 ?? ""],
    ]);
  }

  #blame(name: string, ruleset: string | undefined, tables: ReadonlyMap<string, string>): void {
    const condition = this.#conditions.get(name);
    const config = this.#parts.model()?.instances.find((each) => each.name === name);
    if (condition === undefined || config === undefined) return;
    for (const advert of advertsOf(config, condition.which)) {
      const chains =
        ruleset === undefined
          ? iptablesChains(tables.get(advert.family) ?? "", advert)
          : nftChains(ruleset, advert);
      const rule = hooksOf(advert)
        .map((hook) => blamedRule(chains, hook))
        .find(Boolean);
      if (rule === undefined) continue;
      condition.rule = rule;
      this.#parts.log(culpritLine(name, condition.which, rule));
      return;
    }
  }

  /** What a program writes; undefined when it is not there or fails. */
  async #list(argv: readonly [string, ...string[]]): Promise<string | undefined> {
    const { result } = this.#parts.processes.start({
      argv,
      uid: undefined,
      gid: undefined,
      environment: { PATH: PROGRAM_PATH, LC_ALL: "C" },
      timeout: LISTING_LIMIT,
      killAfter: LISTING_LIMIT,
      captureBytes: LISTING_BYTES,
    });
    const { outcome, outputTail } = await result;
    return outcome.kind === "exited" && outcome.status === 0 ? outputTail : undefined;
  }
}

/** Where what comes in may be dropped, and what goes out. */
const hooksOf = ({ hook }: FilteredAdvert): readonly string[] =>
  hook === "output" ? ["output", "postrouting"] : ["prerouting", "input"];

/** What an instance sends when it is mute; what it should hear when it is deaf. */
function advertsOf(config: InstanceConfig, which: Which): readonly FilteredAdvert[] {
  const { delivery, family, interfaceName, authentication } = config;
  const protocol = authentication.kind === "ah" ? 51 : 112;
  const common = { family, protocol, interfaceName } as const;
  if (delivery.kind === "multicast") {
    const source = which === "mute" ? delivery.source : undefined;
    const hook = which === "mute" ? "output" : "input";
    return [{ ...common, hook, source, destination: delivery.group }];
  }
  return delivery.peers.flatMap(({ address }): readonly FilteredAdvert[] => {
    if (which === "mute") {
      return [{ ...common, hook: "output", source: delivery.source, destination: address }];
    }
    const destination = delivery.source;
    return destination === undefined
      ? []
      : [{ ...common, hook: "input", source: address, destination }];
  });
}
