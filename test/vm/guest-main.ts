/** The program that runs in the guest: act after act, each check told as soon as it has ended. */
import { readFileSync, writeSync } from "node:fs";
import type { Performance } from "./checks.ts";
import { ACTS } from "./checks/all.ts";
import { LAST_LINE, resultText, type CheckResult } from "./tap.ts";

const STANDARD_OUTPUT = 1;

async function resultOf(name: string, performed: Performance): Promise<CheckResult> {
  const start = performance.now();
  const finish = (isOk: boolean, detail: string): CheckResult => ({
    name,
    isOk,
    milliseconds: performance.now() - start,
    detail,
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not finished after ${performed.limitMs} ms`));
    }, performed.limitMs);
  });
  try {
    return finish(true, (await Promise.race([performed.run(), limit])) ?? "");
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return finish(false, `${reason}\n${performed.story()}`);
  } finally {
    clearTimeout(timer);
  }
}

function say(text: string): void {
  writeSync(STANDARD_OUTPUT, text);
}

/** A word `vm.NAME=VALUE` of the kernel's command line. */
function setting(name: string): string | undefined {
  const words = readFileSync("/proc/cmdline", "utf8").trim().split(" ");
  return words.find((word) => word.startsWith(`vm.${name}=`))?.slice(`vm.${name}=`.length);
}

async function main(): Promise<void> {
  const pattern = new RegExp(decodeURIComponent(setting("only") ?? ""));
  const wanted = new Set(ACTS.flatMap(({ names }) => names).filter((name) => pattern.test(name)));
  const report = async (name: string, performed: Performance): Promise<void> => {
    say(resultText(await resultOf(name, performed)));
  };
  for (const act of ACTS) await act.play(wanted, report);
  say(`${LAST_LINE}\n`);
  process.exit(0);
}

await main();
