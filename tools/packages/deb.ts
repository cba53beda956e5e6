/**
 * Builds dist/packages/keepalived-ts_VERSION_ARCHITECTURE.deb from packaging/deb/. Needs nothing but
 * what every Debian has: no debhelper, no compiler.
 *
 *   make deb VERSION=1.2.3 PACKAGES=/tmp DEBFULLNAME=... DEBEMAIL=... DEB_COMPRESSION=gzip
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { KEEPALIVED_VERSION } from "../../src/report/version.ts";
import { debianDependencies } from "./elf.ts";
import { holderIn, indented, partsWithin } from "./licences.ts";
import {
  buildSeconds,
  fillStage,
  install,
  maintainer,
  must,
  packageVersion,
  ROOT,
  compressManual,
  filesBelow,
  packed,
  put,
} from "./stage.ts";

const RECIPES = join(ROOT, "packaging/deb");
const OUTPUT = resolve(ROOT, process.env["PACKAGES"] ?? "dist/packages");
const DOC = "usr/share/doc/keepalived-ts";
const SCRIPTS = ["preinst", "postinst", "prerm", "postrm"];
/** Debian's packages of Keepalived have an epoch. */
const PROVIDES = `1:${KEEPALIVED_VERSION}`;

function main(): void {
  const version = `${packageVersion()}-1`;
  const architecture = must("dpkg", ["--print-architecture"]).trim();
  const stage = join(ROOT, "dist/stage-deb");
  fillStage(stage, { UNITDIR: "/lib/systemd/system" });
  arrangeForDebian(stage);
  writeDocuments(stage, version);
  writeControl(stage, version, architecture);
  must("find", [stage, "-exec", "touch", "-hd", `@${buildSeconds()}`, "{}", "+"]);
  mkdirSync(OUTPUT, { recursive: true });
  const target = join(OUTPUT, `keepalived-ts_${version}_${architecture}.deb`);
  const compression = `-Z${process.env["DEB_COMPRESSION"] ?? "xz"}`;
  must("dpkg-deb", ["--root-owner-group", compression, "--build", stage, target]);
  rmSync(stage, { recursive: true });
  console.log(relative(ROOT, target));
}

/** What has another place on Debian than elsewhere. */
function arrangeForDebian(stage: string): void {
  rmSync(join(stage, "etc/sysconfig"), { recursive: true });
  install("packaging/deb/default", join(stage, "etc/default/keepalived"), 0o644);
  move(stage, "etc/keepalived/samples", join(DOC, "examples"));
  rmSync(join(stage, "etc/keepalived/keepalived.conf.sample"));
  move(stage, "usr/share/zsh/site-functions", "usr/share/zsh/vendor-completions");
  compressManual(stage);
}

function move(stage: string, from: string, to: string): void {
  mkdirSync(dirname(join(stage, to)), { recursive: true });
  renameSync(join(stage, from), join(stage, to));
}

function writeDocuments(stage: string, version: string): void {
  const date = new Date(buildSeconds() * 1000).toUTCString().replace("GMT", "+0000");
  const changelog = recipe("changelog.in", {
    VERSION: version,
    MAINTAINER: maintainer(),
    DATE: date,
  });
  put(join(stage, DOC, "changelog.Debian.gz"), packed(changelog));
  put(join(stage, DOC, "changelog.gz"), packed(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")));
  const parts = partsWithin(ROOT);
  const copyright = recipe("copyright.in", {
    PARTS: parts
      .map(({ name, text }) =>
        [`Files: ${name}`, `Copyright: ${holderIn(text)}`, `License: of-${name}\n`].join("\n"),
      )
      .join("\n"),
    LICENCES: parts.map(({ name, text }) => `License: of-${name}\n${indented(text)}\n`).join("\n"),
  });
  put(join(stage, DOC, "copyright"), copyright);
  install(
    "packaging/deb/lintian-overrides",
    join(stage, "usr/share/lintian/overrides/keepalived-ts"),
    0o644,
  );
}

function writeControl(stage: string, version: string, architecture: string): void {
  const files = filesBelow(stage);
  const bytes = files.reduce((sum, file) => sum + statSync(join(stage, file)).size, 0);
  const control = recipe("control.in", {
    VERSION: version,
    ARCHITECTURE: architecture,
    MAINTAINER: maintainer(),
    INSTALLED_SIZE: String(Math.ceil(bytes / 1024)),
    DEPENDS: debianDependencies(join(stage, "usr/sbin/keepalived")).join(", "),
    PROVIDES,
  });
  const directory = join(stage, "DEBIAN");
  const conffiles = files.filter((file) => file.startsWith("etc/")).map((file) => `/${file}\n`);
  const sums = files
    .filter((file) => !file.startsWith("etc/"))
    .map((file) => {
      const sum = createHash("md5")
        .update(readFileSync(join(stage, file)))
        .digest("hex");
      return `${sum}  ${file}\n`;
    });
  put(join(directory, "control"), control);
  put(join(directory, "conffiles"), conffiles.join(""));
  put(join(directory, "md5sums"), sums.join(""));
  install("packaging/deb/triggers", join(directory, "triggers"), 0o644);
  const DEFAULTS = readFileSync(join(stage, "etc/default/keepalived"), "utf8").trimEnd();
  for (const script of SCRIPTS) put(join(directory, script), recipe(script, { DEFAULTS }), 0o755);
}

function recipe(name: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(RECIPES, name), "utf8");
  return text.replace(/@([A-Z_]+)@/g, (whole, key: string) => values[key] ?? whole);
}

main();
