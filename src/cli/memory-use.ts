/**
 * How V8 uses memory in a daemon that lives for months and mostly waits. Its defaults are made for
 * throughput: space for young objects grows to 16 MB twice, though most of it is garbage.
 */
import { setFlagsFromString } from "node:v8";

/** For the parent, whose work nobody times: space for young objects stays at the 1 MB it begins with. */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
