/**
 * Every example in the documentation is true. The language of a block says what it is:
 *
 *   ```conf      a configuration file. It is read, and nothing is said of it but notices.
 *   ```sh        commands or a script: programs, options, files and make targets are there.
 *   ```console   commands after `$ ` or `# `, and what they print. Those of keepalived that need no
 *                daemon are run, with the page's own files, and what they print is compared.
 *   ```          as console where it begins with a prompt; else what the program says: sentences
 *                and titles of tables are looked up in the source.
 *   ```text      anything else. Nothing is checked, so no command may be in it.
 *   ```json      JSON, each line or all of it.
 *   others       (OTHER_LANGUAGES) examples for other programs.
 *
 * A comment on the line above says more, and can be read in the source of the page:
 *
 *   <!-- example: file NAME -->          (conf) it lies there under this name when commands run
 *   <!-- example: part of BLOCK -->      (conf) these lines stand in such a block
 *   <!-- example: wrong CODE... -->      (conf) exactly this is said of it
 *   <!-- example: with FOLDER -->        (console) the files in FOLDER are there, too
 *   <!-- example: not run, WHY -->       (console) it is only read
 *
 * In output, a line of dots stands for any lines, and dots at the end for the rest of the line;
 * times of day, process numbers and spans may differ. `UPDATE=1` writes what is printed.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { renderHelp } from "../../src/cli/help.ts";
import { SUBCOMMANDS } from "../../src/cli/subcommand-table.ts";
import { loadConfig } from "../../src/config/load.ts";
import { textSource } from "../../src/config/source.ts";
import { paintWith } from "../../src/report/paint.ts";
import { complaintAbout, complaintAboutOurs } from "./command-check.ts";
import { blocksOf, codeSpansOf, filesBelow, pages, ROOT } from "./documents.ts";
import type { Block } from "./documents.ts";
import { isShownTruly, unknownLine } from "./known-output.ts";
import { canMakeHosts, ScratchHost } from "./scratch-host.ts";
import { commandsIn } from "./shell-words.ts";

const OTHER_LANGUAGES: ReadonlySet<string> = new Set(
  "mermaid lua toml elisp js vim ini yaml diff dockerfile nginx nft python".split(" "),
);
/** Its examples are wrong on purpose; `test/unit/config/diagnostics-page.test.ts` judges them. */
const DIAGNOSTICS_PAGE = "docs/user/diagnostics.md";
/** Shown as mistakes. */
const MISTYPED: ReadonlySet<string> = new Set(["keepalived stauts"]);

type Kind = "conf" | "sh" | "console" | "output" | "text" | "json" | "other" | "unknown";

function kindOf({ language, text }: Block): Kind {
  switch (language) {
    case "conf":
    case "sh":
    case "console":
    case "text":
    case "json":
      return language;
    case "bash":
      return "sh";
    case "":
      return /^[$#] \S/.test(text) ? "console" : "output";
    default:
      return OTHER_LANGUAGES.has(language) ? "other" : "unknown";
  }
}

const blocks = pages.flatMap((page) => blocksOf(page));
const ofKind = (kind: Kind): readonly Block[] => blocks.filter((block) => kindOf(block) === kind);
const place = (
  { page, line }: { readonly page: string; readonly line: number },
  offset = 0,
): string => `${page}:${line + offset}`;

test("every block says what it is, and what is declared of it is known", () => {
  const unknown = ofKind("unknown").map(
    (block) => `${place(block)}: '${block.language}': see the top of test/tidy/examples.test.ts`,
  );
  const declarations = /^$|^(file|with) \S+$|^part of \w+$|^wrong( [\w-]+)+$|^not run, .+$/;
  const undeclared = blocks
    .filter(({ declared }) => !declarations.test(declared))
    .map((block) => `${place(block)}: no such declaration: ${block.declared}`);
  const hidden = ofKind("text")
    .filter(({ page, text }) => page !== DIAGNOSTICS_PAGE && /^([$#] )?keepalived /m.test(text))
    .map((block) => `${place(block)}: commands in a text block are not checked: use sh or console`);
  assert.deepEqual([...unknown, ...undeclared, ...hidden], []);
});

/** The files of a page, by name. */
function filesOf(page: string): Readonly<Record<string, string>> {
  const named = blocks.flatMap(({ page: where, language, info, declared, text }) => {
    const name = info[0] ?? /^file (\S+)$/.exec(declared)?.[1];
    return where === page && language === "conf" && name !== undefined ? [[name, text]] : [];
  });
  return Object.fromEntries(named) as Readonly<Record<string, string>>;
}

/** What an instance needs besides the lines that are shown. */
const AROUND: Readonly<Record<string, string>> = {
  vrrp_instance: "interface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.10/24\n}\n",
};

function complaintsAboutFile({ page, declared, text }: Block): readonly string[] {
  const block = /^part of (\w+)$/.exec(declared)?.[1];
  const whole =
    block === undefined ? text : `${block} EXAMPLE {\n${AROUND[block] ?? ""}${text}\n}\n`;
  const source = textSource({ ...filesOf(page), "example.conf": whole });
  const { diagnostics, verdict } = loadConfig(source, { path: "example.conf" });
  const said = diagnostics.filter(({ severity }) => severity !== "notice");
  const expected = /^wrong (.+)$/.exec(declared)?.[1];
  if (expected !== undefined) {
    const codes = [...new Set(said.map(({ code }) => code))].sort().join(" ");
    return codes === expected.split(" ").sort().join(" ") ? [] : [`what is said: ${codes}`];
  }
  const messages = said.map(({ code, message }) => `${code}: ${message}`);
  return verdict.run === undefined ? messages : [...messages, "cannot be run"];
}

test("every configuration in the documentation is read without a complaint", () => {
  const found = ofKind("conf").flatMap((block) =>
    complaintsAboutFile(block).map((complaint) => `${place(block)}: ${complaint}`),
  );
  assert.ok(ofKind("conf").length > 0);
  assert.deepEqual(found, []);
});

test("every sample that is installed is read without a complaint", () => {
  const found = filesBelow("packaging")
    .filter((path) => path.endsWith(".conf") && path.includes("samples"))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      const block = { page: path, line: 1, language: "conf", info: [], declared: "", text };
      return complaintsAboutFile(block).map((complaint) => `${path}: ${complaint}`);
    });
  assert.deepEqual(found, []);
});

test("every JSON in the documentation can be read", () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const wrong = ofKind("json").filter(
    ({ text }) => !isJson(text) && !text.trimEnd().split("\n").every(isJson),
  );
  assert.deepEqual(
    wrong.map((block) => place(block)),
    [],
  );
});

const complaintsAboutShell = (block: Block, text: string): readonly string[] =>
  commandsIn(text, block.line).flatMap(({ line, words }) => {
    const complaint = complaintAbout(words);
    return complaint === undefined ? [] : [`${block.page}:${line}: ${complaint}`];
  });

test("every command in the documentation can be typed", () => {
  const found = ofKind("sh").flatMap((block) => {
    const shell = /^#!.*\bbash/.test(block.text) ? "bash" : "sh";
    const { stderr } = spawnSync(shell, ["-n"], { input: block.text, encoding: "utf8" });
    const mistakes = stderr === "" ? [] : [`${place(block)}: ${stderr.trim()}`];
    const isScript = block.text.startsWith("#!");
    return isScript ? mistakes : [...mistakes, ...complaintsAboutShell(block, block.text)];
  });
  const typed = ofKind("console").flatMap((block) =>
    stepsOf(block).flatMap(({ line, command }) =>
      complaintsAboutShell({ ...block, line }, command),
    ),
  );
  assert.deepEqual([...found, ...typed], []);
});

test("every line that has systemd start the program could be typed", () => {
  const units = [
    ...ofKind("other").map(({ page, text }) => ({ path: page, text })),
    ...filesBelow("packaging")
      .filter((path) => path.includes("systemd"))
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") })),
  ];
  const lines = units.flatMap(({ path, text }) =>
    [...text.matchAll(/^Exec\w+=[-+!@:]*(\S*\/keepalived) (.*)$/gm)].map((match) => {
      const words = (match[2] ?? "").split(" ").filter((word) => !word.startsWith("$"));
      return { path, complaint: complaintAboutOurs(words) };
    }),
  );
  assert.ok(lines.length > 0);
  assert.deepEqual(
    lines.filter(({ complaint }) => complaint !== undefined),
    [],
  );
});

test("every command within a sentence exists", () => {
  const found = pages.flatMap(codeSpansOf).flatMap((span) => {
    if (!/^(sudo )?(bin\/)?keepalived [^(]/.test(span.text) || MISTYPED.has(span.text)) return [];
    // `config show …`, `status [--json]` and `help|explain` are no more than mentioned.
    if (/[[\]<>|*…]|\.\.\./.test(span.text)) return [];
    return commandsIn(span.text, span.line).flatMap(({ words }) => {
      const complaint = isOnlyNamed(words) ? undefined : complaintAbout(words);
      return complaint === undefined ? [] : [`${place(span)}: ${complaint}`];
    });
  });
  assert.deepEqual(found, []);
});

/** `keepalived switchover`: the command is meant, whatever it needs. */
const isOnlyNamed = (words: readonly string[]): boolean =>
  words.length <= 3 && complaintAboutOurs([...words.slice(1), "--help"]) === undefined;

test("every command in the manual pages and in the help exists", () => {
  const manuals = filesBelow("man").flatMap((path) =>
    readFileSync(join(ROOT, path), "utf8")
      .split("\n")
      .flatMap((text, i) => {
        const command = /^[#$] ((?:keepalived|genhash) .*)$/.exec(
          text.replaceAll("\\-", "-").replaceAll("\\(aq", "'"),
        );
        return [{ from: `${path}:${i + 1}`, command: command?.[1] ?? "" }];
      }),
  );
  const [, examples = ""] = /^Examples\n([\s\S]*?)\n\n/m.exec(renderHelp(paintWith(false))) ?? [];
  const helped = [...examples.matchAll(/^ {2}(\S.*?)(?: {2,}.*)?$/gm)].map((match) => ({
    from: "keepalived help",
    command: match[1] ?? "",
  }));
  assert.ok(helped.length > 2);
  const described = SUBCOMMANDS.flatMap(({ name, description }) =>
    [...description.matchAll(/\bkeepalived (completion \w+|\w+ --\w+)/g)].map((match) => ({
      from: `keepalived help ${name}`,
      command: match[0],
    })),
  );
  const found = [...manuals, ...helped, ...described].flatMap(({ from, command }) =>
    commandsIn(command, 1).flatMap(({ words }) => {
      const complaint = complaintAbout(words);
      return complaint === undefined ? [] : [`${from}: ${complaint}`];
    }),
  );
  assert.deepEqual(found, []);
});

interface Step {
  readonly line: number;
  readonly command: string;
  /** What is shown below it. */
  readonly output: string;
}

/** The commands of a console block; its first line says which prompt they have. */
function stepsOf({ line, text }: Block): readonly Step[] {
  const prompt = text.slice(0, 2);
  const steps: Step[] = [];
  for (const [i, row] of text.trimEnd().split("\n").entries()) {
    const last = steps.at(-1);
    if (row.startsWith(prompt)) steps.push({ line: line + i, command: row.slice(2), output: "" });
    else if (last !== undefined)
      steps[steps.length - 1] = { ...last, output: `${last.output}${row}\n` };
  }
  return steps;
}

const wordsOf = ({ command }: Step): readonly string[] => commandsIn(command, 1)[0]?.words ?? [];
const isOurs = (step: Step): boolean => /(^|\/)keepalived$/.test(wordsOf(step)[0] ?? "");

test("what the documentation shows of the program's words is in the program", () => {
  const shown = ofKind("output").map((block) => ({ block, line: block.line, output: block.text }));
  const answers = ofKind("console").flatMap((block) =>
    stepsOf(block)
      .filter((step) => isOurs(step) && !canRun(step))
      .map((step) => ({ block, line: step.line + 1, output: step.output })),
  );
  const found = [...shown, ...answers].flatMap(({ block, line, output }) => {
    const unknown = unknownLine(output);
    return unknown === undefined
      ? []
      : [`${block.page}:${line + unknown.at}: nothing prints this; is it text? ${unknown.line}`];
  });
  assert.deepEqual(found, []);
});

/** Those that ask no daemon. */
const RUNNABLE =
  /^(check|explain|config (show|diff)|completion (bash|zsh|fish)|help|--version|-v|--help|-h|-t)\b/;

const canRun = (step: Step): boolean =>
  isOurs(step) && RUNNABLE.test(wordsOf(step).slice(1).join(" "));

test(
  "what the documentation shows of a command is what it prints",
  { skip: canMakeHosts ? false : "no network namespace can be made here" },
  () => {
    const wrong: string[] = [];
    for (const block of ofKind("console")) {
      const steps = stepsOf(block).filter(canRun);
      if (steps.length === 0 || block.declared.startsWith("not run")) continue;
      using host = new ScratchHost();
      for (const [name, text] of Object.entries(filesOf(block.page))) host.write(name, text);
      const folder = /^with (\S+)$/.exec(block.declared)?.[1];
      if (folder !== undefined) host.copy(folder);
      for (const step of steps) {
        const printed = host.run(wordsOf(step).slice(1));
        if (isShownTruly(step.output, printed)) continue;
        if (process.env["UPDATE"] === "1") update(block.page, step, printed);
        else wrong.push(`${block.page}:${step.line}: ${step.command} prints\n${printed}`);
      }
    }
    assert.deepEqual(wrong, []);
  },
);

function update(page: string, { command, output }: Step, printed: string): void {
  const path = join(ROOT, page);
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(`${command}\n${output}`, () => `${command}\n${printed.trimEnd()}\n`),
  );
}
