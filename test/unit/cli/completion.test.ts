/** Completion scripts, each in its own shell: what is offered, and what is never run. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { renderBash } from "../../../src/cli/completion/bash.ts";
import { renderFish } from "../../../src/cli/completion/fish.ts";
import { firstWords, SHELLS } from "../../../src/cli/completion/words.ts";
import { renderZsh } from "../../../src/cli/completion/zsh.ts";
import { OPTIONS } from "../../../src/cli/option-table.ts";
import type { OptionDeclaration } from "../../../src/cli/option-table.ts";

const folder = mkdtempSync(join(tmpdir(), "completion-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const scripts = { bash: renderBash(), zsh: renderZsh(), fish: renderFish() };
for (const shell of SHELLS) writeFileSync(join(folder, `script.${shell}`), scripts[shell]);

mkdirSync(join(folder, "etc"));
for (const name of ["my file.conf", "other.conf"]) writeFileSync(join(folder, "etc", name), "");

/** A program called keepalived, in a directory of its own. */
function program(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "keepalived"), ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(join(path, "keepalived"), 0o755);
  return path;
}

const OURS = program(
  "ours",
  `[ "$1" = --version ] && echo "This is keepalived-ts" >&2 && exit 0`,
  `[ "$1 $2 $3" = "completion instances --socket" ] && echo "AT_$4" && exit 0`,
  `[ "$1 $2" = "completion instances" ] && printf '%s\\n' VI_1 VI_2 OTHER '$(touch expanded)'`,
);
const ORIGINAL = program(
  "original",
  `[ "$1" = --version ] && echo "Keepalived v2.2.7" >&2 && exit 0`,
  "touch started",
);

const has = (shell: string): boolean => spawnSync("sh", ["-c", `command -v ${shell}`]).status === 0;

interface Run {
  readonly path?: string;
}

function ask(shell: string, text: string, { path = OURS }: Run): readonly string[] {
  const { stdout, stderr, error } = spawnSync(shell, ["-c", text], {
    cwd: folder,
    encoding: "utf8",
    timeout: 30_000,
    env: { PATH: `${path}:/usr/bin:/bin`, HOME: folder, TERM: "dumb", LC_ALL: "C.UTF-8" },
  });
  assert.equal(error, undefined);
  assert.equal(stderr, "");
  return stdout.split("\n").filter((line) => line !== "");
}

/** The words as readline splits them; the last one is being typed. */
function inBash(words: readonly string[], run: Run = {}): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const text =
    `source ./script.bash; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; ` +
    `_keepalived; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return ask("bash", text, run);
}

test("bash completes commands first, then what each is about", { skip: !has("bash") }, () => {
  assert.deepEqual(inBash(["keepalived", ""]).toSorted(), firstWords().toSorted());
  assert.deepEqual(inBash(["keepalived", "sta"]), ["status"]);
  assert.deepEqual(inBash(["keepalived", "completion", ""]), [...SHELLS]);
  assert.deepEqual(inBash(["keepalived", "help", "wh"]), ["why"]);
  assert.deepEqual(inBash(["keepalived", "explain", "virtual_router"]), ["virtual_router_id"]);
  assert.deepEqual(inBash(["keepalived", "status", ""]), []);
});

test(
  "bash completes every option of the daemon, and those of a command",
  { skip: !has("bash") },
  () => {
    const options: readonly OptionDeclaration[] = OPTIONS;
    const offered = inBash(["keepalived", "-"]);
    assert.deepEqual(
      options.filter(({ long }) => !offered.includes(`--${long}`)),
      [],
    );
    assert.deepEqual(inBash(["keepalived", "-n", "--use"]), ["--use-file"]);
    assert.deepEqual(inBash(["keepalived", "status", "--j"]), ["--json"]);
    assert.deepEqual(inBash(["keepalived", "why", "--soc"]), ["--socket"]);
  },
);

test("bash completes the values of options, attached or not", { skip: !has("bash") }, () => {
  assert.deepEqual(inBash(["keepalived", "-f", "etc/o"]), ["etc/other.conf"]);
  assert.deepEqual(inBash(["keepalived", "--use-file", "=", "etc/m"]), ["etc/my file.conf"]);
  assert.deepEqual(inBash(["keepalived", "--config-test", "="]).toSorted().at(0), "etc");
  assert.deepEqual(inBash(["keepalived", "--signum", "STAT"]), ["STATS", "STATS_CLEAR"]);
  assert.deepEqual(inBash(["keepalived", "check", "etc/o"]), ["etc/other.conf"]);
});

test("bash completes the instances of the daemon that is asked", { skip: !has("bash") }, () => {
  assert.deepEqual(inBash(["keepalived", "why", "VI"]), ["VI_1", "VI_2"]);
  assert.deepEqual(inBash(["keepalived", "why", "--socket", "=", "x.sock", "A"]), ["AT_x.sock"]);
});

test("bash does not run what a name of an instance says", { skip: !has("bash") }, () => {
  assert.equal(inBash(["keepalived", "why", "$"]).length, 1);
  assert.ok(!existsSync(join(folder, "expanded")));
});

test("a program that does not answer is not waited for", { skip: !has("bash") }, () => {
  const path = program("silent", "exec sleep 1000");
  assert.deepEqual(inBash(["keepalived", "why", ""], { path }), []);
});

const inFish = (line: string, run: Run = {}): readonly string[] =>
  ask("fish", `source ./script.fish; complete -C '${line}'`, run).map(
    (found) => found.split("\t")[0] ?? "",
  );

test("fish completes commands, options, values and instances", { skip: !has("fish") }, () => {
  assert.deepEqual(inFish("keepalived ").toSorted(), firstWords().toSorted());
  assert.deepEqual(inFish("keepalived --use"), ["--use-file"]);
  assert.deepEqual(inFish("keepalived status --j"), ["--json"]);
  assert.deepEqual(inFish("keepalived explain virtual_router"), ["virtual_router_id"]);
  assert.deepEqual(inFish("keepalived check etc/o"), ["etc/other.conf"]);
  assert.deepEqual(inFish("keepalived --signum STAT"), ["STATS", "STATS_CLEAR"]);
  assert.deepEqual(inFish("keepalived why VI"), ["VI_1", "VI_2"]);
  assert.deepEqual(inFish("keepalived why --socket x.sock A"), ["AT_x.sock"]);
  assert.deepEqual(inFish("keepalived status "), []);
});

writeFileSync(
  join(folder, "inner.zsh"),
  `autoload -U compinit; compinit -u -D
source ./script.zsh
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -A found "$@"
  (( $#found )) && print -rl -- $found >>! found.txt
  builtin compadd "$@"
}
ended() { print; exit }
bindkey '^I' complete-word; comppostfuncs=(ended)
`,
);
writeFileSync(
  join(folder, "outer.zsh"),
  `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'source ./inner.zsh; print RE''ADY'
zpty -r shell text '*READY*'
zpty -w -n shell "$LINE_TO_COMPLETE"$'\\t'
zpty -r shell text '*'$'\\0'
`,
);

/** Completes in a zsh behind a terminal of its own; its end is awaited, matches are in a file. */
function inZsh(line: string, run: Run = {}): readonly string[] {
  rmSync(join(folder, "found.txt"), { force: true });
  ask("zsh", `LINE_TO_COMPLETE='${line}'; source ./outer.zsh`, run);
  const found = join(folder, "found.txt");
  if (!existsSync(found)) return [];
  return readFileSync(found, "utf8")
    .split("\n")
    .filter((match) => match !== "");
}

test("zsh completes commands, options, values and instances", { skip: !has("zsh") }, () => {
  assert.deepEqual(inZsh("keepalived ").toSorted(), firstWords().toSorted());
  assert.deepEqual(inZsh("keepalived -n --use"), ["--use-file"]);
  assert.deepEqual(inZsh("keepalived status --j"), ["--json"]);
  assert.deepEqual(inZsh("keepalived explain virtual_router"), ["virtual_router_id"]);
  assert.deepEqual(inZsh("keepalived check etc/o"), ["other.conf"]);
  assert.deepEqual(inZsh("keepalived --signum=STAT"), ["STATS", "STATS_CLEAR"]);
  assert.deepEqual(inZsh("keepalived why VI"), ["VI_1", "VI_2"]);
});

test("zsh takes the script as a file of its function path too", { skip: !has("zsh") }, () => {
  assert.deepEqual(ask("zsh", "zsh -n ./script.zsh", {}), []);
  assert.match(scripts.zsh, /^#compdef keepalived\n/);
});

test("no shell starts the original Keepalived, which takes any word for a start", () => {
  const run = { path: ORIGINAL };
  if (has("bash")) assert.deepEqual(inBash(["keepalived", "why", ""], run), []);
  if (has("fish")) assert.deepEqual(inFish("keepalived why ", run), []);
  if (has("zsh")) assert.deepEqual(inZsh("keepalived why V", run), []);
  assert.ok(!existsSync(join(folder, "started")));
});

test("commands of two words are completed word by word", () => {
  const shells = [
    { shell: "bash", complete: (words: readonly string[]) => inBash(words) },
    { shell: "fish", complete: (words: readonly string[]) => inFish(words.join(" ")) },
    { shell: "zsh", complete: (words: readonly string[]) => inZsh(words.join(" ")) },
  ];
  for (const { shell, complete } of shells.filter((one) => has(one.shell))) {
    assert.ok(complete(["keepalived", "config", ""]).includes("show"), shell);
    assert.deepEqual(complete(["keepalived", "config", "sh"]), ["show"], shell);
    assert.deepEqual(complete(["keepalived", "config", "show", "--def"]), ["--defaults"], shell);
    const files = complete(["keepalived", "config", "show", "etc/o"]);
    assert.ok(files.at(0)?.endsWith("other.conf"), shell);
  }
});
