/** `keepalived maintenance`, `switchover` and `restart`: orders to the running daemon. */
import type { OrderRequest, OrderResponse } from "../daemon/control-protocol.ts";
import { LONGEST_MAINTENANCE_MS, REASON_LENGTH } from "../daemon/control-protocol.ts";
import {
  renderOrderJson,
  renderPlannedResult,
  renderRestarted,
  renderRestartLost,
} from "../report/planned-answers.ts";
import type { DaemonSnapshot } from "../report/state.ts";
import { systemTimers } from "../sys/linux/timers.ts";
import { askStatus, sendOrder, socketFor } from "./control-client.ts";
import type { OrderAnswer } from "./control-client.ts";
import { parseSpan } from "./span.ts";
import { ExitCode as AnswerCode, reportNoAnswer } from "./no-answer.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { writeOut } from "./terminal.ts";

/** Beside those of `status`: 2 wrong use, 5 not begun, 6 begun and taken back. */
const ExitCode = { ...AnswerCode, usage: 2, refused: 5, takenBack: 6 } as const;

/** An order that only changes a setting is answered at once. */
const QUICK_MS = 10_000;
/** A switchover takes as long as the slowest peer waits, whatever its interval is. */
const SWITCHOVER_MS = 1_200_000;
/** Between two looks at a daemon that is being replaced, and how long it is looked for. */
const LOOK_MS = 50;
const RESTART_MS = 20_000;

export async function runMaintenance(given: SubcommandArguments): Promise<number> {
  const [word] = given.operands;
  if (word !== "on" && word !== "off") return misuse("maintenance takes on or off");
  const on = word === "on";
  const instance = given.get("instance");
  const [span, reason] = [given.get("for"), given.get("reason")];
  if (!on && (span !== undefined || reason !== undefined)) {
    return misuse("--for and --reason belong to `maintenance on`");
  }
  const forMs = span === undefined ? undefined : parseSpan(span);
  if (span !== undefined && (forMs === undefined || forMs <= 0 || forMs > LONGEST_MAINTENANCE_MS)) {
    return misuse(`--for takes a span such as 30m, 2h or 1d, not '${span}'`);
  }
  if (reason !== undefined && reason.length > REASON_LENGTH) {
    return misuse(`--reason has at most ${REASON_LENGTH} characters`);
  }
  const request = { request: "maintenance", on, instance, forMs, reason } as const;
  return report(given, await order(given, request, QUICK_MS));
}

export async function runSwitchover(given: SubcommandArguments): Promise<number> {
  const [instance = ""] = given.operands;
  const [force, release] = [given.has("force"), given.has("release")];
  if (force && release) return misuse("--force begins a switchover, --release ends one");
  const request = { request: "switchover", instance, force, release } as const;
  return report(given, await order(given, request, SWITCHOVER_MS));
}

export async function runRestart(given: SubcommandArguments): Promise<number> {
  if (!given.has("keep")) {
    return misuse(
      "restart needs --keep; a restart that gives the addresses up is the service manager's: systemctl restart keepalived",
    );
  }
  const socket = socketOf(given);
  const before = await askStatus(socket, 0);
  const begunAt = Date.now();
  const answer = await order(given, { request: "restart" }, QUICK_MS);
  if (answer.kind !== "answered" || !answer.response.ok) return report(given, answer);
  const { done } = answer.response;
  const masters = before.kind === "answered" ? mastersIn(before.status) : [];
  const restarts = done.kind === "restarting" ? done.restarts : 0;
  const found = await replaced(socket, restarts, masters);
  const tookMs = Date.now() - begunAt;
  if (found === undefined) {
    writeOut(process.stderr, renderRestartLost(socket));
    return ExitCode.failed;
  }
  const now = new Set(mastersIn(found));
  const lost = masters.filter((name) => !now.has(name));
  const facts = { tookMs, pid: found.pid, version: found.version, masters, lost };
  if (given.has("json")) {
    writeOut(process.stdout, `${JSON.stringify({ format: 1, restarted: facts }, null, 2)}\n`);
  } else {
    writeOut(process.stdout, renderRestarted(facts));
  }
  return lost.length === 0 ? ExitCode.ok : ExitCode.failed;
}

const mastersIn = ({ vrrp }: DaemonSnapshot): readonly string[] =>
  (vrrp?.instances ?? []).filter(({ state }) => state === "master").map(({ name }) => name);

/** The daemon once it has been replaced and its masters are masters; its last state in any case. */
async function replaced(
  socket: string,
  restarts: number,
  masters: readonly string[],
): Promise<DaemonSnapshot | undefined> {
  let last: DaemonSnapshot | undefined;
  for (const end = Date.now() + RESTART_MS; Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const answer = await askStatus(socket, 0);
    if (answer.kind !== "answered" || (answer.status.restarts ?? 0) < restarts) continue;
    last = answer.status;
    const isComplete = !last.wantsVrrp || last.vrrp !== undefined;
    const now = new Set(mastersIn(last));
    if (isComplete && masters.every((name) => now.has(name))) return last;
  }
  return last;
}

const socketOf = (given: SubcommandArguments): string =>
  socketFor({ pidFile: given.get("pid"), socket: given.get("socket") });

const order = (
  given: SubcommandArguments,
  request: OrderRequest,
  patienceMs: number,
): Promise<OrderAnswer> => sendOrder(socketOf(given), request, patienceMs);

function misuse(text: string): number {
  writeOut(process.stderr, `${text}\n`);
  return ExitCode.usage;
}

function report(given: SubcommandArguments, answer: OrderAnswer): number {
  return answer.kind === "answered"
    ? reportResponse(given.has("json"), answer.response)
    : reportNoAnswer(socketOf(given), answer);
}

function reportResponse(asJson: boolean, response: OrderResponse): number {
  if (asJson) writeOut(process.stdout, renderOrderJson(response));
  if (!response.ok) {
    if (!asJson) writeOut(process.stderr, `${response.error}\n`);
    return response.refused ? ExitCode.refused : ExitCode.failed;
  }
  const { done } = response;
  if (!asJson) {
    const timers = systemTimers();
    const context = { now: timers.wallClock(), toLocalTime: (ms: number) => timers.localTime(ms) };
    writeOut(process.stdout, renderPlannedResult(done, context));
  }
  if (done.kind === "takenBack") return ExitCode.takenBack;
  return "notStored" in done && done.notStored !== undefined ? ExitCode.failed : ExitCode.ok;
}
