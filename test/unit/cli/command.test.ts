import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "../../../src/cli/arguments.ts";
import { parseInvocation } from "../../../src/cli/command.ts";
import type { DaemonOptions } from "../../../src/cli/command.ts";
import { renderHelp } from "../../../src/cli/help.ts";
import { OPTIONS } from "../../../src/cli/option-table.ts";
import { readSubcommand } from "../../../src/cli/subcommand-arguments.ts";
import { renderSubcommandHelp } from "../../../src/cli/subcommand-help.ts";
import { declarationOf, SUBCOMMANDS } from "../../../src/cli/subcommand-table.ts";
import { paintWith } from "../../../src/report/paint.ts";

/** `name=argument` of each option given, or the complaint. */
function given(...argv: string[]): readonly string[] | string {
  const parsed = parseArguments(argv, OPTIONS);
  if (!parsed.ok) return `${parsed.error.kind} ${parsed.error.option}`;
  return parsed.value.options.map(({ name, argument }) =>
    argument === undefined ? name : `${name}=${argument}`,
  );
}

test("short options may be clustered, with the argument of the last one attached or next", () => {
  assert.deepEqual(given("-nlD"), ["dont-fork", "log-console", "log-detail"]);
  assert.deepEqual(given("-nf", "a.conf", "-l"), ["dont-fork", "use-file=a.conf", "log-console"]);
  assert.deepEqual(given("-nfa.conf"), ["dont-fork", "use-file=a.conf"]);
});

test("long options take their argument after a sign or as the next word", () => {
  assert.deepEqual(given("--use-file=a", "--use-file", "b"), ["use-file=a", "use-file=b"]);
});

test("long options may be shortened while unambiguous", () => {
  assert.deepEqual(given("--dont-f", "--sig", "STOP"), ["dont-fork", "signum=STOP"]);
  assert.deepEqual(given("--vrrp"), ["vrrp"]);
  assert.equal(given("--vrr"), "unknown --vrr");
  assert.equal(given("--log=xx"), "unknown --log=xx");
});

test("an optional argument is only taken when attached", () => {
  assert.deepEqual(given("-t", "-f", "x"), ["config-test", "use-file=x"]);
  assert.deepEqual(given("-t=out"), ["config-test=out"]);
  assert.deepEqual(given("-tout"), ["config-test=out"]);
  assert.deepEqual(given("--config-test=out"), ["config-test=out"]);
});

test("what is unknown or incomplete is named", () => {
  assert.equal(given("-Y"), "unknown -Y");
  assert.equal(given("-nY"), "unknown -Y");
  assert.equal(given("--bogus"), "unknown --bogus");
  assert.equal(given("--dont-fork=1"), "unknown --dont-fork=1");
  assert.equal(given("-f"), "missing -f");
  assert.equal(given("--pid"), "missing --pid");
});

function daemon(...argv: string[]): DaemonOptions {
  const parsed = parseInvocation(argv);
  assert.ok(parsed.ok && parsed.value.kind === "daemon", argv.join(" "));
  return parsed.value.options;
}

test("without options the daemon runs in the background with the usual file", () => {
  const options = daemon();
  assert.equal(options.configFile, "/etc/keepalived/keepalived.conf");
  assert.equal(options.foreground, false);
  assert.equal(options.runsVrrp, true);
  assert.equal(options.respawns, true);
  assert.equal(options.logsToSyslog, true);
  assert.equal(options.facility, 3);
});

test("-C leaves VRRP out, unless -P asks for it too", () => {
  assert.equal(daemon("-C").runsVrrp, false);
  assert.equal(daemon("-P").runsVrrp, true);
  assert.equal(daemon("-C", "-P").runsVrrp, true);
});

test("a syslog facility is a number or a name", () => {
  for (const [text, facility] of [
    ["0", 16],
    ["7", 23],
    ["local3", 19],
    ["user", 1],
    ["daemon", 3],
  ] as const) {
    assert.equal(daemon("-S", text).facility, facility);
  }
  assert.deepEqual(parseInvocation(["-S", "local9"]), {
    ok: false,
    error: {
      message: "Invalid log facility 'local9': use 0-7, local0-7, user or daemon",
      exitCode: 1,
    },
  });
});

test("a umask is a number in C's notation", () => {
  assert.equal(daemon("-u", "022").umask, 0o22);
  assert.equal(daemon("-u", "0x3f").umask, 0o77);
  assert.equal(daemon("-u", "18").umask, 0o22);
  assert.equal(parseInvocation(["-u", "9x"]).ok, false);
  assert.equal(parseInvocation(["-u", "01000"]).ok, false);
});

test("the log file has a default name", () => {
  assert.equal(daemon("-g").logFile, "/tmp/keepalived.log");
  assert.equal(daemon("-g/var/log/k").logFile, "/var/log/k");
  assert.equal(daemon().logFile, undefined);
});

test("an unknown option ends with 1, a missing parameter with 2", () => {
  assert.deepEqual(parseInvocation(["-Y"]), {
    ok: false,
    error: { message: "Unknown option -Y", exitCode: 1 },
  });
  assert.deepEqual(parseInvocation(["-f"]), {
    ok: false,
    error: { message: "Missing parameter for option -f", exitCode: 2 },
  });
});

test("the first question given is the one that is answered", () => {
  assert.deepEqual(parseInvocation(["-n", "-v", "-h"]), { ok: true, value: { kind: "version" } });
  assert.deepEqual(parseInvocation(["--signum=JSON"]), {
    ok: true,
    value: { kind: "signum", name: "JSON" },
  });
});

test("stray words and options without effect are remarked on, not refused", () => {
  const parsed = parseInvocation(["-n", "stray", "-x"]);
  assert.ok(parsed.ok && parsed.value.kind === "daemon");
  assert.deepEqual(parsed.value.remarks, [
    "Unexpected argument(s): stray",
    "Option --snmp is accepted, but not yet active",
  ]);
});

test("a first word that is a subcommand takes the rest", () => {
  assert.deepEqual(parseInvocation(["status", "--json"]), {
    ok: true,
    value: { kind: "subcommand", name: "status", arguments: ["--json"] },
  });
});

test("-t is a test with its options", () => {
  const parsed = parseInvocation(["-f", "a.conf", "--config-test=log"]);
  assert.ok(parsed.ok && parsed.value.kind === "configTest");
  assert.equal(parsed.value.logFile, "log");
  assert.equal(parsed.value.options.configFile, "a.conf");
});

test("every option is in the help, and no name is used twice", () => {
  const help = renderHelp(paintWith(false));
  for (const { long } of OPTIONS) assert.ok(help.includes(`--${long}`), long);
  const shorts = OPTIONS.flatMap(({ short }) => (short === undefined ? [] : [short]));
  assert.equal(new Set(shorts).size, shorts.length);
  assert.equal(new Set(OPTIONS.map(({ long }) => long)).size, OPTIONS.length);
});

test("the help fits a terminal of 100 columns", () => {
  const long = renderHelp(paintWith(false))
    .split("\n")
    .filter((line) => line.length > 100);
  assert.deepEqual(long, []);
});

test("a subcommand's options and operands are read as its declaration has them", () => {
  const why = declarationOf("why");
  const given = readSubcommand(why, ["VI_1", "-p", "/run/a.pid"]);
  assert.ok(given.ok && given.value !== "help");
  assert.deepEqual(given.value.operands, ["VI_1"]);
  assert.equal(given.value.get("pid"), "/run/a.pid");
  assert.equal(given.value.has("socket"), false);
  assert.deepEqual(readSubcommand(why, []), { ok: false, error: "keepalived why needs NAME" });
  assert.deepEqual(readSubcommand(why, ["--bogus"]), {
    ok: false,
    error: "Unknown option '--bogus'",
  });
  assert.deepEqual(readSubcommand(why, ["--help"]), { ok: true, value: "help" });
});

test("every subcommand has its help, with its usage and options", () => {
  for (const declaration of SUBCOMMANDS) {
    const help = renderSubcommandHelp(declaration, paintWith(false));
    assert.ok(help.startsWith(`Usage: keepalived ${declaration.name}`), help);
    for (const { long } of declaration.options) assert.ok(help.includes(`--${long}`), help);
  }
});
