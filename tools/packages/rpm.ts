/**
 * Builds dist/packages/keepalived-ts-VERSION-1.ARCHITECTURE.rpm from packaging/rpm/. Needs rpmbuild,
 * on Debian too.
 *
 *   make rpm VERSION=1.2.3 PACKAGES=/tmp
 */
import { mkdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { KEEPALIVED_VERSION } from "../../src/report/version.ts";
import { partsWithin } from "./licences.ts";
import { compressManual, fillStage, install, must, put, packageVersion, ROOT } from "./stage.ts";

const OUTPUT = resolve(ROOT, process.env["PACKAGES"] ?? "dist/packages");
const LICENCES = "usr/share/licenses/keepalived-ts";

function main(): void {
  const version = packageVersion();
  const top = join(ROOT, "dist/rpmbuild");
  const stage = join(top, "stage");
  fillStage(stage, {});
  // Where RPMs are at home, systemd is.
  rmSync(join(stage, "etc/init.d"), { recursive: true });
  install("LICENSE", join(stage, LICENCES, "LICENSE"), 0o644);
  compressManual(stage);
  put(
    join(stage, LICENCES, "LICENSE.parts"),
    partsWithin(ROOT)
      .map(({ name, text }) => `${name}\n${"=".repeat(name.length)}\n\n${text.trim()}\n`)
      .join("\n\n"),
  );
  const settings = {
    _topdir: top,
    ts_stage: stage,
    ts_version: version,
    ts_provides: KEEPALIVED_VERSION,
  };
  const said = must("rpmbuild", [
    "-bb",
    ...Object.entries(settings).flatMap(([name, value]) => ["--define", `${name} ${value}`]),
    join(ROOT, "packaging/rpm/keepalived-ts.spec"),
  ]);
  const built = /^Wrote: (.*\.rpm)$/m.exec(said)?.[1];
  if (built === undefined) throw new Error(`rpmbuild wrote nothing:\n${said}`);
  mkdirSync(OUTPUT, { recursive: true });
  must("mv", [built, OUTPUT]);
  rmSync(top, { recursive: true });
  console.log(relative(ROOT, join(OUTPUT, built.slice(built.lastIndexOf("/") + 1))));
}

main();
