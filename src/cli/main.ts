/**
 * The entry of the program. The VRRP process is started before anything else is looked at, so that
 * its start and the reading of the configuration overlap; everything not needed for that is loaded
 * later. What answers and leaves does not load what starts processes.
 */
import { basename } from "node:path";
import { parseInvocation } from "./command.ts";
import type { Invocation } from "./command.ts";
import { nameProcess } from "./process-name.ts";
import { ownStart } from "./program.ts";
import { takeReplaced } from "./replacement.ts";
import { watchSignals } from "./signals.ts";

async function main(argv: readonly string[]): Promise<void> {
  const invocation = parseInvocation(takeCalledAs() === "genhash" ? ["--genhash", ...argv] : argv);
  if (!invocation.ok) {
    process.stderr.write(`${invocation.error.message}\n`);
    process.exitCode = invocation.error.exitCode;
    return;
  }
  if (invocation.value.kind === "daemon") await startDaemon(invocation.value, argv);
  else await answer(invocation.value);
}

/** The name the program was called by: from the start script, or as an executable of its own. */
function takeCalledAs(): string {
  const { KEEPALIVED_CALLED_AS: told } = process.env;
  // Scripts that we start are not called by it.
  delete process.env["KEEPALIVED_CALLED_AS"];
  return told ?? basename(process.argv0);
}

async function startDaemon(
  invocation: Extract<Invocation, { kind: "daemon" }>,
  argv: readonly string[],
): Promise<void> {
  const { options, remarks } = invocation;
  const { launchDaemon, takeLaunch } = await import("./launch.ts");
  const { startVrrpProcess } = await import("../daemon/vrrp-process.ts");
  const replaced = takeReplaced();
  const launch = takeLaunch();
  const isFirst = launch === undefined && replaced === undefined;
  if (isFirst) for (const remark of remarks) process.stderr.write(`${remark}\n`);
  if (isFirst && !options.foreground) process.exit(await launchDaemon(argv));
  const signals = watchSignals({ ignoresInterrupt: options.ignoresInterrupt });
  const program = ownStart("vrrp");
  const early = options.runsVrrp ? startVrrpProcess(program) : undefined;
  const { compileSparingly } = await import("./compilation.ts");
  compileSparingly("parent");
  nameProcess(["keepalived", ...argv].join(" "), "keepalived");
  const { runDaemon } = await import("./run-daemon.ts");
  process.exit(await runDaemon({ options, argv, early, program, signals, launch, replaced }));
}

async function answer(invocation: Exclude<Invocation, { kind: "daemon" }>): Promise<void> {
  const { answer: run } = await import("./answer.ts");
  process.exitCode = await run(invocation);
}

void main(process.argv.slice(2));
