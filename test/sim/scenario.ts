/**
 * Scenarios in words a network engineer can review: commands, a line of dashes, and the transcript
 * that running them gives. The routers are the daemon's own driver on simulated hosts; time is
 * virtual. `UPDATE=1 npm test` rewrites the transcripts, and the difference is what gets reviewed.
 *
 *     lan r1 prio=150 r2 prio=100      hosts 10.0.0.1, 10.0.0.2 … on one segment, daemons started
 *     run 5s                           let time pass
 *     stop r1 | crash r1 | start r1    TERM; KILL; a new daemon
 *     poweroff r1 | reboot r1          the machine dies; it comes back, with its daemon
 *     suspend r1 10s                   the machine sleeps
 *     freeze r1 | thaw r1 | unplug r1 | plug r1 | down r1 | up r1
 *     script r1 check bad              a check script's verdict
 *     process r1 nginx bad | file r1 maint 1   a process gone, a number in a tracked file
 *     linkbeat r1 down                 its interface runs, but has no link when it is asked
 *     link-del r1 | link-add r1        the interface goes; one of that name comes, with a new index
 *     macvlan-del r1                   its macvlan goes
 *     other-macvlan r1 MAC             one that is none of ours, up, on eth0
 *     rename r1 eth0 eth9              an interface gets another name
 *     bfd r1 peer bad                  a BFD session's verdict
 *     maintenance r1 on                an operator's order, for r1 as a whole; off ends it
 *     switchover r1 force | release r1   an operator has r1 hand its addresses over; or ends that
 *     mute r1 | unmute r1              its own firewall drops its adverts
 *     block r1 r2 | partition r1 r2 | filter | filter r2 | heal | loss 0.2 | delay 5ms
 *     addr-del r1 10.0.0.3/32 | addr-add r1 10.0.0.1/24
 *     route-del r1 198.51.100.0 | rule-del r1 1000
 *     gateway gw 10.0.0.1              a host that answers for that address
 *     witness dies | witness returns | witness loses r1 | witness finds r1
 *     reload r1 prio=90                a new configuration (options replace the old ones)
 *     expect master=r1 holders=r1      checked at once
 *     show adverts | show announcements   summaries of what was on the wire since the last show
 *     show routing                     routes by destination, rules by preference
 */
import { parseMac } from "../../src/base/address.ts";
import { assert } from "../../src/base/failure.ts";
import { seconds } from "../../src/base/units.ts";
import type { Model } from "../../src/config/model.ts";
import { VrrpDriver } from "../../src/daemon/vrrp/driver.ts";
import type { DriverOutput } from "../../src/daemon/vrrp/driver-setup.ts";
import type { LinkInfo } from "../../src/sys/ports.ts";
import { NO_VERDICTS, withUpdate } from "../../src/track/verdicts.ts";
import type { TrackerUpdate, Verdicts } from "../../src/track/verdicts.ts";
import type { InstanceEvent } from "../../src/vrrp/events.ts";
import { FakeLan } from "./fake-lan.ts";
import { address, instanceFrom, instancesFrom, modelOf, parseSpan, parseWords } from "./model.ts";
import { garpGroupsFrom, linksFrom } from "./network-words.ts";
import { SplitPlay } from "./split.ts";
import type { Words } from "./model.ts";

interface Router {
  readonly name: string;
  words: Words;
  driver: VrrpDriver | undefined;
  state: string;
  /** The second instance's, in a sync group with the first. */
  second: string;
  verdicts: Verdicts;
}

export function runScenario(script: string, seed = 1): string {
  const run = new ScenarioRun(seed);
  for (const line of script.split("\n")) {
    const words = line.replace(/#.*/, "").trim().split(/\s+/).filter(Boolean);
    if (words.length > 0) run.command(words);
  }
  return run.transcript.join("\n");
}

export class ScenarioRun {
  readonly transcript: string[] = [];
  readonly lan: FakeLan;
  readonly routers = new Map<string, Router>();
  readonly #split: SplitPlay;
  #advertsShown = 0;
  #framesShown = 0;

  constructor(seed: number) {
    this.lan = new FakeLan({ seed });
    this.#split = new SplitPlay(this.lan);
  }

  command(words: readonly string[]): void {
    const [verb = "", first = "", ...rest] = words;
    const host = (): ReturnType<FakeLan["host"]> => this.lan.host(first);
    const commands: Readonly<Record<string, () => void>> = {
      lan: () => {
        this.#buildLan([first, ...rest]);
      },
      run: () => {
        this.lan.advance(parseSpan(first));
      },
      start: () => {
        this.#start(this.#router(first));
      },
      stop: () => {
        const { driver } = this.#router(first);
        driver?.stop(() => {
          driver[Symbol.dispose]();
        });
      },
      reboot: () => {
        host().reboot();
        host().plug("eth0");
        this.#start(this.#router(first));
      },
      mute: () => {
        host().isMute = true;
      },
      unmute: () => {
        host().isMute = false;
      },
      crash: () => {
        host().crash();
        this.#split.leave(first);
        this.#router(first).state = "dead";
        this.#router(first).driver = undefined;
      },
      poweroff: () => {
        host().powerOff();
        this.#split.leave(first);
        this.#router(first).state = "off";
      },
      freeze: () => {
        host().freeze();
      },
      thaw: () => {
        host().thaw();
      },
      suspend: () => {
        host().suspend(parseSpan(rest[0] ?? ""));
      },
      unplug: () => {
        host().unplug("eth0");
      },
      plug: () => {
        host().plug("eth0");
      },
      down: () => {
        host().setUp("eth0", false);
      },
      up: () => {
        host().setUp("eth0", true);
      },
      script: () => {
        const router = this.#router(first);
        const [name = "", verdict] = rest;
        this.#update(router, {
          ...{ kind: "script", name },
          verdict: verdict === "good" ? "good" : "bad",
        });
      },
      process: () => {
        const [name = "", verdict] = rest;
        this.#update(this.#router(first), {
          ...{ kind: "process", name },
          verdict: verdict === "good" ? "good" : "bad",
        });
      },
      bfd: () => {
        const [name = "", verdict] = rest;
        this.#update(this.#router(first), {
          ...{ kind: "bfd", name },
          verdict: verdict === "good" ? "good" : "bad",
        });
      },
      maintenance: () => {
        const order = { ...{ instance: undefined, since: 0, until: undefined } };
        const orders = rest[0] === "on" ? [{ ...order, reason: undefined, by: undefined }] : [];
        this.#update(this.#router(first), { kind: "maintenance", orders });
      },
      switchover: () => {
        const router = this.#router(first);
        router.driver?.planned.switchover(FIRST, rest[0] === "force", (outcome) => {
          if (outcome.kind === "refused") this.#say(first, `refuses: ${outcome.refusal.kind}`);
        });
      },
      release: () => {
        const outcome = this.#router(first).driver?.planned.release(FIRST);
        if (outcome?.kind === "refused") this.#say(first, `refuses: ${outcome.refusal.kind}`);
      },
      linkbeat: () => {
        if (rest[0] === "down") host().silentLinks.add("eth0");
        else host().silentLinks.delete("eth0");
      },
      "link-del": () => {
        host().kernel.removeLink(host().index("eth0"));
      },
      "macvlan-del": () => {
        host().kernel.removeLink(host().index(macvlansOf(host())[0]?.name ?? ""));
      },
      "other-macvlan": () => {
        const { kernel } = host();
        const mac = parseMac(rest[0] ?? "");
        assert(mac !== undefined, "a MAC address");
        kernel.addLink({ name: "other", mac, kind: "macvlan", parent: host().index("eth0") });
      },
      "link-add": () => {
        this.#connect(first);
      },
      rename: () => {
        const [from = "", to = ""] = rest;
        host().kernel.changeLink(host().index(from), { name: to });
      },
      file: () => {
        const [name = "", value] = rest;
        this.#update(this.#router(first), { kind: "file", name, value: Number(value) });
      },
      block: () => {
        this.lan.block(first, rest[0] ?? "");
      },
      partition: () => {
        this.lan.partition(...[first, ...rest].map((group) => group.split(",")));
      },
      filter: () => {
        this.lan.filterAdverts(first === "" ? undefined : first);
      },
      heal: () => {
        this.lan.heal();
      },
      loss: () => {
        this.lan.setLoss(Number(first));
      },
      delay: () => {
        this.lan.setDelay(parseSpan(first), parseSpan(rest[0] ?? "0s"));
      },
      "addr-del": () => {
        host().removeAddress("eth0", rest[0] ?? "");
      },
      "addr-add": () => {
        host().addAddress("eth0", rest[0] ?? "");
      },
      "route-del": () => {
        const { kernel } = host();
        const route = kernel.routes().find((each) => each.destination === rest[0]);
        assert(route !== undefined, `a route to ${rest[0] ?? ""} on ${first}`);
        kernel.change({ operation: "remove", route });
      },
      "rule-del": () => {
        const { kernel } = host();
        const rule = kernel.rules().find((each) => each.preference === Number(rest[0]));
        assert(rule !== undefined, `a rule with preference ${rest[0] ?? ""} on ${first}`);
        kernel.change({ operation: "remove", rule });
      },
      reload: () => {
        const router = this.#router(first);
        router.words = parseWords(rest);
        const touched = router.driver?.reload(this.#model(router), router.verdicts) ?? 0;
        this.#say(first, `reloaded, ${touched} touched`);
      },
      expect: () => {
        this.#expect(parseWords([first, ...rest]));
      },
      show: () => {
        this.#show(first);
      },
    };
    if (this.#split.command(verb, [first, ...rest])) return;
    const command = commands[verb];
    assert(command !== undefined, `no such command: ${verb}`);
    command();
  }

  /** Names of running hosts whose kernel has the first virtual address now. */
  holders(): readonly string[] {
    return [...this.routers.values()]
      .filter((router) => {
        if (router.state === "off") return false;
        const vip = instanceFrom(router.words).addresses[0]?.address;
        return vip !== undefined && this.lan.host(router.name).kernel.holds(vip);
      })
      .map(({ name }) => name);
  }

  #buildLan(words: readonly string[]): void {
    const shared = words.filter((word) => word.includes("=") || SHARED_FLAGS.has(word));
    let current: string | undefined;
    const own = new Map<string, string[]>();
    for (const word of words) {
      if (/^r[0-9]+$/.test(word)) own.set((current = word), []);
      else if (current !== undefined) own.get(current)?.push(word);
    }
    const common = shared.slice(
      0,
      words.findIndex((word) => /^r[0-9]+$/.test(word)),
    );
    for (const [name, options] of own) {
      this.#connect(name);
      const router: Router = {
        name,
        words: parseWords([...common, ...options]),
        driver: undefined,
        state: "init",
        second: "init",
        verdicts: NO_VERDICTS,
      };
      this.routers.set(name, router);
      this.#start(router);
    }
  }

  #connect(name: string): void {
    const number = name.slice(1);
    this.lan.connect(name, "eth0", {
      mac: `02:00:00:00:00:0${number}`,
      addresses: [`10.0.0.1${number}/24`, `fe80::1${number}/64`],
    });
  }

  #start(router: Router): void {
    router.state = "init";
    router.second = "init";
    const setup = {
      model: this.#model(router),
      options: { keepAddresses: false, detail: false },
      verdicts: router.verdicts,
    };
    const driver = new VrrpDriver(this.lan.host(router.name), setup, this.#outputOf(router));
    router.driver = driver;
    this.#split.attend(router.name, instanceFrom(router.words), (verdict) => {
      this.#update(router, { kind: "witness", name: "VI_1", verdict });
    });
    driver.start();
  }

  #model(router: Router): Model {
    const delay = router.words.get("startup");
    const model = modelOf(
      instancesFrom(router.words),
      delay === undefined ? undefined : parseSpan(delay),
    );
    const delayAfterBoot = parseSpan(router.words.get("boot") ?? "0s");
    return {
      ...model,
      global: { ...model.global, delayAfterBoot },
      links: linksFrom(router.words),
      garpGroups: garpGroupsFrom(router.words),
    };
  }

  #outputOf(router: Router): DriverOutput {
    return {
      event: ({ instance, event }) => {
        if (instance !== SECOND) this.#split.hear(router.name, event);
        const which = instance === SECOND ? "second" : "state";
        const text = describe(event, router[which]);
        if (event.kind === "entered") router[which] = event.state;
        if (event.kind === "stopped") router[which] = "stopped";
        const name = which === "second" ? `${router.name}/${SECOND}` : router.name;
        if (text !== undefined) this.#say(name, text);
      },
      line: (level, text) => {
        if (level !== "info") this.#say(router.name, text);
      },
      notify: () => undefined,
      notifyGroup: (group, state) => {
        this.#say(router.name, `group ${group} is ${state}`);
      },
    };
  }

  #update(router: Router, update: TrackerUpdate): void {
    router.verdicts = withUpdate(router.verdicts, update);
    router.driver?.update(update);
  }

  #router(name: string): Router {
    const router = this.routers.get(name);
    assert(router !== undefined, `no router ${name}`);
    return router;
  }

  #say(name: string, text: string): void {
    this.transcript.push(`${(this.lan.elapsed / 1_000_000).toFixed(3)} ${name} ${text}`);
  }

  #expect(words: Words): void {
    const actual: Record<string, string> = {
      holders: this.holders().join(",") || "nobody",
      master:
        [...this.routers.values()]
          .filter(({ state }) => state === "master")
          .map(({ name }) => name)
          .join(",") || "nobody",
    };
    for (const [key, wanted] of words) {
      const got = actual[key] ?? "";
      assert(got === wanted, `at ${this.lan.elapsed / 1e6} expected ${key}=${wanted}, got ${got}`);
    }
  }

  #routingOf(name: string): string {
    const { kernel } = this.lan.host(name);
    const routes = kernel.routes().map((route) => route.destination ?? "default");
    const rules = kernel.rules().map((rule) => rule.preference);
    return `routes ${routes.join(",") || "none"}, rules ${rules.join(",") || "none"}`;
  }

  #show(what: string): void {
    if (what === "routing") {
      for (const { name } of this.routers.values()) this.#say(name, this.#routingOf(name));
      return;
    }
    if (what === "macvlans") {
      for (const { name } of this.routers.values()) {
        const names = macvlansOf(this.lan.host(name)).map(
          (link) => `${link.name} ${link.mac ?? ""}`,
        );
        this.#say(name, `macvlans: ${names.join(", ") || "none"}`);
      }
      return;
    }
    if (what === "adverts") {
      const adverts = this.lan.adverts.slice(this.#advertsShown);
      this.#advertsShown = this.lan.adverts.length;
      for (const { at, host, bytes, destination } of adverts) {
        const time = (at / 1_000_000).toFixed(3);
        this.transcript.push(`${time} ${host} advert prio ${bytes[2] ?? "?"} to ${destination}`);
      }
      return;
    }
    const frames = this.lan.frames.slice(this.#framesShown);
    this.#framesShown = this.lan.frames.length;
    const counts = new Map<string, number>();
    for (const { at, host } of frames) {
      const key = `${(at / 1_000_000).toFixed(3)} ${host}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, count] of counts) this.transcript.push(`${key} announcements: ${count}`);
  }
}

const FIRST = "VI_1";
/** The instance that `sync=` adds. */
const SECOND = "VI_2";

const macvlansOf = ({ kernel }: ReturnType<FakeLan["host"]>): readonly LinkInfo[] =>
  kernel.links().filter(({ kind }) => kind === "macvlan");

const SHARED_FLAGS = new Set([
  "vmac",
  "xmit_base",
  "norepair",
  "nopreempt",
  "skip_check",
  "higher_advert",
  "lower_no_advert",
]);

/** A transcript line, or nothing for what a reader would only skim. */
function describe(event: InstanceEvent, from: string): string | undefined {
  switch (event.kind) {
    case "entered":
      return `${from} -> ${event.state}${because(event.cause)}`;
    case "stopped":
      return `${from} -> stopped`;
    case "preemptDelayStarted":
      return `preempt delay ${event.delay / seconds(1)}s`;
    case "preemptDelayStopped":
      return "preempt delay cancelled";
    case "intervalLearned":
      return `interval ${event.from / 1000}ms -> ${event.to / 1000}ms`;
    case "priorityChanged":
      return `priority ${event.from} -> ${event.to}`;
    case "faultBegan":
    case "faultEnded":
      return `${event.kind === "faultBegan" ? "fault" : "fault over"}: ${faultText(event.cause)}`;
    case "packetRejected":
      return `rejected a packet of ${event.source}: ${event.rejection.kind}`;
    case "packetOdd":
      return `odd packet of ${event.source}: ${event.rejection.kind}`;
    case "conditionBegan":
      return `${event.condition}: ${event.source ?? event.mac ?? "nobody"}`;
    case "conditionEnded":
      return `${event.condition} of ${event.source ?? event.mac ?? "nobody"} over after ${(event.lasted / seconds(1)).toFixed(3)}s, ${event.count} times`;
    case "proofAwaited":
      return `waits ${(event.wait / seconds(1)).toFixed(3)}s for proof that ${event.interfaceName} receives`;
    case "proofGiven":
      return `${event.interfaceName} receives`;
    case "proofMissing":
      return `no proof that ${event.interfaceName} receives`;
    case "secondOwnerHeard":
      return `hears that ${event.source} owns the address too`;
    case "ownAddressHeard":
      return `heard its own address ${event.source}`;
    case "conflictBegan":
      return `conflict: ${conflictText(event.evidence)}`;
    case "conflictEnded":
      return `conflict over after ${(event.lasted / seconds(1)).toFixed(3)}s${event.yielded ? ", yielding" : ""}`;
    case "addressLost":
      return `address ${event.address} was removed by ${event.by?.name ?? "the kernel"}`;
    case "routeLost":
      return `${event.lost.what} ${event.lost.text} was removed by someone else`;
    case "sendFailed":
      return `cannot send: errno ${event.errno}`;
    case "sendRecovered":
      return "can send again";
    case "priorityZeroReceived":
      return `heard ${event.source} resign`;
    case "lowerPriorityReceived":
      return `hears lower priority ${event.priority} from ${event.source}`;
    case "checksumModeSwitched":
      return "uses the old unicast checksum";
    case "stalled":
      return `did not run for ${(event.gap / seconds(1)).toFixed(3)}s, listens`;
    case "leaseExpired":
      return `did not run for ${(event.gap / seconds(1)).toFixed(3)}s, its addresses are gone`;
    case "leaseRenewedLate":
      return `renews its lease ${(event.late / seconds(1)).toFixed(3)}s late`;
    case "handedOver":
      return `handed over to ${event.to} after ${(event.gap / seconds(1)).toFixed(3)}s`;
    case "holdEnded":
      return `holds back no more (${event.why})`;
    case "isolationChanged":
      return event.isolated ? "is isolated" : "is isolated no more";
    case "takeoverPutOff":
      return `puts its takeover off for ${(event.wait / seconds(1)).toFixed(3)}s (${event.why}: ${event.about})`;
    case "groupFollows":
      return `group ${event.group} follows to ${event.state}`;
    case "lowerPriorityDiscarded":
    case "receiveTimeout":
    case "higherPriorityReceived":
    case "higherAddressReceived":
    case "priorityZeroSent":
    case "masterChanged":
    case "addressesInstalled":
    case "addressesRemoved":
    case "firewallChanged":
    case "announcing":
    case "routingInstalled":
    case "routingRemoved":
      return undefined;
  }
}

function because(cause: Extract<InstanceEvent, { kind: "entered" }>["cause"]): string {
  switch (cause.kind) {
    case "masterDown":
      return ` (silence for ${(cause.waited / seconds(1)).toFixed(3)}s)`;
    case "masterResigned":
      return ` (${cause.source} resigned)`;
    case "preempted":
      return ` (preempts ${cause.source}, priority ${cause.priority})`;
    case "higherPriority":
      return ` (${cause.source} has ${cause.priority}, we ${cause.ours})`;
    case "higherAddress":
      return ` (${cause.source} has the higher address)`;
    case "addressRemoved":
      return " (address removed)";
    case "addressRestored":
      return " (addresses put back)";
    case "routeRemoved":
      return ` (${cause.lost.what} removed)`;
    case "routeRestored":
      return ` (${cause.lost.what} put back)`;
    case "faultsCleared":
      return " (faults cleared)";
    case "owner":
      return " (owner)";
    case "stalled":
      return ` (${cause.source} took over meanwhile)`;
    case "didNotRun":
      return ` (did not run for ${(cause.gap / seconds(1)).toFixed(3)}s)`;
    case "timerExpired":
      return ` (did not run for ${(cause.gap / seconds(1)).toFixed(3)}s)`;
    case "adopted":
      return " (adopted)";
    case "switchover":
      return " (switchover)";
    case "takenBack":
      return " (nobody took over)";
    case "syncGroup":
      return ` (follows ${cause.member})`;
    case "started":
    case "fault":
    case "removed":
    case "stopping":
      return "";
  }
}

function faultText(cause: Extract<InstanceEvent, { kind: "faultBegan" }>["cause"]): string {
  switch (cause.kind) {
    case "interfaceMissing":
      return `${cause.interfaceName} does not exist`;
    case "interfaceDown":
      return `${cause.interfaceName} is down`;
    case "noSourceAddress":
      return `no ${cause.family} address on ${cause.interfaceName}`;
    case "scriptFailed":
      return `script ${cause.script} failed`;
    case "processFailed":
      return `process ${cause.process} failed`;
    case "removedByOthers":
      return `${cause.what} is removed again and again`;
    case "bfdFault":
      return `BFD session ${cause.bfd} failed`;
    case "sourceLost":
      return `source ${cause.address} is gone`;
    case "fileFault":
      return `file ${cause.file} says ${cause.value}`;
    case "maintenance":
      return "maintenance";
    case "scriptPending":
      return `script ${cause.script} has not run`;
    case "isolated":
      return `isolated from ${cause.targets.join(",")}`;
    case "witness":
      return `the witness knows ${cause.holder}`;
    case "witnessLapsed":
      return "its lease with the witness lapses";
    case "memberFault":
      return `${cause.member} of group ${cause.group} is in fault`;
    case "memberPending":
      return `${cause.member} of group ${cause.group} waits`;
    case "kernelRefused":
      return `kernel refused to ${cause.action} (errno ${cause.errno})`;
  }
}

function conflictText(
  evidence: Extract<InstanceEvent, { kind: "conflictBegan" }>["evidence"],
): string {
  return evidence.kind === "advert"
    ? `${evidence.source} is master with priority ${evidence.priority}`
    : `${evidence.mac} answers for ${evidence.address}`;
}

export { address };
