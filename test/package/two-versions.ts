/** Two versions of a package, with the same program in both: for installations and upgrades. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { must } from "../lab/command.ts";
import { PROJECT_DIRECTORY } from "../lab/namespace.ts";
import { prepareDebian } from "./debian.ts";
import { skipPackages } from "./gate.ts";

export const BUILD_TIMEOUT_MS = 300_000;

export interface TwoVersions {
  /** Why there are none, or false. */
  readonly skip: string | false;
  /** Paths of the files, once the tests run. */
  first: string;
  second: string;
}

/** Builds them before the tests of the file that calls this, and removes them afterwards. */
export function twoVersions(
  kind: "deb" | "rpm",
  settings: Readonly<Record<string, string>> = {},
): TwoVersions {
  const cache = join(PROJECT_DIRECTORY, ".cache");
  mkdirSync(cache, { recursive: true });
  const output = mkdtempSync(join(cache, `${kind}-`));
  const packages: TwoVersions = { skip: skipPackages(kind), first: "", second: "" };
  const tool = join(PROJECT_DIRECTORY, `tools/packages/${kind}.ts`);
  const build = async (version: string): Promise<string> => {
    const said = await must([join(PROJECT_DIRECTORY, "node_modules/.bin/tsx"), tool], {
      env: { ...process.env, ...settings, VERSION: version, PACKAGES: output },
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    return join(PROJECT_DIRECTORY, said.trim());
  };
  before(
    async () => {
      if (packages.skip !== false) return;
      await must([process.execPath, join(PROJECT_DIRECTORY, "tools/single.mjs")], {
        timeoutMs: BUILD_TIMEOUT_MS,
      });
      packages.first = await build("0.0.1");
      packages.second = await build("0.0.2");
      await prepareDebian();
    },
    { timeout: 2 * BUILD_TIMEOUT_MS },
  );
  after(() => {
    rmSync(output, { recursive: true, force: true });
  });
  return packages;
}
