/**
 * What keeps a program of the configuration from running, for its diagnostics: the user it would
 * run as, the file or directory that refuses, and the command that mends it.
 */
import type { Command } from "../base/command.ts";
import type { CommandProblem } from "../config/surroundings.ts";
import {
  notFoundInPathLine,
  resolvedInPathLine,
  wrongFileTypeLine,
} from "../report/script-check-lines.ts";
import { DEFAULT_SCRIPT_USER, findProgram, identityFor } from "./script-commands.ts";
import type { CommandContext } from "./script-commands.ts";
import { inspectScript } from "./script-files.ts";
import type { FileVerdict, Weakness } from "./script-files.ts";

/** Everything that is wrong with a command; empty when it runs and only root can change it. */
export function commandProblems(
  command: Command,
  context: CommandContext,
): readonly CommandProblem[] {
  const [program] = command.argv;
  const identity = identityFor(command, context);
  if ("problem" in identity) {
    const user = command.user ?? context.global.scriptUser?.user ?? DEFAULT_SCRIPT_USER;
    return [
      { kind: "unknown-user", message: identity.problem.text, fix: `run useradd --system ${user}` },
    ];
  }
  if (program.startsWith("<")) return [];
  const { path } = findProgram(program, context.searchPath);
  if (path === undefined) {
    const fix = `write the full path, or install ${program}`;
    return [{ kind: "disabled", message: notFoundInPathLine(program).text, fix }];
  }
  const name = command.user ?? context.global.scriptUser?.user;
  const who = `${name === undefined ? "" : `${name}, `}uid:gid ${identity.uid}:${identity.gid}`;
  const problems = fileProblems(path, inspectScript(path, identity), who, context);
  if (program.includes("/")) return problems;
  const message = resolvedInPathLine(program, path).text;
  return [...problems, { kind: "by-search", message, fix: `write ${path}` }];
}

function fileProblems(
  path: string,
  verdict: FileVerdict,
  who: string,
  context: CommandContext,
): readonly CommandProblem[] {
  switch (verdict.kind) {
    case "missing": {
      const message = `Script ${path} cannot be accessed - ${verdict.reason}`;
      return [{ kind: "disabled", message, fix: "correct the path, or put the program there" }];
    }
    case "notAFile": {
      const fix = "name a program, not a directory or device";
      return [{ kind: "disabled", message: wrongFileTypeLine(path).text, fix }];
    }
    case "notExecutable":
      return [{ kind: "disabled", ...refusal(path, verdict.refusedBy, who) }];
    case "usable":
      if (verdict.weakness === undefined) return [];
      return [
        context.global.scriptSecurity
          ? { kind: "disabled", ...weaknessWords(path, verdict.weakness) }
          : { kind: "unsafe", ...weaknessWords(path, verdict.weakness) },
      ];
  }
}

type Words = Pick<CommandProblem, "message" | "fix">;

function refusal(path: string, refusedBy: string, who: string): Words {
  // A symbolic link is followed, so that the file may have another name.
  const isDirectory = path.startsWith(`${refusedBy}/`) || refusedBy === "/";
  return isDirectory
    ? {
        message: `script '${path}' cannot be reached by ${who}: directory ${refusedBy} does not let it in`,
        fix: `run chmod o+x ${quoted(refusedBy)}, or move the script to a directory that lets everybody in`,
      }
    : {
        message: `script '${path}' is not executable for ${who}`,
        fix: `run chmod 755 ${quoted(refusedBy)}`,
      };
}

function weaknessWords(path: string, { path: part, why }: Weakness): Words {
  const start = `Unsafe permissions found for script '${path}', which runs as root: `;
  return why === "owner"
    ? { message: `${start}${part} does not belong to root`, fix: `run chown root ${quoted(part)}` }
    : {
        message: `${start}others than root may write ${part}`,
        fix: `run chmod go-w ${quoted(part)}`,
      };
}

/** A path as a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
