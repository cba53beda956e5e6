/** `keepalived status` and `keepalived why`. */
import { parseArgs } from "node:util";
import {
  renderNoSuchInstance,
  renderNotAllowed,
  renderNotRunning,
} from "../report/control-lines.ts";
import type { DaemonSnapshot } from "../report/state.ts";
import { renderStatusJson } from "../report/status-json.ts";
import { renderStatus, renderWhy } from "../report/status.ts";
import type { StatusContext } from "../report/status.ts";
import { systemTimers } from "../sys/linux/timers.ts";
import { askStatus, socketFor } from "./control-client.ts";
import { paintFor, writeOut } from "./terminal.ts";

/** Exit codes, as LSB init scripts use them: 3 is "not running". */
const ExitCode = { ok: 0, failed: 1, usage: 2, notRunning: 3, notAllowed: 4 } as const;

/** Entries asked for by `why`: enough to find a few of one instance among many. */
const WHY_JOURNAL = 1_000;

export async function runStatus(words: readonly string[]): Promise<number> {
  const question = parseQuestion(
    words,
    "Usage: keepalived status [--json] [-p PIDFILE | --socket PATH]",
  );
  if (question === undefined) return ExitCode.usage;
  return ask(question, 0, (status) => ({
    code: ExitCode.ok,
    text: question.json ? renderStatusJson(status) : renderStatus(status, context()),
  }));
}

export async function runWhy(words: readonly string[]): Promise<number> {
  const usage = "Usage: keepalived why NAME [-p PIDFILE | --socket PATH]";
  const question = parseQuestion(words, usage);
  if (question === undefined) return ExitCode.usage;
  const [name] = question.names;
  if (name === undefined) {
    writeOut(process.stderr, `${usage}\n`);
    return ExitCode.usage;
  }
  return ask(question, WHY_JOURNAL, (status) => {
    const text = renderWhy(status, name, context());
    const known = status.vrrp?.instances.map((instance) => instance.name) ?? [];
    return text === undefined
      ? { code: ExitCode.failed, text: renderNoSuchInstance(name, known) }
      : { code: ExitCode.ok, text };
  });
}

interface Question {
  readonly json: boolean;
  readonly socket: string;
  readonly names: readonly string[];
}

function parseQuestion(words: readonly string[], usage: string): Question | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        pid: { type: "string", short: "p" },
        socket: { type: "string" },
      },
    });
    return {
      json: values.json === true,
      socket: socketFor({ pidFile: values.pid, socket: values.socket }),
      names: positionals,
    };
  } catch {
    writeOut(process.stderr, `${usage}\n`);
    return undefined;
  }
}

async function ask(
  question: Question,
  journal: number,
  view: (status: DaemonSnapshot) => { readonly code: number; readonly text: string },
): Promise<number> {
  const answer = await askStatus(question.socket, journal);
  switch (answer.kind) {
    case "answered": {
      const { code, text } = view(answer.status);
      writeOut(code === ExitCode.ok ? process.stdout : process.stderr, text);
      return code;
    }
    case "notRunning":
      writeOut(process.stderr, renderNotRunning(question.socket));
      return ExitCode.notRunning;
    case "notAllowed":
      writeOut(process.stderr, renderNotAllowed(question.socket));
      return ExitCode.notAllowed;
    case "failed":
      writeOut(
        process.stderr,
        `The daemon at ${question.socket} gave no answer: ${answer.reason}\n`,
      );
      return ExitCode.failed;
  }
}

function context(): StatusContext {
  const timers = systemTimers();
  return {
    now: timers.wallClock(),
    toLocalTime: (ms) => timers.localTime(ms),
    paint: paintFor(process.stdout),
  };
}
