/**
 * Waiting for something to become true, with a limit and a sentence for when it does not.
 */
import { setTimeout as delay } from "node:timers/promises";

/** How often to look; a slow guest looks less often. */
const POLL_MS = Number(process.env["LAB_POLL_MS"] ?? 10);

/** Milliseconds since 1970 with the clock's full resolution: the scale of packet time stamps. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

export function sleep(ms: number): Promise<void> {
  return delay(ms);
}

/**
 * Polls until `probe` returns something other than undefined or false, and returns it. `what`
 * completes the sentence "waited N ms for ...".
 */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() >= deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(POLL_MS);
  }
}

/** Fails as soon as `probe` returns a complaint within the period. */
export async function staysTrue(
  what: string,
  periodMs: number,
  probe: () => string | undefined,
): Promise<void> {
  const deadline = performance.now() + periodMs;
  while (performance.now() < deadline) {
    const complaint = probe();
    if (complaint !== undefined) throw new Error(`${what}: ${complaint}`);
    await delay(POLL_MS);
  }
}
