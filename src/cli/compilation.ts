/**
 * How much a function has to run before V8 compiles it for speed. A daemon that reads a file now and
 * then never earns back what V8 spends by default: it was half of a reload.
 */
import { setFlagsFromString } from "node:v8";

/**
 * Bytes of bytecode that a function runs through between two thoughts of compiling it; V8 has
 * 67,584. The parent does the same work only at the next reload. The VRRP process does its own again
 * and again: at four times the default everything it does each second is compiled within seconds,
 * and a reload is not.
 */
const INTERRUPT_BUDGET = { parent: 1_000_000, vrrp: 270_000 } as const;

/** V8 asks for the number each time, so that it may be set while the program runs. */
export function compileSparingly(process: keyof typeof INTERRUPT_BUDGET): void {
  setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET[process]}`);
}
