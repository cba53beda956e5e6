/**
 * Files that ask for more than anyone means: each is refused with a sentence that says what and why,
 * soon, and what can still be checked is checked. Growth is judged by the work of one size against
 * four times as much; the guard against hanging is coarse on purpose.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadedConfig } from "../../../src/config/load.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { textSource } from "../../../src/config/source.ts";

const HANGS_MS = 30_000;
const MAIN = "main.conf";
/** Is still read after what is refused. */
const STRANGER = "\nlast_line_unknown\n";

function load(text: string, files: Readonly<Record<string, string>> = {}): LoadedConfig {
  const started = performance.now();
  const loaded = loadConfig(textSource({ [MAIN]: text, ...files }), { path: MAIN });
  assert.ok(performance.now() - started < HANGS_MS, "it hangs");
  return loaded;
}

function messages({ diagnostics }: LoadedConfig): string[] {
  return diagnostics.map(({ message }) => message);
}

function doublings(count: number, separator: string): string {
  return Array.from({ length: count }, (_, i) =>
    [`$A${i + 1}=`, `\${A${i}}`, `\${A${i}}`].join(separator),
  ).join("\n");
}

const repeated = (text: string, count: number): string => text.repeat(count);

/** What is refused, and how; in each the line after it is still read. */
const REFUSED: readonly (readonly [name: string, text: string, sentence: RegExp])[] = [
  ["~SEQ of a thousand million", "~SEQ(i, 1000000000) x$i", /~SEQ makes 1000000000 lines; at most/],
  [
    "sequences that multiply",
    "~SEQ(a, 100000) ~SEQ(b, 100000) x$a",
    /inside other generators makes 10000000000 lines; at most 2000000 are allowed/,
  ],
  [
    "sequences that multiply through definitions",
    "$B=~SEQ(b, 1, 5000) $C\n$C=~SEQ(c, 1, 5000) x\n~SEQ(a, 1, 5000) $B",
    /inside other generators makes [0-9]+ lines/,
  ],
  ["a file that includes itself", `include ${MAIN}`, /main.conf includes itself/],
  ["a wildcard that matches its own file", "include *.conf", /main.conf includes itself/],
  ["a line of a megabyte", repeated("x", 1 << 20), /line of 1048576 characters is too long/],
  ["a line of ten megabytes", repeated("x", 10 << 20), /line of 10485760 characters is too long/],
  ["surplus closing braces", repeated("}\n", 100_000), /Extra '}' found/],
  [
    "a line of a million quotes",
    repeated('"', 1_000_000),
    /line of 1000000 characters is too long/,
  ],
  [
    "a definition that doubles sixty times",
    `$A0=x\n${doublings(60, "")}\n\${A60}`,
    /\$A0 expands without end/,
  ],
  [
    "an include of too many alternatives",
    `include ${repeated("{a,b}", 30)}`,
    /has too many alternatives/,
  ],
];

for (const [name, text, sentence] of REFUSED) {
  test(`${name}: refused with a sentence, and the next line is read`, () => {
    const said = messages(load(text + STRANGER));
    assert.match(said.join("\n"), sentence);
    const isCounted = said.some((message) => message.includes("further problems are not shown"));
    assert.ok(isCounted || said.some((message) => message.includes("'last_line_unknown'")));
  });
}

/** Odd, but nothing to refuse as a whole: it ends, and soon. */
const ODD: readonly (readonly [name: string, text: string])[] = [
  ["lines of nothing but quotes", repeated(`${repeated('"', 50_000)}\n`, 20)],
  ["a line of escaped hashes", repeated("\\#", 30_000)],
  ["a line of open references", repeated("${", 30_000)],
  ["a line of open references to what is defined", `$A=1\n${repeated("${A ", 15_000)}`],
  ["a line of conditions that a definition brings in", `$C=@main\n${repeated("$C ", 20_000)}`],
  ["a list of open braces", `~LST(${repeated("{", 60_000)})`],
  ["an include of open braces", `include ${repeated("{a,", 20_000)}`],
  ["numbers of sixty thousand digits", `vrrp_instance A {\npriority ${repeated("1", 60_000)}\n}`],
  ["addresses of colons", `static_ipaddress {\n${repeated(`${repeated(":", 60_000)}\n`, 20)}}`],
  ["a surplus word that looks like a password", `use_pid_dir $${repeated("pass", 15_000)}`],
  [
    "lines that double beyond a thousand times",
    `$A0=x\n${doublings(9, "")}\n${repeated("${A9}\n", 300)}`,
  ],
  ["ten million empty lines", repeated("\n", 10_000_000)],
  ["NUL bytes", repeated(`${repeated("a\0", 20_000)}\n`, 100)],
];

for (const [name, text] of ODD) {
  test(`${name}: read to the end`, () => {
    assert.ok(load(text).files.includes(MAIN));
  });
}

test("two files that include each other: refused where the circle closes", () => {
  const files = { "a.conf": "include b.conf\n", "b.conf": "include a.conf\nin_b\n" };
  const said = messages(load(`include a.conf${STRANGER}`, files));
  assert.deepEqual(said, [
    "Unknown keyword 'last_line_unknown' in the top level",
    "a.conf includes itself - ignored",
    "Unknown keyword 'in_b' in the top level",
  ]);
});

test("a directory of files that all include the directory ends at the bound of files", () => {
  const names = Array.from({ length: 40 }, (_, i) => `d/${i}.conf`);
  const files = Object.fromEntries(names.map((name) => [name, "include *.conf\n"]));
  const { files: read, diagnostics } = load("include d/*.conf\n", files);
  assert.equal(read.length, 10_000);
  assert.equal(diagnostics.at(-1)?.code, "limit");
});

test("a file is not read again to find that it is open, or that there are too many", () => {
  let reads = 0;
  const source = textSource({
    [MAIN]: "include a.conf\n",
    "a.conf": repeated("include *.conf\n", 50),
  });
  const counting = { ...source, read: (path: string) => ((reads += 1), source.read(path)) };
  loadConfig(counting, { path: MAIN });
  assert.ok(reads < 10, `${reads} reads`);
});

test("many includes of one file end at the bound, and say so once for each line", () => {
  const { files, diagnostics } = load(repeated("include f.conf\n", 10_010), { "f.conf": "" });
  assert.equal(files.length, 10_000);
  assert.match(diagnostics[0]?.message ?? "", /more than 10000 files - f.conf is ignored/);
});

test("a hundred thousand open braces are refused once, and reported where they open", () => {
  const said = messages(load(repeated("a {\n", 100_000)));
  assert.deepEqual(said.slice(1), [
    "There are 32 missing '}'s or extra '{'s",
    "blocks are more than 32 deep - what is inside is ignored",
  ]);
});

test("a million lines of one quote are counted, not kept", () => {
  const { diagnostics } = load(repeated('"\n', 1_000_000));
  assert.equal(diagnostics.length, 1_001);
  assert.equal(
    diagnostics.at(-1)?.message,
    "999000 further problems are not shown; fix the first ones and try again",
  );
});

test("a definition of several lines that doubles sixty times ends at the line bound", () => {
  const levels = Array.from({ length: 60 }, (_, i) => `$A${i + 1}= \\\n$A${i} \\\n$A${i}`);
  const said = messages(load(["$A0= \\\nx \\\ny", ...levels, "$A60"].join("\n")));
  assert.ok(
    said.includes(
      "the configuration has more than 2000000 lines once expanded - the rest is ignored",
    ),
  );
});

test("a file of fifty megabytes is read to its end", () => {
  const setting = `    priority 100 # ${repeated("x", 200)}\n`;
  const text = `vrrp_instance A {\n${repeated(setting, Math.ceil(50e6 / setting.length))}}`;
  assert.ok(
    messages(load(text + STRANGER)).includes(
      "Unknown keyword 'last_line_unknown' in the top level",
    ),
  );
});

test("a hundred thousand unknown keywords are asked for suggestions within one budget", () => {
  const { diagnostics } = load(
    Array.from({ length: 100_000 }, (_, i) => `vrrp_instanse${i}\n`).join(""),
  );
  assert.equal(diagnostics[0]?.fix, "did you mean vrrp_instance?");
  assert.equal(diagnostics.length, 1_001);
});

/** What grows with a number; four times as much may cost little more than four times. */
const GROWING: Readonly<Record<string, (count: number) => string>> = {
  "plain lines": (n) => `vrrp_instance A {\n${repeated("priority 100\n", 4 * n)}}`,
  "lines with comments": (n) => repeated("  # a comment\n", 8 * n),
  "unknown keywords": (n) => series(n, (i) => `unknown_keyword_${i} x`),
  "instances with addresses": (n) =>
    series(
      n / 4,
      (i) =>
        `vrrp_instance V${i} {\ninterface eth0\nvirtual_router_id ${(i % 255) + 1}\nvirtual_ipaddress {\n${addressOf(i)}\n}\n}`,
    ),
  "addresses of one instance": (n) =>
    `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n${series(n, addressOf)}\n}\n}`,
  "peers of one instance": (n) =>
    `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nunicast_peer {\n${series(n, addressOf)}\n}\n}`,
  "names of groups that are nearly those of instances": (n) =>
    series(
      n / 8,
      (i) => `vrrp_instance VI_${i} {\n}\nvrrp_sync_group G${i} {\ngroup {\nVJ_${i}\n}\n}`,
    ),
  "scripts of one instance": (n) =>
    `${series(n / 8, (i) => `vrrp_script s${i} {\nscript /bin/true\n}`)}\nvrrp_instance A {\ntrack_script {\n${series(n / 8, (i) => `s${i}`)}\n}\n}`,
  "virtual servers": (n) =>
    series(
      n / 8,
      (i) =>
        `virtual_server ${addressOf(i)} 80 {\nprotocol TCP\nreal_server ${addressOf(i)} 80 {\nTCP_CHECK {\n}\n}\n}`,
    ),
  "real servers of one service": (n) =>
    `virtual_server 10.0.0.1 80 {\nprotocol TCP\n${series(n / 4, (i) => `real_server ${addressOf(i)} 80 {\nTCP_CHECK {\n}\n}`)}\n}`,
  "definitions and their use": (n) => series(n / 4, (i) => `$D${i}=x${i}\n\${D${i}}`),
  "generated lines": (n) => `~SEQ(i, ${n}) x\${i}`,
  "includes of one file": (n) => repeated("include f.conf\n", n / 16),
};

function series(count: number, line: (index: number) => string): string {
  return Array.from({ length: Math.ceil(count) }, (_, i) => line(i)).join("\n");
}

function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

const SIZE = 8_000;
const ROUNDS = 3;
/** Quadratic growth would be 16. */
const MOST_GROWTH = 12;
/** Below this the clock and the collector are measured, not the work. */
const LEAST_MS = 4;

function leastMs(text: string): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = process.cpuUsage().user;
    load(text, { "f.conf": "x\n" });
    least = Math.min(least, (process.cpuUsage().user - started) / 1000);
  }
  return least;
}

for (const [name, textOf] of Object.entries(GROWING)) {
  test(`${name}: four times as many cost less than ${MOST_GROWTH} times as much`, () => {
    const one = leastMs(textOf(SIZE));
    const four = leastMs(textOf(4 * SIZE));
    assert.ok(four < MOST_GROWTH * Math.max(one, LEAST_MS), `${one} ms, then ${four} ms`);
  });
}
