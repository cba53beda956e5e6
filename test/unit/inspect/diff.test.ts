/** What a reload changes and interrupts, told as the daemon would do it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { textSource } from "../../../src/config/source.ts";
import { readStatements } from "../../../src/config/statements.ts";
import { differenceBetween } from "../../../src/inspect/difference.ts";
import type { Side } from "../../../src/inspect/difference.ts";
import { flatten } from "../../../src/inspect/flatten.ts";
import { originsIn } from "../../../src/inspect/origin.ts";
import { differenceJson, renderDifference } from "../../../src/report/config-diff.ts";
import type { DiffOptions } from "../../../src/report/config-diff.ts";
import { paintWith } from "../../../src/report/paint.ts";

const OPTIONS: DiffOptions = {
  before: "old.conf",
  after: "new.conf",
  errors: 0,
  paint: paintWith(false),
  width: 100,
};

function side(text: string): Side {
  const source = textSource({ "k.conf": text });
  const options = { path: "k.conf" };
  const { statements, files, includes } = readStatements(source, options, () => undefined);
  const { model, diagnostics } = loadConfig(source, options);
  const originOf = originsIn(source, files, includes);
  return { model, lines: flatten({ statements, diagnostics, model, originOf, defaults: false }) };
}

const PAIR = `global_defs {
  router_id lb1
}
vrrp_script check_web {
  script "/usr/bin/true"
  weight -60
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass secret1
  }
  virtual_ipaddress {
    10.0.0.5/24
    10.0.0.6/24
  }
  track_script {
    check_web
  }
}
virtual_server 10.0.0.5 80 {
  lb_algo rr
  real_server 10.1.0.1 80 {
    weight 1
  }
}
`;

/** The pair with pieces of it replaced, against the pair. */
function changed(...replacements: readonly (readonly [string, string])[]): string {
  const after = replacements.reduce((text, [from, to]) => {
    assert.ok(text.includes(from), from);
    return text.replace(from, to);
  }, PAIR);
  return renderDifference(differenceBetween(side(PAIR), side(after)), OPTIONS);
}

test("the same in other words, another order or other files is no change", () => {
  const reordered = PAIR.replace("  priority 100\n", "").replace(
    "weight -60",
    "weight  -60 # less",
  );
  const difference = differenceBetween(side(PAIR), side(reordered));
  assert.equal(
    renderDifference(difference, OPTIONS),
    "A reload from old.conf to new.conf changes nothing.\n",
  );
});

test("a higher priority interrupts nothing, and says when it takes over", () => {
  assert.equal(
    changed(["priority 100", "priority 150"]),
    `A reload from old.conf to new.conf
  Nothing is interrupted.

VI_1
  priority 100 → 150
      as backup it takes over from a master that has less, after at most 3.41 s; that one serves
      until then
`,
  );
});

test("another router id starts anew, and says how long", () => {
  assert.equal(
    changed(["virtual_router_id 51", "virtual_router_id 52"]),
    `A reload from old.conf to new.conf
  Interrupted, where this router is master:
    VI_1, at most 3.61 s: it starts anew, and waits for a master first

VI_1
  another virtual router: virtual_router_id 51 → 52
      the old one resigns and this one starts anew; change every router of the group
`,
  );
});

test("a new name for the same router is no event", () => {
  const text = changed(["vrrp_instance VI_1", "vrrp_instance web"]);
  assert.match(text, /Nothing is interrupted\.\n\nVI_1 → web\n {2}name VI_1 → web\n {6}no event/);
});

test("a removed address is interrupted for good, a changed one for a moment", () => {
  const text = changed(["    10.0.0.6/24\n", ""], ["10.0.0.5/24", "10.0.0.5/16"]);
  assert.match(text, /\n {4}10\.0\.0\.6\/24 of VI_1, for good: it is removed\n/);
  assert.match(text, /\n {4}10\.0\.0\.5\/24 of VI_1, at most a moment: /);
  assert.match(text, /\n {2}10\.0\.0\.6\/24 removed from eth0\n/);
});

test("a removed instance and an instance with new checks are told", () => {
  const gone = changed([
    PAIR.slice(PAIR.indexOf("vrrp_instance"), PAIR.indexOf("virtual_server")),
    "",
  ]);
  assert.match(gone, /\n {4}VI_1, for good: it resigns, /);
  const checks = changed(["/usr/bin/true", "/usr/bin/false"]);
  assert.match(checks, /Nothing is interrupted/);
  assert.match(checks, /its result is forgotten until it has run again/);
});

test("servers are told by address, below their service", () => {
  const text = changed(["weight 1\n  }", "weight 5\n  }\n  real_server 10.1.0.2 80 {\n  }"]);
  assert.match(
    text,
    /virtual_server 10\.0\.0\.5 80\n {2}real_server 10\.1\.0\.1 80: weight 1 → 5\n {2}real_server 10\.1\.0\.2 80 added\n/,
  );
});

test("a password that changes is said and not shown, in text or JSON", () => {
  const after = side(PAIR.replace("secret1", "secret2"));
  const difference = differenceBetween(side(PAIR), after);
  const text = renderDifference(difference, OPTIONS);
  assert.match(
    text,
    /\n {2}auth_pass changed\n {6}routers drop adverts with another authentication/,
  );
  assert.doesNotMatch(text + differenceJson(difference, OPTIONS), /secret/);
});

test("what the daemon would refuse is said first", () => {
  assert.match(
    changed(["global_defs {", "net_namespace blue\nglobal_defs {"]),
    /^A reload .*\n {2}The daemon refuses it and goes on as it is: the network namespace /,
  );
  const emptied = renderDifference(differenceBetween(side(PAIR), side("")), OPTIONS);
  assert.match(emptied, /refuses it and goes on as it is: nothing would be left to run/);
  const difference = differenceBetween(
    side(PAIR),
    side(PAIR.replace("priority 100", "priority 1")),
  );
  assert.match(
    renderDifference(difference, { ...OPTIONS, errors: 2 }),
    /refuses it and goes on as it is: new\.conf has 2 errors/,
  );
});
