/**
 * Signals as demands. They are caught from the first moment, because the default action of HUP,
 * USR1 and USR2 would end the process; until somebody listens only a stop is remembered.
 */
import type { Demand } from "../daemon/supervisor-parts.ts";

/** glibc's SIGRTMIN+2 and SIGRTMAX-1, which have no names in Node. */
const JSON_SIGNAL = 36;
const CLEAR_STATISTICS_SIGNAL = 63;

const DEMANDS: readonly (readonly [NodeJS.Signals, Demand])[] = [
  ["SIGTERM", "stop"],
  ["SIGHUP", "reload"],
  ["SIGUSR1", "data"],
  ["SIGUSR2", "statistics"],
];

export interface SignalWatch {
  listen(listener: (demand: Demand) => void): void;
}

export function watchSignals(options: { readonly ignoresInterrupt: boolean }): SignalWatch {
  let listener: ((demand: Demand) => void) | undefined;
  let stopWanted = false;
  const hear = (demand: Demand): void => {
    if (listener !== undefined) listener(demand);
    else if (demand === "stop") stopWanted = true;
  };
  for (const [signal, demand] of DEMANDS) {
    process.on(signal, () => {
      hear(demand);
    });
  }
  process.on("SIGINT", () => {
    if (!options.ignoresInterrupt) hear("stop");
  });
  process.on("SIGPIPE", () => undefined);
  return {
    listen: (wanted) => {
      listener = wanted;
      watchRealTimeSignals(hear);
      if (stopWanted) wanted("stop");
    },
  };
}

/** What of Node's own signal watcher is used here; it takes any number, `process.on` only names. */
interface SignalHandle {
  onsignal: () => void;
  start(signal: number): number;
  unref(): void;
}

/**
 * `process.on` knows no real-time signals, whose default action is to end the process. Where the
 * internal watcher is not to be had they stay deadly, as they are for any program.
 */
function watchRealTimeSignals(hear: (demand: Demand) => void): void {
  const binding = (
    process as unknown as { binding?: (name: string) => { Signal?: new () => SignalHandle } }
  ).binding;
  // The only door to it is deprecated in words, and would say so on standard error.
  const hadNoDeprecation = process.noDeprecation;
  process.noDeprecation = true;
  try {
    const Signal = binding?.("signal_wrap").Signal;
    if (Signal === undefined) return;
    for (const [number, demand] of [
      [JSON_SIGNAL, "json"],
      [CLEAR_STATISTICS_SIGNAL, "clearStatistics"],
    ] as const) {
      const handle = new Signal();
      handle.onsignal = () => {
        hear(demand);
      };
      handle.unref();
      handle.start(number);
    }
  } catch {
    // Not offered by this Node.
  } finally {
    process.noDeprecation = hadNoDeprecation ?? false;
  }
}
