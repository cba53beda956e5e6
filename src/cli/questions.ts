/** `keepalived status` and `keepalived why`. */
import { renderNoSuchInstance } from "../report/control-lines.ts";
import type { DaemonSnapshot } from "../report/state.ts";
import { renderStatusJson } from "../report/status-json.ts";
import { renderStatus, renderWhy } from "../report/status.ts";
import type { StatusContext } from "../report/status.ts";
import { systemTimers } from "../sys/linux/timers.ts";
import { askStatus, socketFor } from "./control-client.ts";
import { ExitCode, reportNoAnswer } from "./no-answer.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { paintFor, writeOut } from "./terminal.ts";

/** Entries asked for by `why`: enough to find a few of one instance among many. */
const WHY_JOURNAL = 1_000;

export function runStatus(given: SubcommandArguments): Promise<number> {
  return ask(given, 0, (status) => ({
    code: ExitCode.ok,
    text: given.has("json") ? renderStatusJson(status) : renderStatus(status, context()),
  }));
}

export function runWhy(given: SubcommandArguments): Promise<number> {
  const [name = ""] = given.operands;
  return ask(given, WHY_JOURNAL, (status) => {
    const text = renderWhy(status, name, context());
    const known = status.vrrp?.instances.map((instance) => instance.name) ?? [];
    return text === undefined
      ? { code: ExitCode.failed, text: renderNoSuchInstance(name, known) }
      : { code: ExitCode.ok, text };
  });
}

async function ask(
  given: SubcommandArguments,
  journal: number,
  view: (status: DaemonSnapshot) => { readonly code: number; readonly text: string },
): Promise<number> {
  const socket = socketFor({ pidFile: given.get("pid"), socket: given.get("socket") });
  const answer = await askStatus(socket, journal);
  if (answer.kind !== "answered") return reportNoAnswer(socket, answer);
  const { code, text } = view(answer.status);
  writeOut(code === ExitCode.ok ? process.stdout : process.stderr, text);
  return code;
}

function context(): StatusContext {
  const timers = systemTimers();
  return {
    now: timers.wallClock(),
    toLocalTime: (ms) => timers.localTime(ms),
    paint: paintFor(process.stdout),
  };
}
