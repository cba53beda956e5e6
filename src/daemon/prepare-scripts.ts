/**
 * Every program of a configuration made ready to run, and the model without those that cannot be:
 * an instance must not wait for the result of a script that will never run.
 */
import type { Command } from "../base/command.ts";
import type { Model } from "../config/model.ts";
import {
  notifyScriptIgnoredLine,
  trackScriptDisabledLine,
  unusedScriptLine,
} from "../report/script-check-lines.ts";
import type { LogLine } from "../report/log-line.ts";
import type { NotifyCommands } from "../vrrp/config.ts";
import { prepareCommand } from "./script-commands.ts";
import type { CommandContext, PreparedCommand, ReadyCommand } from "./script-commands.ts";
import type { RunnableScript } from "./script-runner.ts";

export interface PreparedScripts {
  /** The model without track scripts that cannot be run. */
  readonly model: Model;
  readonly checks: readonly RunnableScript[];
  /** Notify, start-up and shut-down programs, and readers of FIFOs; those without an entry are not run. */
  readonly commands: ReadonlyMap<Command, ReadyCommand>;
  readonly lines: readonly LogLine[];
  /** `-t` counts these as complaints; a notify script that is missing is none (Keepalived 2.4). */
  readonly hasDisabledChecks: boolean;
}

type Context = Omit<CommandContext, "global">;

export function prepareScripts(model: Model, context: Context): PreparedScripts {
  const full = { ...context, global: model.global };
  const lines: LogLine[] = [];
  const prepare = (command: Command): PreparedCommand => {
    const result = prepareCommand(command, full);
    lines.push(...result.lines);
    return result;
  };
  const { checks, disabled } = prepareChecks(model, prepare, lines);
  const commands = prepareOthers(model, prepare, lines);
  return {
    model: withoutScripts(model, disabled),
    checks,
    commands,
    lines,
    hasDisabledChecks: disabled.size > 0,
  };
}

type Prepare = (command: Command) => PreparedCommand;

function prepareChecks(
  model: Model,
  prepare: Prepare,
  lines: LogLine[],
): { readonly checks: readonly RunnableScript[]; readonly disabled: ReadonlySet<string> } {
  const used = new Set(model.instances.flatMap((i) => i.trackedScripts.map((t) => t.name)));
  const checks: RunnableScript[] = [];
  const disabled = new Set<string>();
  for (const config of model.scripts) {
    if (!used.has(config.name)) {
      lines.push(unusedScriptLine(config.name));
      continue;
    }
    const result = prepare(config.command);
    if (result.kind === "ready") {
      const { argv, uid, gid, groups } = result.ready;
      checks.push({ config, argv, uid, gid, groups });
    } else {
      disabled.add(config.name);
      lines.push(trackScriptDisabledLine(config.name, result.why));
    }
  }
  return { checks, disabled };
}

function prepareOthers(
  model: Model,
  prepare: Prepare,
  lines: LogLine[],
): ReadonlyMap<Command, ReadyCommand> {
  const commands = new Map<Command, ReadyCommand>();
  const groups = model.syncGroups.map(({ name, notify }) => ({
    name,
    notify: { ...notify, deleted: undefined, masterReceivedLowerPriority: undefined },
  }));
  for (const { name, notify } of [...model.instances, ...groups]) {
    for (const command of notifyCommands(notify)) {
      const result = prepare(command);
      if (result.kind === "ready") commands.set(command, result.ready);
      else lines.push(notifyScriptIgnoredLine(name, command.text));
    }
  }
  const { startupScript, shutdownScript, fifos } = model.global;
  for (const command of [startupScript, shutdownScript, ...fifos.map(({ script }) => script)]) {
    const result = command === undefined ? undefined : prepare(command);
    if (command !== undefined && result?.kind === "ready") commands.set(command, result.ready);
  }
  return commands;
}

function notifyCommands(notify: NotifyCommands): readonly Command[] {
  const all = [
    notify.master,
    notify.backup,
    notify.fault,
    notify.stop,
    notify.deleted,
    notify.masterReceivedLowerPriority,
    notify.any,
  ];
  return all.filter((command) => command !== undefined);
}

function withoutScripts(model: Model, disabled: ReadonlySet<string>): Model {
  if (disabled.size === 0) return model;
  return {
    ...model,
    scripts: model.scripts.filter(({ name }) => !disabled.has(name)),
    instances: model.instances.map((instance) => ({
      ...instance,
      trackedScripts: instance.trackedScripts.filter(({ name }) => !disabled.has(name)),
    })),
  };
}
