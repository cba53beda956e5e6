/** stand-in */
import { readFileSync } from "node:fs";
import type { LoadedConfiguration } from "../daemon/supervisor.ts";
import type { DaemonOptions } from "./command.ts";
import type { Model } from "../config/model.ts";

export function loadConfiguration(options: DaemonOptions): LoadedConfiguration {
  return {
    model: JSON.parse(readFileSync(options.configFile, "utf8")) as Model,
    lines: [],
    startVerdict: undefined,
    hasErrors: false,
  };
}
