/**
 * The parent process: reads the configuration, keeps the VRRP process running with it, runs its
 * programs, obeys signals, answers questions, and ends everything in good order.
 */
import { unreachable } from "../base/failure.ts";
import { seconds } from "../base/units.ts";
import type { Model } from "../config/model.ts";
import { controlSocketFailedLine } from "../report/control-lines.ts";
import {
  childStoppedLine,
  configurationFileLine,
  cpuUsageLine,
  inactivePartsLines,
  noConfigurationLine,
  reloadCompleteLine,
  reloadTimeLine,
  startupCompleteLine,
  stoppedLine,
  stoppingLine,
} from "../report/life-lines.ts";
import { problem } from "../report/log-line.ts";
import { renderEvent } from "../report/log-lines.ts";
import { ConfigurationReader } from "./configuration-reader.ts";
import { openControlSocket } from "./control-socket.ts";
import { FirewallInquiry } from "./firewall-culprit.ts";
import { Journal } from "./journal.ts";
import type { FromVrrp } from "./messages.ts";
import { Operator } from "./operator.ts";
import { PlannedWork } from "./planned-work.ts";
import { controlSocketPath, nameSuffix, pidFileNames } from "./pid-files.ts";
import type { PidFiles } from "./pid-files.ts";
import { predecessorsIn } from "./predecessors.ts";
import { prepareScripts } from "./prepare-scripts.ts";
import { ProgramRunner } from "./program-runner.ts";
import { ReloadSchedule } from "./reload-schedule.ts";
import { ServiceReports } from "./service-reports.ts";
import type { Demand, SupervisorParts } from "./supervisor-parts.ts";
import { takePidFiles } from "./take-pid-files.ts";
import { Trackers } from "./trackers.ts";
import { VrrpKeeper } from "./vrrp-keeper.ts";
import type { VrrpProcess } from "./vrrp-process.ts";

/** keepalived.conf(5) child_wait_time, until a configuration says otherwise. */
const DEFAULT_CHILD_WAIT = seconds(5);

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #keeper: VrrpKeeper;
  readonly #programs: ProgramRunner;
  readonly #trackers: Trackers;
  readonly #reader: ConfigurationReader;
  readonly #schedule: ReloadSchedule;
  readonly #planned: PlannedWork;
  readonly #operator: Operator;
  readonly #firewall: FirewallInquiry;
  readonly #service: ServiceReports;
  readonly #journal = new Journal();
  /** Started before its time, until it is used or ended. */
  #early: VrrpProcess | undefined;
  #model: Model | undefined;
  #interfaces = new Map<string, string | undefined>();
  #pidFiles: PidFiles | undefined;
  #control: Promise<Disposable | undefined> = Promise.resolve(undefined);
  #isReady = false;
  #isStopping = false;
  #finish: (code: number) => void = () => undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#early = parts.earlyVrrp;
    this.#programs = new ProgramRunner({
      ...parts,
      self: parts.scripts.self,
      accounts: parts.scripts.accounts,
      changed: (name, status) => {
        this.#note(`check ${name} is ${status}`);
        this.#keeper.tell({
          kind: "tracker",
          update: { kind: "script", name, verdict: status },
        });
      },
    });
    const sourceOf = (name: string): string | undefined => this.#operator.sourceOf(name);
    this.#trackers = new Trackers({ ...parts, sourceOf }, (update) =>
      this.#keeper.tell({ kind: "tracker", update }),
    );
    this.#reader = new ConfigurationReader(parts);
    this.#schedule = new ReloadSchedule({
      ...parts,
      reload: () => {
        this.demand("reload");
      },
    });
    this.#keeper = this.#newKeeper();
    this.#service = new ServiceReports({ ...parts, isAlive: () => this.#keeper.checkLife() });
    this.#planned = new PlannedWork({
      ...parts,
      ...{ keeper: this.#keeper, programs: this.#programs, journal: this.#journal },
      operator: () => this.#operator,
      model: () => this.#model,
      isReady: () => this.#isReady && !this.#isStopping,
      stop: () => {
        this.demand("stop");
      },
    });
    this.#firewall = new FirewallInquiry({
      processes: parts.processes,
      log: (line) => {
        parts.logger.log(line);
      },
      model: () => this.#model,
    });
    this.#operator = new Operator({
      culprit: (instance) => this.#firewall.culprit(instance),
      resumed: this.#planned.handover,
      pid: parts.pid,
      configFile: parts.options.configFile,
      timers: parts.timers,
      logger: parts.logger,
      journal: this.#journal,
      model: () => this.#model,
      wantsVrrp: () => this.#model !== undefined && this.#wantsVrrp(this.#model),
      scripts: () => this.#programs.snapshots(),
      trackers: () => this.#trackers.snapshots(),
      scriptFacts: () => this.#programs.facts(),
      scriptOwners: () => this.#programs.owners(),
      ask: (kind) => this.#keeper.tell({ kind }),
      write: parts.writeDump,
    });
  }

  /** Runs until stopped; resolves with the exit code. */
  run(): Promise<number> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      void this.#start();
    });
  }

  /** Before start-up is complete only a stop is heard. */
  demand(what: Demand): void {
    if (this.#planned.putsOff(what)) return;
    if (what === "stop") void this.#stop(0);
    else if (this.#isReady && !this.#isStopping) this.#obey(what);
  }

  #newKeeper(): VrrpKeeper {
    const { timers, logger, options, startVrrp, pid } = this.#parts;
    return new VrrpKeeper({
      start: startVrrp,
      timers,
      logger,
      respawns: options.respawns,
      options: { keepAddresses: options.keepAddresses, detail: options.detail, parentPid: pid },
      verdicts: () => ({
        scripts: this.#programs.results(),
        ...this.#trackers.verdicts(),
        maintenance: this.#planned.orders,
      }),
      predecessors: () => predecessorsIn(this.#operator.snapshot),
      childWaitTime: () => this.#model?.global.childWaitTime ?? DEFAULT_CHILD_WAIT,
      receive: (message, from) => {
        this.#receive(message, from);
      },
      pidChanged: (vrrpPid) => {
        if (vrrpPid === undefined) {
          this.#operator.setSnapshot(undefined);
          this.#service.setSnapshot(undefined);
          this.#planned.lost();
          if (!this.#isStopping) this.#trackers.witnesses.absent();
        } else this.#pidFiles?.setVrrp(vrrpPid);
      },
      failed: (code) => {
        void this.#stop(code);
      },
    });
  }

  async #start(): Promise<void> {
    const { logger, options, setFileMask } = this.#parts;
    const loaded = this.#reader.first();
    if (loaded.startVerdict !== undefined) {
      this.#endBeforeStart(loaded.startVerdict);
      return;
    }
    const { global } = loaded.model;
    logger.setIdentSuffix(nameSuffix(global));
    logger.log(configurationFileLine(options.configFile));
    const pidFiles = takePidFiles(this.#parts, global);
    if (typeof pidFiles === "number") {
      this.#endBeforeStart(pidFiles);
      return;
    }
    this.#pidFiles = pidFiles;
    if (global.umask !== undefined) setFileMask(global.umask);
    const model = this.#take(loaded.model);
    this.#planned.begin(pidFileNames(options.pidFiles, global).parent);
    const isStart = this.#planned.handover === undefined && global.startupScript !== undefined;
    if (isStart) await this.#programs.runLifeScript("startup_script");
    if (this.#isStopping) return;
    this.#startProcesses(model);
    this.#programs.startChecks();
    this.#control = this.#openControl(model);
  }

  /** Makes a configuration the current one: its programs are found and checked. */
  #take(read: Model): Model {
    const { logger, scripts, options } = this.#parts;
    const prepared = prepareScripts(read, scripts);
    logger.logAll(prepared.lines);
    this.#programs.configure(prepared);
    this.#trackers.configure(prepared.model);
    this.#schedule.configure(prepared.model.global.process.reload.schedule);
    const { model } = prepared;
    this.#model = model;
    this.#interfaces = new Map(model.instances.map((i) => [i.name, i.interfaceName]));
    logger.logAll(
      inactivePartsLines({ virtualServers: model.hasVirtualServers, bfd: model.hasBfd }),
    );
    if (options.dumpsConfiguration) this.#operator.logConfiguration(model);
    return model;
  }

  #wantsVrrp(model: Model): boolean {
    const { runsVrrp, runsAll } = this.#parts.options;
    return runsVrrp && (runsAll || model.instances.length > 0);
  }

  #startProcesses(model: Model): void {
    if (this.#wantsVrrp(model)) {
      if (this.#early !== undefined) this.#keeper.adopt(this.#early);
      this.#early = undefined;
      this.#keeper.configure(this.#planned.firstModel(model));
    } else {
      this.#endEarly();
      this.#parts.logger.log(noConfigurationLine());
      this.#becomeReady();
    }
  }

  async #openControl(model: Model): Promise<Disposable | undefined> {
    const { options, logger } = this.#parts;
    const path = controlSocketPath(pidFileNames(options.pidFiles, model.global).parent);
    try {
      return await openControlSocket(path, (journal) => this.#operator.status(journal), {
        obey: (...order) => this.#planned.order(...order),
        callerOf: this.#parts.planned.callerOf,
      });
    } catch (error: unknown) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.log(controlSocketFailedLine(path, reason));
      return undefined;
    }
  }

  #becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#parts.logger.log(startupCompleteLine());
    this.#service.ready();
    this.#parts.ready();
    this.#planned.ready();
  }

  #receive(message: FromVrrp, pid: number): void {
    const { logger } = this.#parts;
    switch (message.kind) {
      case "running":
        this.#becomeReady();
        // One that started anew has the configuration of a reload that its predecessor had not.
        this.#service.reloaded();
        return;
      case "event": {
        this.#journal.add({ at: message.at, entry: message.event });
        const facts = { interfaceName: this.#interfaces.get(message.event.instance) };
        const source = { ident: "Keepalived_vrrp", pid, at: message.at } as const;
        logger.logAll(renderEvent(message.event, facts), source);
        this.#programs.heard(message.event);
        this.#firewall.heard(message.event);
        this.#trackers.witnesses.hear(message.event);
        this.#planned.heard(message.event);
        return;
      }
      case "planned":
        this.#planned.answered(message);
        return;
      case "line":
        logger.log(message, { ident: "Keepalived_vrrp", pid, at: message.at });
        return;
      case "notify":
        this.#programs.notify(message.instance, message.state, message.priority);
        return;
      case "notifyGroup":
        this.#programs.notifyGroup(message.group, message.state);
        return;
      case "snapshot":
        this.#operator.setSnapshot(message.snapshot);
        this.#service.setSnapshot(message.snapshot);
        return;
      case "reloaded":
        this.#programs.reloaded();
        logger.logAll([reloadCompleteLine(), reloadTimeLine(message.tookUs)]);
        this.#service.reloaded();
        return;
      case "fatal":
        logger.log(problem(message.text), { ident: "Keepalived_vrrp", pid });
        return;
      case "stopped":
        logger.log(childStoppedLine(), { ident: "Keepalived_vrrp", pid });
        return;
      // The keeper deals with these.
      case "loaded":
      case "alive":
      case "gaveUp":
        return;
      default:
        unreachable(message);
    }
  }

  #obey(what: Exclude<Demand, "stop">): void {
    switch (what) {
      case "reload":
        this.#reload();
        return;
      case "data":
      case "statistics":
      case "clearStatistics":
      case "json":
        void this.#operator.dump(what);
        return;
      default:
        unreachable(what);
    }
  }

  #reload(): void {
    const { logger } = this.#parts;
    this.#service.reloading();
    const read = this.#reader.again(this.#model);
    if (read === undefined) {
      this.#service.reloadRefused();
      return;
    }
    this.#note("the configuration was reloaded");
    const model = this.#take(read);
    // First, so that the VRRP process gets the results that are still good.
    this.#programs.startChecks();
    if (this.#wantsVrrp(model)) {
      if (this.#keeper.reload(model)) return;
      this.#keeper.configure(model);
    } else {
      logger.log(noConfigurationLine());
      void this.#keeper.stop();
    }
    logger.log(reloadCompleteLine());
    this.#service.reloaded();
  }

  #note(text: string): void {
    this.#journal.add({ at: this.#parts.timers.wallClock(), entry: { text } });
  }

  async #stop(code: number): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#service.stopping();
    const { logger, cpuUsage } = this.#parts;
    logger.log(stoppingLine());
    this.#endEarly();
    this.#programs.stopChecks();
    this.#trackers.stop();
    this.#planned.stop();
    this.#schedule.stop();
    this.#programs.beginStop();
    await this.#keeper.stop();
    await this.#trackers.witnesses.giveBack();
    await this.#programs.notificationsDone();
    await this.#programs.runLifeScript("shutdown_script");
    (await this.#control)?.[Symbol.dispose]();
    this.#pidFiles?.release();
    logger.log(cpuUsageLine(cpuUsage()));
    logger.log(stoppedLine());
    this.#finish(code);
  }

  #endBeforeStart(code: number): void {
    this.#endEarly();
    this.#parts.logger.log(stoppedLine());
    this.#finish(code);
  }

  /** It has no model yet, hence nothing to give up. */
  #endEarly(): void {
    this.#early?.kill("SIGKILL");
    this.#early = undefined;
  }
}
