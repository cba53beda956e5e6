/**
 * The way in: a file's path to a finished model, every diagnostic, and what they mean for the exit
 * code. Three passes: read lines into a tree, the grammar fills drafts, drafts become the model.
 */
import type { BfdInstanceConfig } from "../bfd/config.ts";
import type { ServicesConfig } from "../lvs/config.ts";
import type { InstanceConfig } from "../vrrp/config.ts";
import { collectDiagnostics, related, runVerdict, testVerdict } from "./diagnostics.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { createRootDraft } from "./drafts.ts";
import type { InstanceDraft, RootDraft } from "./drafts.ts";
import { finishBfdInstances } from "./finish-bfd.ts";
import { finishGlobal } from "./finish-global.ts";
import { finishInstance } from "./finish-instance.ts";
import { giveAdvice } from "./advice.ts";
import { checkLater } from "./finish-later.ts";
import { finishGarpGroups, finishLinks } from "./finish-links.ts";
import { finishServices } from "./finish-services.ts";
import { finishStatics, watchingStatics } from "./finish-statics.ts";
import { finishSyncGroups, groupsByMember } from "./finish-sync-group.ts";
import { finishTrackFile, finishTrackProcess } from "./finish-trackers.ts";
import { finishScript } from "./finish-tracking.ts";
import { linkNames } from "./finish-vmac.ts";
import { indexOfPlaces, readStatement } from "./grammar/keyword.ts";
import type { Context, MentionedInterface } from "./grammar/keyword.ts";
import { rootGrammar } from "./grammar/root.ts";
import { createSuggester } from "./nearest.ts";
import type { Model } from "./model.ts";
import { routeNames, rulePreferences } from "./route-names.ts";
import { isMissing, missingInterfaceFix } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { FileSource } from "./source.ts";
import { createServiceChecks } from "./service-checks.ts";
import { takeStatements } from "./statements.ts";
import type { StatementOptions } from "./statements.ts";
import type { Surroundings } from "./surroundings.ts";

export interface LoadOptions extends StatementOptions, Surroundings {
  /** Whether an interface exists now; leave it out to skip those checks. */
  readonly interfaceExists?: (name: string) => boolean;
  /** The same for the network namespace that the file names, or undefined to skip the checks. */
  readonly interfacesOf?: (
    netNamespace: string | undefined,
  ) => ((name: string) => boolean) | undefined;
  /** Whether a program is there; leave it out to take every script for one that would run. */
  readonly programExists?: (program: string) => boolean;
  /** Nothing but diagnostics is wanted: `services` and the drafts of services may stay empty. */
  readonly isOnlyCheck?: boolean;
}

export interface Verdict {
  /** The exit code of `keepalived -t`. */
  readonly test: 0 | 2 | 4 | 5 | 6;
  /** The exit code that ends a start, or undefined when the daemon runs with this model. */
  readonly run: 2 | 6 | undefined;
}

export interface LoadedConfig {
  /** Usable also when there are diagnostics, unless `verdict.run` says otherwise. */
  readonly model: Model;
  /** Load balancing: for the parent and the checkers, of no concern to the VRRP process. */
  readonly services: ServicesConfig;
  /** The same as it was written, with the place of each value. */
  readonly drafts: RootDraft;
  /** The BFD sessions, which are nothing to the VRRP process. */
  readonly bfd: readonly BfdInstanceConfig[];
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, in order. */
  readonly files: readonly string[];
  readonly verdict: Verdict;
}

/** Reads, checks and finishes a configuration; never throws for anything a file may contain. */
export function loadConfig(source: FileSource, options: LoadOptions): LoadedConfig {
  const list = collectDiagnostics();
  const root = createRootDraft();
  const context: Context = {
    report: list.report,
    noticed: new Set(),
    names: new Map(),
    placesOf: indexOfPlaces(rootGrammar.keywords),
    suggest: createSuggester(),
    interfaces: [],
  };
  const { global, services: serviceDrafts } = root;
  const programExists = options.programExists ?? (() => true);
  const serviceChecks =
    options.isOnlyCheck === true
      ? createServiceChecks({ ...context, global, programExists })
      : undefined;
  const { files } = takeStatements(source, options, list.report, (statement) => {
    readStatement(rootGrammar, root, statement, context);
    serviceChecks?.take(serviceDrafts.virtualServers);
  });
  const scope: Scope = {
    global: root.global,
    scripts: new Map(root.scripts.map((script) => [script.name.value, script])),
    source,
    syncGroups: groupsByMember(root.syncGroups, list.report),
    trackFiles: new Map(root.trackFiles.map((file) => [file.name.value, file])),
    trackProcesses: new Map(root.trackProcesses.map((each) => [each.name.value, each])),
    bfdInstances: new Map(root.bfdInstances.map((instance) => [instance.name.value, instance])),
    names: context.names,
    report: list.report,
    suggest: context.suggest,
    interfaceExists: options.interfaceExists ?? options.interfacesOf?.(root.netNamespace?.value),
    programExists,
    surroundings: options,
    routeNames: routeNames(source, {
      distribution: root.global.iprouteUsrDir?.value,
      local: root.global.iprouteEtcDir?.value,
    }),
    rulePreferences: rulePreferences(),
    linkNames: linkNames(root),
  };
  checkMentioned(context.interfaces, scope);
  const model = finishModel(root, source, scope);
  const services = finishServices(root, scope, serviceChecks);
  const bfd = finishBfdInstances(root.bfdInstances, scope);
  const diagnostics = inFileOrder(list.finish(), files);
  return {
    model,
    services,
    drafts: root,
    bfd,
    diagnostics,
    files,
    verdict: { test: testVerdict(diagnostics), run: runVerdict(diagnostics) },
  };
}

function finishModel(root: RootDraft, source: FileSource, scope: Scope): Model {
  const global = finishGlobal(root, source.hostName, scope);
  const scripts = root.scripts
    .map((script) => finishScript(script, scope))
    .filter((script) => script !== undefined);
  const statics = finishStatics(root, scope);
  const instances: InstanceConfig[] = [];
  const taken = new Map<string, InstanceDraft>();
  for (const draft of root.instances) {
    const instance = finishInstance(draft, scope);
    if (instance === undefined || !isFree(instance, draft, taken, scope)) continue;
    instances.push(watchingStatics(instance, statics.watched));
  }
  const syncGroups = finishSyncGroups(root, instances, scope);
  checkLater(root, scope);
  checkScriptSecurity(root, scope);
  giveAdvice({ root, scripts, instances }, scope);
  const { hasVirtualServers, hasBfd } = root;
  const trackFiles = root.trackFiles.map(finishTrackFile).filter((file) => file !== undefined);
  const trackProcesses = root.trackProcesses
    .map(finishTrackProcess)
    .filter((process) => process !== undefined);
  return {
    ...{ global, scripts, trackFiles, trackProcesses },
    ...{ instances, syncGroups, statics: statics.statics, hasVirtualServers, hasBfd },
    trackGroups: statics.trackGroups,
    links: finishLinks(root, instances, scope),
    garpGroups: finishGarpGroups(root, scope),
  };
}

function checkMentioned(mentioned: readonly MentionedInterface[], scope: Scope): void {
  for (const { value, at, purpose } of mentioned) {
    if (!isMissing(scope, value)) continue;
    const message = `WARNING - interface ${value} for ${purpose} doesn't exist`;
    const fix = missingInterfaceFix(scope, value);
    scope.report({ severity: "error", code: "interface", message, at, fix });
  }
}

/** One router id per interface, family and way of delivery; the second user of one is left out. */
function isFree(
  instance: InstanceConfig,
  draft: InstanceDraft,
  taken: Map<string, InstanceDraft>,
  { report }: Scope,
): boolean {
  const { delivery, vrid, family, interfaceName } = instance;
  // Unicast instances may share an id as long as their peers differ.
  const ways =
    delivery.kind === "multicast" ? [delivery.group] : delivery.peers.map((p) => p.address);
  const keys = ways.map((way) => `${interfaceName ?? ""} ${family} ${vrid} ${way}`);
  const key = keys.find((candidate) => taken.has(candidate));
  const other = key === undefined ? undefined : taken.get(key);
  if (other === undefined) {
    for (const free of keys) taken.set(free, draft);
    return true;
  }
  report({
    severity: "error",
    code: "vrid-in-use",
    message:
      `${other.name.value} and ${draft.name.value} both use VRID ${vrid} with ` +
      `${family === "ipv4" ? "IPv4" : "IPv6"} on interface ${interfaceName ?? "(none)"} - ` +
      `${draft.name.value} is ignored`,
    at: draft.vrid?.at ?? draft.name.at,
    ...related(other.vrid?.at ?? other.name.at, `${other.name.value} uses it first`),
    fix: "give each its own virtual_router_id",
  });
  return false;
}

/** Keepalived insists on a decision as soon as any script is configured that would run. */
function checkScriptSecurity(root: RootDraft, { report, global, programExists }: Scope): void {
  if (global.scriptSecurity !== undefined) return;
  const first = [
    ...root.scripts.map((script) => script.command),
    global.startupScript,
    global.shutdownScript,
    ...root.instances.flatMap((instance) => Object.values(instance.notify)),
    ...root.syncGroups.flatMap(({ notify }) => Object.values(notify)),
  ].find((command) => command !== undefined && programExists(command.value.argv[0]));
  if (first === undefined) return;
  report({
    severity: "warning",
    code: "script-security",
    message: "SECURITY VIOLATION - scripts are being executed but script_security not enabled.",
    at: first.at,
    fix: "add enable_script_security to global_defs",
  });
}

/** By place, so that a reader goes through the file once; files in the order they were read. */
function inFileOrder(
  diagnostics: readonly Diagnostic[],
  files: readonly string[],
): readonly Diagnostic[] {
  const rank = new Map(files.map((file, i) => [file, i]));
  const place = ({ at }: Diagnostic): readonly number[] => [
    rank.get(at.file) ?? 0,
    at.line,
    at.column,
  ];
  return [...diagnostics].sort((a, b) => {
    const left = place(a);
    const right = place(b);
    const i = left.findIndex((value, index) => value !== right[index]);
    return i < 0 ? 0 : (left[i] ?? 0) - (right[i] ?? 0);
  });
}
