/** Which Keepalived understands a file, and which words keep an older one from it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { isNewer, portabilityOf } from "../../../src/config/portability.ts";
import type { Portability } from "../../../src/config/portability.ts";
import { textSource } from "../../../src/config/source.ts";

function portabilityOfText(text: string): Portability {
  const source = textSource({ "k.conf": text });
  const { model } = loadConfig(source, { path: "k.conf" });
  return portabilityOf(source, { path: "k.conf" }, model);
}

test("isNewer() compares the numbers of versions, not their text", () => {
  assert.equal(isNewer("2.2.10", "2.2.7"), true);
  assert.equal(isNewer("2.2.7", "2.2.7"), false);
  assert.equal(isNewer("1.9.9", "2.0.0"), false);
});

test("the newest word decides which Keepalived is needed, and its line is named", () => {
  const { version, diagnostics } = portabilityOfText(
    "global_defs {\n  vrrp_owner_ignore_adverts\n}\nvrrp_instance VI_1 {\n  no_virtual_ipaddress\n}\n",
  );

  assert.equal(version, "2.3.3");
  assert.deepEqual(
    diagnostics.map(({ code, at, message }) => [code, at.line, message.split(";")[0]]),
    [
      ["newer-keyword", 2, "vrrp_owner_ignore_adverts came with Keepalived 2.3.3"],
      ["newer-keyword", 5, "no_virtual_ipaddress came with Keepalived 2.2.8"],
    ],
  );
});

test("option words of a line count too", () => {
  const { version } = portabilityOfText(
    "vrrp_instance VI_1 {\n  virtual_ipaddress {\n    10.0.0.3 preferred_lft 10\n  }\n}\n",
  );
  assert.notEqual(version, "1.0.3");
});

test("a script below /bin is told of where scripts are secured: Keepalived 2.4 does not run it", () => {
  const script = 'vrrp_script chk {\n  script "/bin/true"\n}\n';

  assert.deepEqual(portabilityOfText(script).diagnostics, []);
  const secured = portabilityOfText(`global_defs {\n  enable_script_security\n}\n${script}`);
  assert.deepEqual(
    secured.diagnostics.map(({ code, fix }) => [code, fix]),
    [["understood-differently", "write /usr/bin/true"]],
  );
});
