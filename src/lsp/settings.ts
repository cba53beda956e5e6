/** What a user may set in an editor: which file is the main one, and for which machine it is. */
import { absolutePath } from "../config/source.ts";

export interface Settings {
  /** Absolute; the file that includes the others. */
  readonly mainFile: string | undefined;
  /** As `-i`. */
  readonly configId: string | undefined;
  /** The configuration is for this machine: its interfaces and programs are looked for. */
  readonly isForThisMachine: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  mainFile: undefined,
  configId: undefined,
  isForThisMachine: false,
};

/**
 * Settings from what an editor sends, which may be anything: the settings themselves, or an object
 * that has them under `keepalived`. Relative paths start from `root`; what is not given stays as in
 * `before`.
 */
export function readSettings(sent: unknown, root: string, before: Settings): Settings {
  const outer = recordOf(sent) ?? {};
  const { mainFile, configId, checkThisMachine } = recordOf(outer["keepalived"]) ?? outer;
  return {
    mainFile: isFilled(mainFile) ? absolutePath(root, mainFile) : before.mainFile,
    configId: isFilled(configId) ? configId : before.configId,
    isForThisMachine:
      typeof checkThisMachine === "boolean" ? checkThisMachine : before.isForThisMachine,
  };
}

const isFilled = (value: unknown): value is string => typeof value === "string" && value !== "";

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? { ...value }
    : undefined;
}
