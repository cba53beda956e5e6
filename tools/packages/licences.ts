/**
 * The licences of what is inside the executable, for the packages' copyright files.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Part {
  readonly name: string;
  readonly text: string;
}

/** What the bundles hold, beside Node.js. */
const BUNDLED = [
  "koffi",
  "nodemailer",
  "vscode-languageserver",
  "vscode-languageserver-protocol",
  "vscode-languageserver-types",
  "vscode-languageserver-textdocument",
  "vscode-jsonrpc",
];

/** Every part with its licence's text. */
export function partsWithin(root: string): readonly Part[] {
  return [
    { name: "Node.js", text: nodeLicence() },
    ...BUNDLED.map((name) => ({ name, text: packageLicence(join(root, "node_modules", name)) })),
  ];
}

/** Where the packages and archives of Node.js put it. */
function nodeLicence(): string {
  const prefix = dirname(dirname(process.execPath));
  const places = [
    join(prefix, "LICENSE"),
    join(prefix, "share/doc/nodejs/LICENSE"),
    join(prefix, "share/doc/nodejs/copyright"),
    join(prefix, "share/doc/node/LICENSE"),
  ];
  const found = places.find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(
      `the licence of Node.js, which has to go with it, is in none of ${places.join(", ")}`,
    );
  }
  return readFileSync(found, "utf8");
}

function packageLicence(directory: string): string {
  const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${directory} has no licence`);
  return readFileSync(join(directory, file), "utf8");
}

/** Text as a field of a machine-readable copyright file: each line indented, empty ones a dot. */
export function indented(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === "" ? " ." : ` ${line.trimEnd()}`))
    .join("\n");
}

/** The first line of a text that names who holds the rights. */
export function holderIn(text: string): string {
  const line = /^\W*(?:copyright)\s+(?:\(c\)\s*)?(.+?)\W*$/im.exec(text)?.[1];
  return line ?? "its contributors";
}
