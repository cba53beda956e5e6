// `make install` and `make uninstall`: one list of what goes where, used by both. Settings come as
// variables of the environment, named as the GNU standards have them; docs/user/installing.md has
// the table. What an administrator has edited is neither replaced nor removed.
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const PROGRAM = 0o755;
const TEXT = 0o644;

function settingsFrom(environment) {
  const given = (name, otherwise) => environment[name] || otherwise;
  const prefix = given("PREFIX", "/usr/local");
  const sysconfdir = given("SYSCONFDIR", prefix === "/usr" ? "/etc" : join(prefix, "etc"));
  const datadir = join(prefix, "share");
  return {
    destdir: given("DESTDIR", ""),
    prefix,
    sysconfdir,
    datadir,
    sbindir: given("SBINDIR", join(prefix, "sbin")),
    bindir: given("BINDIR", join(prefix, "bin")),
    libdir: join(given("LIBDIR", join(prefix, "lib")), "keepalived"),
    mandir: given("MANDIR", join(datadir, "man")),
    unitdir: given("UNITDIR", join(prefix, "lib/systemd/system")),
    initdir: given("INITDIR", join(sysconfdir, "init.d")),
    tmpfilesdir: given("TMPFILESDIR", join(prefix, "lib/tmpfiles.d")),
    sysusersdir: given("SYSUSERSDIR", join(prefix, "lib/sysusers.d")),
    isSingle: given("SINGLE", "0") === "1",
    keepsRecord: given("RECORD", "1") === "1",
  };
}

/**
 * Everything that is installed: `to` an absolute path on the machine, `from` a file of the checkout
 * or `text` made from one or `link`. `isEditable`: an administrator may change it, and keeps it.
 */
function listOf(s) {
  const configuration = (from, to, mode = TEXT) => ({
    to: join(s.sysconfdir, to),
    text: filled(from, s),
    mode,
    isEditable: true,
  });
  return [
    ...(s.isSingle ? singleProgram(s) : program(s)),
    { to: join(s.bindir, "genhash"), link: relative(s.bindir, join(s.sbindir, "keepalived")) },
    ...["keepalived.8", "keepalived.conf.5", "genhash.1"].map((page) => ({
      to: join(s.mandir, `man${page.slice(-1)}`, page),
      from: `man/${page}`,
      mode: TEXT,
    })),
    configuration("packaging/samples/nginx-pair.conf", "keepalived/keepalived.conf.sample"),
    ...readdirSync(join(root, "packaging/samples"))
      .sort()
      .map((name) => configuration(`packaging/samples/${name}`, `keepalived/samples/${name}`)),
    configuration("packaging/sysconfig/keepalived", "sysconfig/keepalived"),
    configuration("packaging/logrotate/keepalived", "logrotate.d/keepalived"),
    {
      to: join(s.initdir, "keepalived"),
      text: filled("packaging/sysv/keepalived.in", s),
      mode: PROGRAM,
      isEditable: true,
    },
    {
      to: join(s.unitdir, "keepalived.service"),
      text: filled("packaging/systemd/keepalived.service.in", s),
      mode: TEXT,
    },
    {
      to: join(s.tmpfilesdir, "keepalived.conf"),
      from: "packaging/tmpfiles.d/keepalived.conf",
      mode: TEXT,
    },
    {
      to: join(s.sysusersdir, "keepalived.conf"),
      from: "packaging/sysusers.d/keepalived.conf",
      mode: TEXT,
    },
    ...[
      ["keepalived.bash", "bash-completion/completions/keepalived"],
      ["_keepalived", "zsh/site-functions/_keepalived"],
      ["keepalived.fish", "fish/vendor_completions.d/keepalived.fish"],
    ].map(([name, to]) => ({ to: join(s.datadir, to), from: `completions/${name}`, mode: TEXT })),
  ];
}

/** The start script, the bundles, and koffi with its library for this machine. */
function program(s) {
  const dist = filesIn("dist", (name) => !name.endsWith(".new"));
  const koffi = [
    ...["package.json", "index.cjs", "LICENSE.txt"].map((name) => `node_modules/koffi/${name}`),
    ...["index.cjs", "src/static.cjs"].map((name) => `node_modules/koffi/src/koffi/${name}`),
    ...filesBelow(`node_modules/@koromix/koffi-${process.platform}-${process.arch}`),
  ];
  return [
    { to: join(s.sbindir, "keepalived"), text: startScript(s), mode: PROGRAM },
    ...dist.map((name) => ({ to: join(s.libdir, name), from: `dist/${name}`, mode: TEXT })),
    ...koffi.map((from) => ({ to: join(s.libdir, from), from, mode: TEXT })),
  ];
}

/** One file; its library for systems on which it may not load the one inside it. */
function singleProgram(s) {
  return [
    { to: join(s.sbindir, "keepalived"), from: "dist/single/keepalived", mode: PROGRAM },
    { to: join(s.libdir, "koffi.node"), from: "dist/single/koffi.node", mode: TEXT },
  ];
}

/** Found beside itself wherever the tree is put, and where it was installed once it was copied. */
function startScript(s) {
  const source = readFileSync(join(root, "bin/keepalived"), "utf8");
  const line = 'library="${self%/*/*}/dist"\n';
  if (!source.includes(line)) throw new Error("bin/keepalived does not say where its library is");
  const beside = join(relative(dirname(s.sbindir), s.libdir));
  const found =
    `library="\${self%/*/*}/${beside}"\n` +
    `[ -f "$library/keepalived.cjs" ] || library=${quoted(s.libdir)}\n`;
  return source.replace(line, found);
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const filled = (from, s) =>
  readFileSync(join(root, from), "utf8")
    .replaceAll("@SBINDIR@", s.sbindir)
    .replaceAll("@SYSCONFDIR@", s.sysconfdir);

/** None where it is not built: `uninstall` knows from its record what there was. */
const filesIn = (directory, isWanted) =>
  (existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { withFileTypes: true })
    : []
  )
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map(({ name }) => name)
    .sort();

const filesBelow = (directory) =>
  (existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { withFileTypes: true, recursive: true })
    : []
  )
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();

const digestOf = (bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * What an install leaves for the next one and for `uninstall`: the directories that it made, and
 * how editable files were when they were written.
 */
const recordPath = (s) => `${s.destdir}${join(s.libdir, "installed.json")}`;

function readRecord(s) {
  try {
    return JSON.parse(readFileSync(recordPath(s), "utf8"));
  } catch {
    return { directories: [], editable: {}, files: [] };
  }
}

function contentOf(item) {
  if (item.text !== undefined) return Buffer.from(item.text);
  return readFileSync(join(root, item.from));
}

const isLink = (path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** Whether an administrator has changed what stands at `path`. */
function isEdited(item, path, record) {
  if (!existsSync(path)) return false;
  const digest = digestOf(readFileSync(path));
  return digest !== record.editable[item.to] && digest !== digestOf(contentOf(item));
}

/** Beside it first, then in its place: a program that runs keeps the file it has. */
function put(item, path) {
  const fresh = `${path}.installing`;
  rmSync(fresh, { force: true });
  if (item.link === undefined) {
    writeFileSync(fresh, contentOf(item));
    chmodSync(fresh, item.mode);
  } else {
    symlinkSync(item.link, fresh);
  }
  renameSync(fresh, path);
}

/** Makes `directory` with those above it; returns those that were not there, outermost first. */
function makeDirectories(directory) {
  const made = [];
  for (let at = directory; !existsSync(at); at = dirname(at)) made.unshift(at);
  for (const each of made) {
    mkdirSync(each);
    chmodSync(each, PROGRAM);
  }
  return made;
}

function install(s) {
  const built = s.isSingle ? "dist/single/keepalived" : "dist/keepalived.cjs";
  if (!existsSync(join(root, built))) throw new Error(`${built} is missing: build it first`);
  const record = readRecord(s);
  const directories = new Set(record.directories);
  const editable = { ...record.editable };
  const files = [];
  const items = listOf(s);
  for (const { from } of items) {
    const isThere = from === undefined || existsSync(join(root, from));
    if (!isThere) throw new Error(`${from} is missing: build it first`);
  }
  for (const item of items) {
    const path = s.destdir + item.to;
    for (const made of makeDirectories(dirname(path))) {
      directories.add(made.slice(s.destdir.length));
    }
    files.push(item.to);
    if (item.isEditable && isEdited(item, path, record)) {
      console.log(`${path} was edited: it stays as it is`);
      continue;
    }
    put(item, path);
    if (item.isEditable) editable[item.to] = digestOf(contentOf(item));
  }
  // Of the version before; only in a folder that is nobody else's.
  const gone = record.files.filter((to) => to.startsWith(`${s.libdir}/`) && !files.includes(to));
  for (const to of gone) rmSync(s.destdir + to, { force: true });
  if (s.keepsRecord) {
    makeDirectories(dirname(recordPath(s)));
    const text = JSON.stringify({ directories: [...directories].sort(), editable, files }, null, 1);
    writeFileSync(recordPath(s), `${text}\n`, { mode: TEXT });
  }
  if (s.destdir === "") sayWhatIsNext(s);
}

function sayWhatIsNext(s) {
  const sample = join(s.sysconfdir, "keepalived/keepalived.conf.sample");
  const reload = "systemctl daemon-reload && systemctl enable --now keepalived";
  console.log(
    `Next: write /etc/keepalived/keepalived.conf; ${sample} is a start, samples/ has more.`,
  );
  console.log(`Check it: ${join(s.sbindir, "keepalived")} check`);
  console.log(`Start it: ${reload}`);
}

function uninstall(s) {
  const record = readRecord(s);
  const listed = listOf(s);
  const known = new Set(listed.map(({ to }) => to));
  const formerOnes = record.files.filter((to) => !known.has(to)).map((to) => ({ to }));
  for (const item of [...listed, ...formerOnes]) {
    const path = s.destdir + item.to;
    if (!existsSync(path) && !isLink(path)) continue;
    const isKept = item.isEditable && isEdited(item, path, record);
    const isForeign =
      item.link !== undefined && !(isLink(path) && readlinkSync(path) === item.link);
    if (isKept) console.log(`${path} was edited: it stays`);
    else if (isForeign) console.log(`${path} is not of this program: it stays`);
    else rmSync(path);
  }
  rmSync(recordPath(s), { force: true });
  const own = record.directories.map((directory) => s.destdir + directory);
  for (const directory of own.sort().reverse()) removeIfEmpty(directory);
}

function removeIfEmpty(directory) {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!["ENOTEMPTY", "ENOENT"].includes(error.code)) throw error;
  }
}

const actions = { install, uninstall };
const action = actions[process.argv[2]];
if (action === undefined) throw new Error("usage: node tools/install.mjs install|uninstall");
action(settingsFrom(process.env));
