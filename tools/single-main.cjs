// The entry of the one executable: finds the parts inside it and runs the one it was started for.
// What a part asks for by name is inside too; koffi's native library goes through a file without a
// name, since the system's loader takes libraries from files only (docs/decisions/0030).
"use strict";
const { closeSync, constants, openSync, readFileSync, writeSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { getRawAsset } = require("node:sea");
const { Script } = require("node:vm");

/** linux/fcntl.h: a file that never gets a name. */
const O_TMPFILE = 0o20200000;
const WHERE_FILES_CAN_BE = ["/run", "/tmp", "/var/tmp", "/dev/shm"];
/** For a system on which no file made now may be loaded: the package's own copy. */
const INSTALLED_LIBRARY = join(dirname(process.execPath), "../lib/keepalived/koffi.node");

const bytes = (name) => new Uint8Array(getRawAsset(name));
const text = (name) => Buffer.from(getRawAsset(name)).latin1Slice();

function loadNative(image) {
  const refusals = [];
  const attempt = (path) => {
    try {
      const native = { exports: {} };
      process.dlopen(native, path);
      return native.exports;
    } catch (error) {
      refusals.push(error.message);
      return undefined;
    }
  };
  for (const directory of WHERE_FILES_CAN_BE) {
    const file = fileWithoutName(directory, image, refusals);
    if (file === undefined) continue;
    const library = attempt(`/proc/self/fd/${file}`);
    closeSync(file);
    if (library !== undefined) return library;
  }
  const library = isInstalled(image) ? attempt(INSTALLED_LIBRARY) : undefined;
  if (library !== undefined) return library;
  process.stderr.write(
    `keepalived: no directory allows a library to be loaded: ${refusals.join("; ")}\n` +
      `Mount one of ${WHERE_FILES_CAN_BE.join(", ")} writable and without noexec.\n`,
  );
  process.exit(1);
}

function fileWithoutName(directory, image, refusals) {
  try {
    const file = openSync(directory, O_TMPFILE | constants.O_RDWR | constants.O_EXCL, 0o700);
    for (let done = 0; done < image.length;) done += writeSync(file, image, done);
    return file;
  } catch (error) {
    refusals.push(error.message);
    return undefined;
  }
}

/** Another version's library is none. */
function isInstalled(image) {
  try {
    return readFileSync(INSTALLED_LIBRARY).equals(image);
  } catch {
    return false;
  }
}

const loaded = new Map();

function load(name) {
  if (!name.startsWith("./") && name !== "koffi" && name !== "koffi.node") return require(name);
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const exports =
    name === "koffi.node"
      ? loadNative(bytes(name))
      : run(name === "koffi" ? "koffi.cjs" : name.slice(2), undefined);
  loaded.set(name, exports);
  return exports;
}

function run(name, cachedData) {
  const head = "(function (exports, require, module, __filename, __dirname) {";
  const script = new Script(`${head}${text(name)}\n})`, { filename: name, cachedData });
  const module = { exports: {} };
  const { execPath } = process;
  script.runInThisContext()(module.exports, load, module, execPath, dirname(execPath));
  return module.exports;
}

// Options and certificates meant for other Node.js programs: this process has read them already, those
// it starts need not. Scripts get them back.
for (const name of ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"]) {
  const value = process.env[name];
  if (value) process.env[`KEEPALIVED_SET_ASIDE_${name}`] = value;
  delete process.env[name];
}
// Warnings of Node.js are for its programmers.
process.removeAllListeners("warning");
const part = process.env.KEEPALIVED_PART ?? "keepalived";
delete process.env.KEEPALIVED_PART;
run(`${part}.js`, bytes(`${part}.cache`));
