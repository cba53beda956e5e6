/** Finding and checking programs, on real files. Who owns them depends on who runs the tests. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Command } from "../../../src/base/command.ts";
import { seconds } from "../../../src/base/units.ts";
import type { Model } from "../../../src/config/model.ts";
import { prepareScripts } from "../../../src/daemon/prepare-scripts.ts";
import { prepareCommand } from "../../../src/daemon/script-commands.ts";
import type { CommandContext } from "../../../src/daemon/script-commands.ts";
import { inspectScript, searchProgram } from "../../../src/daemon/script-files.ts";
import type { ScriptConfig } from "../../../src/track/config.ts";
import { model } from "../report/values.ts";

const isRoot = process.getuid?.() === 0;
const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const stranger = { uid: 54_321, gid: 54_321 };

let directory = "";
before(() => {
  // Below the checkout or its parent there may be unsafe directories; /var/tmp is sticky.
  directory = mkdtempSync("/var/tmp/scripts-");
  chmodSync(directory, 0o755);
  file("good.sh", "#!/bin/sh\n", 0o755);
  file("plain", "exit 0\n", 0o755);
  file("noexec.sh", "#!/bin/sh\n", 0o644);
  file("writable.sh", "#!/bin/sh\n", 0o777);
  file("private.sh", "#!/bin/sh\n", 0o700);
  mkdirSync(join(directory, "open"));
  chmodSync(join(directory, "open"), 0o777);
  file("open/in.sh", "#!/bin/sh\n", 0o755);
  symlinkSync(join(directory, "good.sh"), join(directory, "link.sh"));
  file("group.sh", "#!/bin/sh\n", 0o750);
  symlinkSync("/bin/sh", join(directory, "applet"));
  symlinkSync(directory, join(directory, "self"));
  symlinkSync("loop", join(directory, "loop"));
});
after(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, text: string, mode: number): void {
  writeFileSync(join(directory, name), text);
  chmodSync(join(directory, name), mode);
}

const path = (name: string): string => join(directory, name);

function context(changes: Partial<CommandContext> = {}): CommandContext {
  return {
    global: { scriptUser: undefined, scriptSecurity: false },
    accounts: {
      user: (name) => (name === "stranger" ? stranger : undefined),
      group: (name) => (name === "others" ? 777 : undefined),
      supplementary: () => [50, 51],
    },
    self,
    searchPath: "/usr/bin:/bin",
    ...changes,
  };
}

const command = (text: string, user?: string, group?: string): Command => {
  const [program = "", ...rest] = text.split(" ");
  return { argv: [program, ...rest], text, user, group };
};

test("a script is usable when its user may execute it", () => {
  assert.equal(inspectScript(path("good.sh"), self).kind, "usable");
  assert.equal(inspectScript(path("good.sh"), stranger).kind, "usable");
  assert.equal(inspectScript(path("private.sh"), self).kind, "usable");
  assert.equal(inspectScript(path("private.sh"), stranger).kind, "notExecutable");
  assert.equal(inspectScript(path("noexec.sh"), self).kind, "notExecutable");
});

test("what is missing, no file, or a circle of links is told apart", () => {
  assert.deepEqual(inspectScript(path("none"), self), {
    kind: "missing",
    reason: "No such file or directory",
  });
  assert.equal(inspectScript(directory, self).kind, "notAFile");
  const loop = inspectScript(path("loop"), self);
  assert.deepEqual(loop, { kind: "missing", reason: "Too many levels of symbolic links" });
});

test("links are followed, also for a directory on the way", () => {
  assert.equal(inspectScript(path("link.sh"), self).kind, "usable");
  assert.equal(inspectScript(path("self/good.sh"), self).kind, "usable");
});

test("a program of root is unsafe when others could replace it", { skip: !isRoot }, () => {
  const isUnsafe = (name: string, identity = self): boolean | undefined => {
    const verdict = inspectScript(path(name), identity);
    return verdict.kind === "usable" ? verdict.isUnsafe : undefined;
  };
  assert.equal(isUnsafe("good.sh"), false);
  assert.equal(isUnsafe("writable.sh"), true);
  assert.equal(isUnsafe("open/in.sh"), true);
  assert.equal(isUnsafe("writable.sh", stranger), false);
});

test("a bare name is searched in PATH", () => {
  assert.equal(searchProgram("good.sh", `relative::${directory}/:/bin`), path("good.sh"));
  assert.equal(searchProgram("noexec.sh", directory), undefined);
  assert.equal(searchProgram("none", directory), undefined);
  const found = prepareCommand(command("good.sh x"), context({ searchPath: directory }));
  assert.ok(found.kind === "ready");
  assert.deepEqual(found.ready.argv, [path("good.sh"), "x"]);
  assert.deepEqual(
    found.lines.map(({ text }) => text),
    [
      `WARNING - script \`good.sh\` resolved by path search to \`${path("good.sh")}\`. Please specify full path.`,
    ],
  );
  const lost = prepareCommand(command("none"), context({ searchPath: directory }));
  assert.deepEqual(
    lost.lines.map(({ text }) => text),
    ["Cannot find script none in path - disabling"],
  );
});

test("a file without a known format is run by the shell; so is a question for a file", () => {
  const plain = prepareCommand(command(`${path("plain")} x`), context());
  assert.ok(plain.kind === "ready");
  assert.deepEqual(plain.ready.argv, ["/bin/sh", path("plain"), "x"]);
  const question = prepareCommand(command("</tmp/up"), context());
  assert.ok(question.kind === "ready");
  assert.deepEqual(question.ready.argv, ["/bin/sh", "-c", "</tmp/up"]);
});

test("the user is the command's, else script_user, else the daemon's own", () => {
  const good = path("good.sh");
  const named = prepareCommand(command(good, "stranger", "others"), context());
  assert.ok(named.kind === "ready");
  assert.deepEqual([named.ready.uid, named.ready.gid], [stranger.uid, 777]);
  const global = { scriptUser: { user: "stranger", group: undefined }, scriptSecurity: true };
  const byDefault = prepareCommand(command(good), context({ global }));
  assert.ok(byDefault.kind === "ready");
  assert.deepEqual([byDefault.ready.uid, byDefault.ready.gid], [stranger.uid, stranger.gid]);
  const own = prepareCommand(command(good), context());
  assert.ok(own.kind === "ready");
  assert.deepEqual([own.ready.uid, own.ready.gid], [undefined, undefined]);
});

test("a user or group that does not exist disables the script", () => {
  const good = path("good.sh");
  const cases: readonly (readonly [Command, Partial<CommandContext>, RegExp])[] = [
    [command(good, "nobody-here"), {}, /Script user 'nobody-here' does not exist/],
    [command(good, "stranger", "none"), {}, /Script group 'none' does not exist/],
    [
      command(good),
      { global: { scriptUser: undefined, scriptSecurity: true } },
      /Script user 'keepalived_script' does not exist: .* add `script_user USER`/,
    ],
  ];
  for (const [wanted, changes, pattern] of cases) {
    const prepared = prepareCommand(wanted, context(changes));
    assert.ok(prepared.kind === "disabled");
    assert.equal(prepared.why, "user");
    assert.match(prepared.lines[0]?.text ?? "", pattern);
  }
});

test("security disables an unsafe script, and only then", { skip: !isRoot }, () => {
  const unsafe = command(path("writable.sh"));
  const lax = prepareCommand(unsafe, context());
  assert.equal(lax.kind, "ready");
  assert.deepEqual(
    lax.lines.map(({ text }) => text),
    [`Unsafe permissions found for script '${path("writable.sh")}'.`],
  );
  const global = { scriptUser: { user: "root", group: undefined }, scriptSecurity: true };
  const accounts = { user: () => ({ uid: 0, gid: 0 }), group: () => 0, supplementary: () => [] };
  const strict = prepareCommand(unsafe, context({ global, accounts }));
  assert.ok(strict.kind === "disabled");
  assert.equal(strict.why, "insecure");
  assert.match(strict.lines[0]?.text ?? "", /^Unsafe permissions found .* - disabling\. /);
});

/** The words a command is run with. */
function wordsOf(program: string, keepsSymlinks: boolean): readonly string[] {
  const process = { keepsSymlinks, supplementaryGroups: false };
  const global = { scriptUser: undefined, scriptSecurity: false, process };
  const prepared = prepareCommand(command(`${program} x`), context({ global }));
  assert.ok(prepared.kind === "ready");
  return prepared.ready.argv;
}

test("a script is run by where its link leads, with use_symlink_paths by the link", () => {
  assert.deepEqual(wordsOf(path("link.sh"), false), [path("good.sh"), "x"]);
  assert.deepEqual(wordsOf(path("link.sh"), true), [path("link.sh"), "x"]);
});

test("a program that is linked under another name keeps the name that tells it what to do", () => {
  assert.deepEqual(wordsOf(path("applet"), false), [path("applet"), "x"]);
});

/** Who a command runs as, with `script_user stranger` and the group given. */
function ownerOf(group: string | undefined, more: Partial<CommandContext>, all = false): unknown {
  const process = { keepsSymlinks: false, supplementaryGroups: all };
  const global = { scriptUser: { user: "stranger", group }, scriptSecurity: false, process };
  const prepared = prepareCommand(command(path("good.sh")), context({ global, ...more }));
  assert.ok(prepared.kind === "ready");
  const { uid, gid, groups } = prepared.ready;
  return { uid, gid, groups };
}

test("a script has all groups of its user after a colon, or where all scripts are to", () => {
  const { uid } = stranger;
  const canSetGroups = true;
  assert.deepEqual(ownerOf("others", { canSetGroups }), { uid, gid: 777, groups: undefined });
  assert.deepEqual(ownerOf(":others", { canSetGroups }), { uid, gid: 777, groups: [777, 50, 51] });
  assert.deepEqual(ownerOf(":", { canSetGroups }), { uid, gid: uid, groups: [uid, 50, 51] });
  const all = [uid, 50, 51];
  assert.deepEqual(ownerOf(undefined, { canSetGroups }, true), { uid, gid: uid, groups: all });
});

test("where groups cannot be set the script runs with its primary one, and that is said", () => {
  const global = { scriptUser: { user: "stranger", group: ":others" }, scriptSecurity: false };
  const prepared = prepareCommand(command(path("good.sh")), context({ global }));
  assert.ok(prepared.kind === "ready");
  assert.equal(prepared.ready.groups, undefined);
  assert.match(prepared.lines.at(-1)?.text ?? "", /primary group .* setpriv/);
});

test("a file that only a supplementary group may execute is executable", () => {
  const group = { uid: 54_321, gid: 54_321, groups: [54_321, self.gid] };
  assert.equal(inspectScript(path("group.sh"), stranger).kind, "notExecutable");
  assert.equal(inspectScript(path("group.sh"), group).kind, "usable");
});

const check = (name: string, program: string): ScriptConfig => ({
  name,
  command: command(program),
  interval: seconds(1),
  timeout: seconds(1),
  timeoutIsExplicit: false,
  weight: 0,
  reverse: false,
  rise: 1,
  fall: 1,
  startsFailed: false,
});

test("a check that cannot run is taken off the instances that wait for it", () => {
  const base = model(["script=here:0,gone:0"]);
  const scripts = [check("here", path("good.sh")), check("gone", path("none"))];
  const unused = check("unused", path("good.sh"));
  const full: Model = { ...base, scripts: [...scripts, unused] };
  const prepared = prepareScripts(full, context());
  assert.deepEqual(
    prepared.checks.map(({ config }) => config.name),
    ["here"],
  );
  assert.deepEqual(
    prepared.model.instances[0]?.trackedScripts.map(({ name }) => name),
    ["here"],
  );
  assert.equal(prepared.hasDisabledChecks, true);
  assert.deepEqual(
    prepared.lines.map(({ text }) => text),
    [
      `Script ${path("none")} cannot be accessed - No such file or directory`,
      "Disabling track script gone since not found/accessible",
      "Track script unused is not used by any instance and is not run",
    ],
  );
});

test("a notify script that cannot run is said, and is no complaint", () => {
  const base = model([]);
  const [first] = base.instances;
  assert.ok(first !== undefined);
  const notify = { ...first.notify, master: command(path("none")), any: command(path("good.sh")) };
  const prepared = prepareScripts({ ...base, instances: [{ ...first, notify }] }, context());
  assert.equal(prepared.hasDisabledChecks, false);
  assert.equal(prepared.commands.size, 1);
  assert.equal(prepared.commands.get(notify.any)?.argv[0], path("good.sh"));
  assert.match(prepared.lines.at(-1)?.text ?? "", /^\(VI_1\) notify script .*none is ignored$/);
});
