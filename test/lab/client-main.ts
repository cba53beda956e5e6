/**
 * Asks a URL at a steady pace, each time on a new connection, and prints one line a request: when
 * it was sent, when it was answered, by whom or why not. Runs inside a host of the lab.
 */
import { get } from "node:http";

const [url = "", intervalText = "20", timeoutText = "1000"] = process.argv.slice(2);
const intervalMs = Number(intervalText);
const timeoutMs = Number(timeoutText);

function now(): number {
  return performance.timeOrigin + performance.now();
}

function report(sentAt: number, result: { server?: string; error?: string }): void {
  process.stdout.write(`${JSON.stringify({ sentAt, doneAt: now(), ...result })}\n`);
}

function ask(): void {
  const sentAt = now();
  let isReported = false;
  const once = (result: { server?: string; error?: string }): void => {
    if (isReported) return;
    isReported = true;
    clearTimeout(timer);
    report(sentAt, result);
  };
  const request = get(url, { agent: false }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => (body += text));
    response.on("end", () => {
      if (response.statusCode === 200) once({ server: body.trim() });
      else once({ error: `HTTP ${String(response.statusCode)}` });
    });
    response.on("error", (error) => {
      once({ error: error.message });
    });
  });
  const timer = setTimeout(() => {
    once({ error: "timeout" });
    request.destroy();
  }, timeoutMs);
  request.on("error", (error: NodeJS.ErrnoException) => {
    once({ error: error.code ?? error.message });
  });
}

process.stdout.on("error", () => process.exit(0));
setInterval(ask, intervalMs);
ask();
