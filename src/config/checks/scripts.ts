/**
 * Programs that the daemon is to run: whether their users exist, whether they can be run as they
 * are, and whether they were written for a shell. What is looked at on disk comes from outside.
 */
import type { Command } from "../../base/command.ts";
import type { Finished } from "../advice.ts";
import { related } from "../diagnostics.ts";
import type { Located, Span } from "../diagnostics.ts";
import type { ScriptDraft, UserDraft } from "../drafts.ts";
import type { Scope } from "../scope.ts";
import type { CommandProblem, NameTable } from "../surroundings.ts";

export function checkScripts({ root, scripts, instances }: Finished, scope: Scope): void {
  const { global } = scope;
  if (global.scriptUser !== undefined) checkUser(global.scriptUser, "script_user", scope);
  const tracked = new Set(
    [...root.instances, ...root.syncGroups].flatMap((owner) =>
      owner.tracked.filter(({ kind }) => kind === "script").map(({ name }) => name.value),
    ),
  );
  const commands = new Map(scripts.map(({ name, command }) => [name, command]));
  for (const draft of root.scripts) {
    const hasUser = draft.user === undefined || checkUser(draft.user, "user", scope);
    const command = commands.get(draft.name.value);
    if (command === undefined || draft.command === undefined) continue;
    if (!tracked.has(draft.name.value)) reportUnused(draft, scope);
    else if (hasUser) checkCheck(draft, { value: command, at: draft.command.at }, scope);
  }
  const running = new Set(instances.map(({ name }) => name));
  const notifying = [
    ...root.instances.filter(({ name }) => running.has(name.value)),
    ...root.syncGroups,
  ];
  for (const draft of notifying) {
    for (const [kind, command] of Object.entries(draft.notify)) {
      checkNotify(command, `(${draft.name.value}) notify${KEYWORD_END[kind] ?? ""}`, scope);
    }
  }
  if (global.startupScript !== undefined)
    checkNotify(global.startupScript, "startup_script", scope);
  if (global.shutdownScript !== undefined) {
    checkNotify(global.shutdownScript, "shutdown_script", scope);
  }
}

const KEYWORD_END: Readonly<Record<string, string>> = {
  master: "_master",
  backup: "_backup",
  fault: "_fault",
  stop: "_stop",
  deleted: "_deleted",
  masterReceivedLowerPriority: "_master_rx_lower_pri",
};

/** Whether the user and group exist; says so at the place of the one that does not. */
function checkUser(
  { user, group, userAt, groupAt }: UserDraft,
  keyword: string,
  scope: Scope,
): boolean {
  const { users, groups } = scope.surroundings;
  const isUser = reportMissingName({ what: "user", keyword, name: user, at: userAt }, users, scope);
  if (group === undefined) return isUser;
  // keepalived.conf(5): `:GROUP` asks for the user's supplementary groups too.
  const name = group.startsWith(":") ? group.slice(1) : group;
  const isGroup = reportMissingName({ what: "group", keyword, name, at: groupAt }, groups, scope);
  return isUser && isGroup;
}

interface NamedAccount {
  readonly what: "user" | "group";
  readonly keyword: string;
  readonly name: string;
  readonly at: Span | undefined;
}

function reportMissingName(
  { what, keyword, name, at }: NamedAccount,
  table: NameTable | undefined,
  scope: Scope,
): boolean {
  if (table === undefined || at === undefined || table.has(name)) return true;
  const close = scope.suggest(name, table.names());
  const command = what === "user" ? "useradd --system" : "groupadd --system";
  scope.report({
    severity: "error",
    code: "unknown-user",
    message: `${keyword}: the ${what} '${name}' does not exist, so that nothing can run as it`,
    at,
    fix: close === undefined ? `run ${command} ${name}` : `did you mean ${close}?`,
  });
  return false;
}

function reportUnused(draft: ScriptDraft, scope: Scope): void {
  // Where programs are not looked at the daemon says it when it looks.
  if (scope.surroundings.inspectCommand === undefined) return;
  scope.report({
    severity: "notice",
    code: "script-unused",
    message: `vrrp_script ${draft.name.value} is not tracked by any instance and is not run`,
    at: draft.name.at,
    fix: "name it in a track_script block, or remove it",
  });
}

function checkCheck(draft: ScriptDraft, command: Located<Command>, scope: Scope): void {
  const name = draft.name.value;
  const isDisabled = reportProblems(command, `vrrp_script ${name}`, "check-not-runnable", scope);
  if (!isDisabled) checkShellSyntax(command, `vrrp_script ${name}`, scope);
}

function checkNotify(command: Located<Command>, title: string, scope: Scope): void {
  if (reportProblems(command, title, "notify-not-runnable", scope)) return;
  checkShellSyntax(command, title, scope);
}

/** Reports what is wrong with a program, and says whether it will not run. */
function reportProblems(
  { value: command, at }: Located<Command>,
  title: string,
  code: "check-not-runnable" | "notify-not-runnable",
  scope: Scope,
): boolean {
  const { global } = scope;
  const settings = {
    scriptUser: global.scriptUser,
    scriptSecurity: global.scriptSecurity !== undefined,
  };
  const problems = scope.surroundings.inspectCommand?.(command, settings) ?? [];
  for (const problem of problems) {
    // The user of all scripts has been told of at its own line.
    if (problem.kind === "unknown-user" && command.user === undefined && global.scriptUser)
      continue;
    scope.report({
      severity: severityOf(problem, code),
      code: codeOf(problem, code),
      message: `${title}: ${problem.message}`,
      at,
      ...(problem.kind === "unsafe"
        ? related(global.scriptSecurity, "scripts that others can change are refused")
        : {}),
      ...(problem.fix === undefined ? {} : { fix: problem.fix }),
    });
  }
  return problems.some(({ kind }) => kind === "disabled" || kind === "unknown-user");
}

function severityOf(
  { kind }: CommandProblem,
  code: "check-not-runnable" | "notify-not-runnable",
): "error" | "warning" {
  if (kind === "unsafe" || kind === "by-search") return "warning";
  return code === "check-not-runnable" ? "error" : "warning";
}

function codeOf(
  { kind }: CommandProblem,
  code: "check-not-runnable" | "notify-not-runnable",
): "check-not-runnable" | "notify-not-runnable" | "script-unsafe" | "script-by-search" {
  if (kind === "unsafe") return "script-unsafe";
  return kind === "by-search" ? "script-by-search" : code;
}

/** Words that mean something to a shell alone. */
const SHELL_WORD = /^(\|\|?|&&?|;|[0-9&]?>>?(&[0-9])?|<|[0-9&]?>>?[^ ]+|2>&1)$|;$/;

function checkShellSyntax(
  { value: { argv }, at }: Located<Command>,
  title: string,
  scope: Scope,
): void {
  const [program, ...words] = argv;
  const found = words.find((word) => SHELL_WORD.test(word));
  if (found === undefined || program.startsWith("<") || words.includes("-c")) return;
  scope.report({
    severity: "warning",
    code: "shell-syntax",
    message: `${title}: '${found}' is passed to ${program} as a plain word, because no shell reads the command`,
    at,
    fix: "put the commands into a script of their own and name that",
  });
}
