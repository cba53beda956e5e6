/**
 * Sends frames that a VRRP router must not believe, at a steady rate for some seconds. Runs inside
 * a host of the lab. The frames come in as hexadecimal lines on standard input; prints how many it
 * sent when it is done.
 */
import { createInterface } from "node:readline";
import { FrameSender } from "./posix.ts";

const [device = "eth0", rateText = "10000", secondsText = "3"] = process.argv.slice(2);
const rate = Number(rateText);
const durationMs = Number(secondsText) * 1000;

const frames: Buffer[] = [];
for await (const line of createInterface(process.stdin)) {
  if (line !== "") frames.push(Buffer.from(line, "hex"));
}

using sender = new FrameSender(device);
const startedAt = performance.now();
let sent = 0;
for (;;) {
  const elapsedMs = performance.now() - startedAt;
  if (elapsedMs >= durationMs) break;
  const due = Math.floor((elapsedMs * rate) / 1000);
  while (sent < due) {
    const frame = frames[sent % frames.length];
    if (frame !== undefined) sender.send(frame);
    sent += 1;
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
console.log(sent);
