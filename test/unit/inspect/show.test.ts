/** The effective configuration says what is in force, and is a file that means the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import type { LoadOptions, LoadedConfig } from "../../../src/config/load.ts";
import { textSource } from "../../../src/config/source.ts";
import type { FileSource } from "../../../src/config/source.ts";
import { readStatements } from "../../../src/config/statements.ts";
import { flatten } from "../../../src/inspect/flatten.ts";
import { originsIn, shortName } from "../../../src/inspect/origin.ts";
import { renderShown } from "../../../src/report/config-show.ts";
import { paintWith } from "../../../src/report/paint.ts";
import { corpusNames, corpusOptions, corpusSource } from "../../golden/config/corpus.ts";

interface Shown {
  readonly text: string;
  readonly loaded: LoadedConfig;
}

function show(
  source: FileSource,
  options: LoadOptions,
  {
    defaults = false,
    masks = true,
  }: { readonly defaults?: boolean; readonly masks?: boolean } = {},
): Shown {
  const { statements, files, includes } = readStatements(source, options, () => undefined);
  const loaded = loadConfig(source, options);
  const originOf = originsIn(source, files, includes);
  const lines = flatten({ statements, ...loaded, originOf, defaults });
  const text = renderShown(lines, {
    paint: paintWith(false),
    nameOf: (file) => shortName(file, options.path, source.workingDirectory),
    mainFile: options.path,
    masks,
  });
  return { text, loaded };
}

function shown(files: Readonly<Record<string, string>>, defaults = false): string {
  const path = "/etc/keepalived/keepalived.conf";
  return show(textSource(files), { path, configId: "lb1" }, { defaults }).text;
}

for (const defaults of [false, true]) {
  const what = defaults ? "with defaults" : "as written";
  test(`every file of the corpus that runs means the same once flattened, ${what}`, () => {
    const different = corpusNames().filter((name) => {
      const source = corpusSource();
      const { text, loaded } = show(source, corpusOptions(name), { defaults, masks: false });
      if (loaded.verdict.run !== undefined) return false;
      const again = loadConfig(
        {
          ...source,
          read: (path) => (path === "shown.conf" ? { ok: true, value: text } : source.read(path)),
        },
        corpusOptions("shown"),
      );
      return JSON.stringify(again.model) !== JSON.stringify(loaded.model);
    });
    assert.deepEqual(different, []);
  });
}

test("each line says where it was written, and what brought it there", () => {
  const text = shown({
    "/etc/keepalived/keepalived.conf": [
      "$PRIO=150",
      "$CHECKS=track_interface { \\",
      "eth1 \\",
      "}",
      "include conf.d/*.conf",
      "vrrp_instance VI_1 {",
      "  virtual_ipaddress {",
      "    10.0.0.5/24   dev eth0",
      "  }",
      "  @lb1 priority $PRIO",
      "  @lb2 priority 50",
      "  interface eth0",
      "  virtual_router_id 51",
      "  $CHECKS",
      "}",
      "~SEQ(n,8,9) child_wait_time $n",
    ].join("\n"),
    "/etc/keepalived/conf.d/global.conf": "global_defs {\nrouter_id lb1\n}\n",
  });
  assert.equal(
    text,
    `# child_wait_time 8  # keepalived.conf:16, ~SEQ; passed over: the last of these counts
child_wait_time 9    # keepalived.conf:16, ~SEQ

global_defs {      # conf.d/global.conf:1, included on keepalived.conf:5
    router_id lb1  # conf.d/global.conf:2, included on keepalived.conf:5
}

vrrp_instance VI_1 {          # keepalived.conf:6
    interface eth0            # keepalived.conf:12
    virtual_router_id 51      # keepalived.conf:13
    priority 150              # keepalived.conf:10, $PRIO of keepalived.conf:1
    virtual_ipaddress {       # keepalived.conf:7
        10.0.0.5/24 dev eth0  # keepalived.conf:8
    }
    track_interface {         # keepalived.conf:2, used on keepalived.conf:14
        eth1                  # keepalived.conf:3, used on keepalived.conf:14
    }
}

`,
  );
});

const BROKEN = `global_defs {
  vrrp_strict
  vrrp_garp_master_repeat 3
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 90
  priority 100
  prioritty 110
  advert_int abc
  down_timer_adverts 5
  nopreempt
  authentication {
    auth_type PASS
    auth_pass "s3cret pw"
  }
  virtual_ipaddress {
    10.0.0.5/24
  }
}
`;

test("what does not count is a remark with its reason", () => {
  const text = shown({ "/etc/keepalived/keepalived.conf": BROKEN });
  const remarks = text.split("\n").filter((line) => line.includes("passed over"));
  assert.deepEqual(
    remarks.map((line) => line.trim().replace(/\s+/g, " ")),
    [
      "# priority 90 # keepalived.conf:8; passed over: line 9 counts",
      "# advert_int abc # keepalived.conf:11; passed over: advert_int: invalid number 'abc' - write seconds from 0.01 to 255",
      "# prioritty 110 # keepalived.conf:10; passed over: Unknown keyword 'prioritty' in vrrp_instance - did you mean priority?",
    ],
  );
});

test("with defaults each value in force is there, with what gave it", () => {
  const text = shown({ "/etc/keepalived/keepalived.conf": BROKEN }, true);
  const line = (keyword: string): string =>
    (text.split("\n").find((each) => each.startsWith(`    ${keyword} `)) ?? "")
      .trim()
      .replace(/\s+/g, " ");
  assert.equal(line("advert_int"), "advert_int 1 # default");
  assert.equal(line("garp_master_repeat"), "garp_master_repeat 3 # from global_defs, line 3");
  assert.equal(line("strict_mode"), "strict_mode on # from global_defs, line 2");
  assert.equal(line("lower_prio_no_advert"), "lower_prio_no_advert on # vrrp_strict");
  assert.equal(
    line("down_timer_adverts"),
    "down_timer_adverts 3 # keepalived.conf:12; written: down_timer_adverts 5; (VI_1) down_timer_adverts is incompatible with strict mode - resetting",
  );
});

test("a password is not shown, in quotes or not", () => {
  const text = shown({ "/etc/keepalived/keepalived.conf": BROKEN });
  assert.match(text, /auth_pass \*+ /);
  assert.doesNotMatch(text, /s3cret| pw/);
});

test("quotes, escapes and comment signs mean the same when read again", () => {
  for (const written of [
    'notify "/bin/sh -c \'echo  \\"a # b\\" \\! c\'" root',
    "router_id a\\#b",
    'router_id "a  # b',
    "router_id $_HASH$_BANG",
  ]) {
    const block = written.startsWith("notify") ? "vrrp_instance VI_1" : "global_defs";
    const file = `${block} {\n${written}\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n10.0.0.5\n}\n}\n`;
    const path = "/etc/keepalived/keepalived.conf";
    const { text, loaded } = show(textSource({ [path]: file }), { path }, { masks: false });
    assert.deepEqual(loadConfig(textSource({ [path]: text }), { path }).model, loaded.model, text);
  }
});
