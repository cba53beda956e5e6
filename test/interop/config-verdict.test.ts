/**
 * `keepalived -t` of Debian's binary and ours say the same about every file of the corpus, except
 * where a reason stands below. The binary is 2.2.7; ours answers like 2.4.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import {
  CORPUS_CONFIG_ID,
  CORPUS_DIRECTORY,
  CORPUS_INTERFACES,
  corpusNames,
  loadCorpusFile,
} from "../golden/config/corpus.ts";
import { skipUnless } from "./gate.ts";

interface Difference {
  readonly theirs: number;
  readonly ours: number;
  readonly reason: string;
}

const TIMED_OUT = 124;
/** What a shell says of a program that SIGSEGV ended. */
const CRASHED = 139;
const NEWER_KEYWORD = "the keyword is newer than 2.2.7";

const DIFFERENCES: Readonly<Record<string, Difference>> = {
  "bfd-newer": { theirs: 5, ours: 0, reason: NEWER_KEYWORD },
  "bfd-no-name": { theirs: CRASHED, ours: 2, reason: "2.2.7 crashes" },
  "address-twice": { theirs: 0, ours: 5, reason: "since 2.3.3 the second address is rejected" },
  "address-peer-prefix": { theirs: 5, ours: 0, reason: "2.2.7 takes no prefix after peer" },
  "check-dns-one-letter": {
    theirs: 5,
    ours: 0,
    reason: "Keepalived takes a label of one letter for an empty one",
  },
  "check-http-no-url": { theirs: CRASHED, ours: 5, reason: "2.2.7 crashes" },
  "check-ssl-newer": { theirs: 5, ours: 0, reason: NEWER_KEYWORD },
  "crlf-tabs-bom": { theirs: 5, ours: 0, reason: "2.2.7 takes a byte order mark for a word" },
  "definition-cycle": { theirs: TIMED_OUT, ours: 5, reason: "2.2.7 never ends" },
  "definition-of-itself": { theirs: TIMED_OUT, ours: 5, reason: "2.2.7 never ends" },
  "globals-strict-off": { theirs: 5, ours: 0, reason: "2.2.7 takes no value after vrrp_strict" },
  "lvs-fwmark-without-number": { theirs: 139, ours: 2, reason: "2.2.7 crashes" },
  "mail-encrypted": { theirs: 5, ours: 0, reason: "smtp_tls and smtp_auth are extensions" },
  "no-virtual-ipaddress": { theirs: 5, ours: 0, reason: NEWER_KEYWORD },
  routes: { theirs: 5, ours: 0, reason: NEWER_KEYWORD },
  "script-fraction": { theirs: 5, ours: 0, reason: "since 2.3.2 intervals have fractions" },
  "sequence-too-long": { theirs: TIMED_OUT, ours: 5, reason: "2.2.7 reads 10^9 lines" },
  "switches-newer": { theirs: 5, ours: 0, reason: NEWER_KEYWORD },
  "unicast-peer-twice": { theirs: 0, ours: 5, reason: "since 2.3.3 the second peer is rejected" },
  "unicast-without-interface": {
    theirs: 5,
    ours: 0,
    reason: "the manual allows it with unicast_src_ip; 2.2.7 refuses it all the same",
  },
};

/** The exit code of the binary for each file, in a namespace where the interfaces exist. */
function theirVerdicts(): ReadonlyMap<string, number> {
  const links = CORPUS_INTERFACES.filter((name) => name !== "lo").map(
    (name) => `ip link add ${name} type veth peer name peer-${name} && ip link set ${name} up`,
  );
  const script = [
    ...links,
    "for file in *.conf; do",
    `  timeout 5 keepalived -t -i ${CORPUS_CONFIG_ID} -f "$file" >/dev/null 2>&1`,
    '  echo "${file%.conf} $?"',
    "done",
  ].join("\n");
  const run = spawnSync("unshare", ["--net", "sh", "-c", script], {
    cwd: CORPUS_DIRECTORY,
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, PLACE: "lab" },
  });
  const verdicts = new Map<string, number>();
  for (const line of run.stdout.trim().split("\n")) {
    const [name, code] = line.split(" ");
    if (name !== undefined) verdicts.set(name, Number(code));
  }
  return verdicts;
}

const skip = skipUnless("keepalived");
const verdicts = skip === false ? theirVerdicts() : new Map<string, number>();

for (const name of corpusNames()) {
  test(`-t says of ${name}.conf what Keepalived says`, { skip }, () => {
    const theirs = verdicts.get(name);
    const ours = loadCorpusFile(name).verdict.test;
    const known = DIFFERENCES[name];
    if (known === undefined) assert.equal(ours, theirs);
    else assert.deepEqual({ theirs, ours }, { theirs: known.theirs, ours: known.ours });
  });
}
