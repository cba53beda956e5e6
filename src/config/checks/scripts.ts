/**
 * Programs that the daemon is to run: whether their users exist, whether they can be run as they
 * are, and whether they were written for a shell. What is looked at on disk comes from outside.
 */
import type { Command } from "../../base/command.ts";
import type { Finished } from "../advice.ts";
import type { Diagnostic, Located, Span } from "../diagnostics.ts";
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

type NotRunnable = "check-not-runnable" | "notify-not-runnable";

/** What a program is for, in the words of messages. */
interface Purpose {
  readonly title: string;
  /** The same where it will not run; for checks with Keepalived's words. */
  readonly disabled: string;
  readonly code: NotRunnable;
}

function checkCheck(draft: ScriptDraft, command: Located<Command>, scope: Scope): void {
  const name = draft.name.value;
  const title = `vrrp_script ${name}`;
  const disabled = `Disabling track script ${name}`;
  checkProgram(command, { title, disabled, code: "check-not-runnable" }, scope);
}

function checkNotify(command: Located<Command>, title: string, scope: Scope): void {
  checkProgram(command, { title, disabled: title, code: "notify-not-runnable" }, scope);
}

function checkProgram(command: Located<Command>, purpose: Purpose, scope: Scope): void {
  const { global, surroundings, report } = scope;
  const settings = {
    scriptUser: global.scriptUser,
    scriptSecurity: global.scriptSecurity !== undefined,
  };
  const problems = surroundings.inspectCommand?.(command.value, settings) ?? [];
  for (const problem of problems) {
    // The user of all scripts has been told of at its own line.
    const isTold = command.value.user === undefined && global.scriptUser !== undefined;
    if (problem.kind === "unknown-user" && isTold) continue;
    report({ ...programWords(problem, purpose), at: command.at });
  }
  const runs = problems.every(({ kind }) => kind === "unsafe" || kind === "by-search");
  if (runs) checkShellSyntax(command, purpose.title, scope);
}

function programWords(
  { kind, message, fix }: CommandProblem,
  { title, disabled, code }: Purpose,
): Omit<Diagnostic, "at" | "because"> {
  const more = fix === undefined ? {} : { fix };
  switch (kind) {
    case "unsafe":
      return {
        severity: "warning",
        code: "script-unsafe",
        message: `${title}: ${message}`,
        ...more,
      };
    case "by-search":
      return {
        severity: "warning",
        code: "script-by-search",
        message: `${title}: ${message}`,
        ...more,
      };
    case "disabled":
    case "unknown-user":
      return {
        severity: code === "check-not-runnable" ? "error" : "warning",
        code,
        message: `${disabled}: ${message}`,
        ...more,
      };
  }
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
