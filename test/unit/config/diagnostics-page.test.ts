/** docs/user/diagnostics.md has every code, and its examples are true. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseIpAddress } from "../../../src/base/address.ts";
import { CODES, meaningOf } from "../../../src/config/diagnostic-codes.ts";
import type { DiagnosticCode } from "../../../src/config/diagnostic-codes.ts";
import type { Diagnostic } from "../../../src/config/diagnostics.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { textSource } from "../../../src/config/source.ts";
import type { FileSource } from "../../../src/config/source.ts";
import type { NameTable, Surroundings } from "../../../src/config/surroundings.ts";

const PAGE = readFileSync(new URL("../../../docs/user/diagnostics.md", import.meta.url), "utf8");
const ALL_CODES = Object.keys(CODES) as readonly DiagnosticCode[];

/** Told of the command line, of several files, or of versions: one file cannot show them. */
const hasNoExample = (code: DiagnosticCode): boolean =>
  code.startsWith("cluster-") ||
  [
    "file-missing",
    "file-refused",
    "auth-hmac-key-readable",
    "not-yet-active",
    "newer-keyword",
    "our-keyword",
    "keepalived-version",
    "understood-differently",
  ].includes(code);

const sections: ReadonlyMap<string, string> = new Map(
  [...PAGE.matchAll(/^### (\S+)\n([\s\S]*?)(?=^##|(?![\s\S]))/gm)].map((match) => [
    match[1] ?? "",
    match[2] ?? "",
  ]),
);

test("the page has a heading for every code, and for nothing else", () => {
  assert.deepEqual([...sections.keys()].sort(), [...ALL_CODES].sort());
});

for (const code of ALL_CODES) {
  if (hasNoExample(code)) continue;
  test(`the example of ${code} is given that code, and what is right is not`, () => {
    const section = sections.get(code) ?? "";
    const wrong = diagnose(example(section, "wrong"));
    const right = diagnose(example(section, "right"));
    const found = wrong.filter((each) => each.code === code);
    assert.notEqual(found.length, 0, wrong.map(({ message }) => message).join("\n"));
    const severity = /^\*(\w+)\.\*/m.exec(section)?.[1]?.toLowerCase();
    assert.ok(found.some((each) => each.severity === severity));
    const left = right.filter((each) => each.code === code || each.severity === "error");
    assert.deepEqual(left, []);
  });
}

test("the page says truly whether Keepalived complains", () => {
  const wrong = ALL_CODES.filter(
    (code) => !hasNoExample(code) && code !== "include-missing",
  ).filter((code) => {
    const said = /\*\*Keepalived\.\*\* It (complains|says nothing)/.exec(sections.get(code) ?? "");
    return said?.[1] !== (meaningOf(code).test === "none" ? "says nothing" : "complains");
  });
  assert.deepEqual(wrong, []);
});

/** The text of an example, with the lines that every instance has added to those without. */
function example(section: string, kind: "wrong" | "right"): string {
  const found = new RegExp(`\`\`\`text ${kind}( whole)?\n([\\s\\S]*?)\`\`\``).exec(section);
  assert.ok(found, `an example that is ${kind}`);
  const [, whole, text = ""] = found;
  return whole === undefined ? completed(text) : text;
}

function completed(text: string): string {
  return text.replace(/^vrrp_instance .* \{\n([\s\S]*?)^\}/gm, (block, inside: string) => {
    const added = [
      ...(/^ *interface /m.test(inside) ? [] : ["interface eth0"]),
      ...(inside.includes("virtual_router_id") ? [] : ["virtual_router_id 51"]),
      ...(inside.includes("virtual_ipaddress {")
        ? []
        : ["virtual_ipaddress {", "192.0.2.10/24", "}"]),
    ];
    return block.replace(/\}$/, `${added.join("\n")}\n}`);
  });
}

function diagnose(text: string): readonly Diagnostic[] {
  return loadConfig(examplesSource(text), {
    path: "/etc/keepalived/keepalived.conf",
    interfaceExists: (name) => ["lo", "eth0", "eth1"].includes(name),
    ...HOST,
  }).diagnostics;
}

function examplesSource(text: string): FileSource {
  return textSource({
    "/etc/keepalived/keepalived.conf": text,
    "/etc/keepalived/conf.d/good.conf": "",
  });
}

const table = (...known: readonly string[]): NameTable => ({
  has: (name) => known.includes(name),
  names: () => known,
});

const HOST: Surroundings = {
  interfaceNames: () => ["lo", "eth0", "eth1"],
  interfaceAddresses: (name) => {
    const address = parseIpAddress("192.0.2.1");
    return name === "eth0" && address !== undefined ? [{ address, length: 24 }] : undefined;
  },
  users: table("root", "keepalived_script"),
  groups: table("root"),
  inspectCommand: ({ argv: [program] }) => {
    if (program.endsWith("/gone")) return [{ kind: "disabled", message: `${program} is gone` }];
    if (program.startsWith("/home/")) return [{ kind: "unsafe", message: `${program} is unsafe` }];
    return program.includes("/") ? [] : [{ kind: "by-search", message: `${program} was found` }];
  },
};
