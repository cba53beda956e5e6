/**
 * The keyword and option tables of docs/compat.md, made from the grammar and the option table.
 *
 *   npx tsx tools/docs-compat.ts          writes them into docs/compat.md
 *
 * A keyword "works" when the grammar does not say that it comes later and no row of NO_EFFECT
 * stands below; the column "shown by" names what demonstrates it, where something does by name.
 */
import { goldenWith } from "./compat-goldens.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OPTIONS } from "../src/cli/option-table.ts";
import type { OptionDeclaration } from "../src/cli/option-table.ts";
import type { KeywordDescription } from "../src/config/grammar/keyword.ts";
import { rootGrammar } from "../src/config/grammar/root.ts";
import { SHOWN_FOR_MODES } from "./compat-modes.ts";
import { SHOWN_FOR_PROCESSES } from "./compat-processes.ts";
import { NO_EFFECT_FOR_VMAC, SHOWN_FOR_VMAC } from "./compat-vmac.ts";

export const COMPAT_PAGE = fileURLToPath(new URL("../docs/compat.md", import.meta.url));

/** Read and checked like any other, with no effect yet and no notice of it; what happens instead. */
export const NO_EFFECT: Readonly<Record<string, string>> = {
  "global_defs/tmp_config_directory":
    "none is needed: the configuration is read once, by the parent",
  "vrrp_instance/debug": "none, as in Keepalived",
  ...NO_EFFECT_FOR_VMAC,
};

/** Keywords whose notice speaks of a part that does not exist yet either; what is true today. */
const TODAY: Readonly<Record<string, string>> = {};

/** What works in part. */
export const IN_PART: Readonly<Record<string, string>> = {
  "global_defs/vrrp_iptables": "told so, and nftables is used instead",
  "global_defs/vrrp_ipsets": "told so, and nftables is used instead",
  "global_defs/router_id": "a label in dumps and mails; SNMP comes later",
  "global_defs/vrrp_no_swap": "the program and its libraries are locked, not what it computes with",
  "global_defs/config_save_dir":
    "copies of the configuration, without dumps of the state beside them",
  "vrrp_instance/unicast_fault_no_peer": "the instance is left out instead of staying in FAULT",
  "vrrp_instance/virtual_ipaddress/preferred_lft": "IPv6 addresses only",
};

/** Scenarios (`scenario NAME`), recorded files (`golden NAME`) and test files that show a keyword. */
export const SHOWN_BY: Readonly<Record<string, string>> = {
  ...SHOWN_FOR_PROCESSES,
  ...SHOWN_FOR_MODES,
  ...SHOWN_FOR_VMAC,
  vrrp_sync_group: "test/interop/sync-group.test.ts",
  "vrrp_sync_group/group": "test/interop/sync-group.test.ts",
  "vrrp_sync_group/notify": "test/interop/sync-group.test.ts",
  vrrp_track_process: "test/interop/trackers.test.ts",
  vrrp_track_file: "test/interop/trackers.test.ts",
  track_file: "test/interop/trackers.test.ts",
  track_group: "test/interop/dumps.test.ts",
  static_ipaddress: "test/interop/routes.test.ts",
  static_routes: "test/interop/routes.test.ts",
  static_rules: "test/interop/routes.test.ts",
  "vrrp_instance/virtual_routes": "test/interop/routes.test.ts",
  "vrrp_instance/virtual_rules": "test/interop/routes.test.ts",
  "global_defs/vip_lease": "test/interop/leases.test.ts",
  "vrrp_instance/vip_lease": "test/interop/leases.test.ts",
  "global_defs/vip_repair": "test/interop/leases.test.ts",
  "vrrp_instance/vip_repair": "test/interop/leases.test.ts",
  "global_defs/receive_proof": "test/interop/conditions.test.ts",
  "vrrp_instance/receive_proof": "test/interop/conditions.test.ts",
  "vrrp_instance/isolation_check": "scenario isolation-single-owner",
  "vrrp_instance/witness": "test/interop/witness.test.ts",
  "global_defs/isolation_check": "scenario isolation-single-owner",
  "global_defs/witness": "test/interop/witness.test.ts",
  "vrrp_instance/auth_hmac": "scenario hmac",
  "global_defs/router_id": "golden tutorial",
  "global_defs/default_interface": "test/unit/config/model.test.ts",
  "global_defs/vrrp_version": "golden globals",
  "global_defs/nftables": "test/kernel/nftables.test.ts",
  "global_defs/nftables_priority": "test/kernel/nftables.test.ts",
  "global_defs/nftables_ifindex": "test/kernel/nftables.test.ts",
  "global_defs/nftables_counters": "test/kernel/nftables.test.ts",
  "global_defs/vrrp_skip_check_adv_addr": "golden globals",
  "global_defs/vrrp_mcast_group4": "golden globals",
  "global_defs/vrrp_mcast_group6": "golden globals",
  "global_defs/vrrp_min_garp": "golden globals-min-garp",
  "global_defs/vrrp_garp_interval": "scenario announcements-paced",
  "global_defs/vrrp_gna_interval": "scenario announcements-paced",
  "global_defs/vrrp_startup_delay": "scenario startup-delay",
  "global_defs/v3_checksum_as_v2": "test/unit/vrrp/receive.test.ts",
  "global_defs/json_version": "test/interop/dumps.test.ts",
  "global_defs/state_dump_file": "test/interop/dumps.test.ts",
  "global_defs/stats_dump_file": "test/interop/dumps.test.ts",
  "global_defs/json_dump_file": "test/interop/dumps.test.ts",
  "global_defs/data_use_instance": "test/interop/dumps.test.ts",
  "vrrp_instance/state": "test/interop/tutorial.test.ts",
  "vrrp_instance/interface": "test/interop/tutorial.test.ts",
  "vrrp_instance/virtual_router_id": "scenario reload-vrid",
  "vrrp_instance/priority": "scenario election-by-priority",
  "vrrp_instance/advert_int": "scenario v3-ten-milliseconds",
  "vrrp_instance/version": "scenario version-mismatch",
  "vrrp_instance/preempt": "scenario preemption-on-return",
  "vrrp_instance/nopreempt": "scenario nopreempt-keeps-the-master",
  "vrrp_instance/preempt_delay": "scenario preempt-delay",
  "vrrp_instance/unicast_src_ip": "scenario unicast-pair",
  "vrrp_instance/unicast_peer": "scenario unicast-pair",
  "vrrp_instance/unicast_fault_no_peer": "golden unicast-fault-no-peer",
  "vrrp_instance/v3_checksum_as_v2": "test/unit/vrrp/receive.test.ts",
  "vrrp_instance/native_ipv6": "golden ipv6-native",
  "vrrp_instance/authentication": "scenario wrong-password",
  "vrrp_instance/authentication/auth_type": "test/interop/mixed.test.ts",
  "vrrp_instance/authentication/auth_pass": "scenario wrong-password",
  "vrrp_instance/strict_mode": "golden strict",
  "vrrp_instance/accept": "test/unit/daemon/firewall-work.test.ts",
  "vrrp_instance/no_accept": "test/unit/daemon/firewall-work.test.ts",
  "vrrp_instance/virtual_ipaddress": "test/interop/mixed.test.ts",
  "vrrp_instance/virtual_ipaddress/scope": "test/contract/netlink.ts",
  "vrrp_instance/virtual_ipaddress/label": "test/contract/netlink.ts",
  "vrrp_instance/virtual_ipaddress_excluded": "golden addresses-options",
  "vrrp_instance/no_virtual_ipaddress": "golden no-virtual-ipaddress",
  "vrrp_instance/garp_master_delay": "scenario announcements",
  "vrrp_instance/garp_master_repeat": "scenario announcements",
  "vrrp_instance/garp_master_refresh": "scenario announcements",
  "vrrp_instance/garp_master_refresh_repeat": "scenario announcements",
  "vrrp_instance/skip_check_adv_addr": "test/unit/vrrp/receive.test.ts",
  "vrrp_instance/notify": "golden notify-all",
  "vrrp_instance/track_script": "scenario fault-of-the-master",
  "vrrp_instance/track_script/weight": "scenario script-weight-moves-the-address",
  "vrrp_instance/track_script/reverse": "scenario script-reverse",
  "vrrp_instance/track_file": "test/interop/trackers.test.ts",
  "vrrp_instance/track_file/weight": "scenario tracked-file",
  "vrrp_instance/track_file/reverse": "golden track-file-and-process",
  "vrrp_instance/track_process": "test/interop/trackers.test.ts",
  "vrrp_instance/track_process/weight": "scenario tracked-process-weight",
  "vrrp_instance/track_process/reverse": "golden track-file-and-process",
  "vrrp_script/script": "test/interop/tutorial.test.ts",
  "vrrp_script/interval": "test/interop/tutorial.test.ts",
  "vrrp_script/timeout": "test/interop/tutorial.test.ts",
  "vrrp_script/weight": "scenario script-weight-positive",
  "vrrp_script/rise": "test/unit/track/script.test.ts",
  "vrrp_script/fall": "test/unit/track/script.test.ts",
  vrrp_script: "test/interop/tutorial.test.ts",
  vrrp_instance: "test/interop/tutorial.test.ts",
};

interface Row {
  readonly path: string;
  readonly keyword: KeywordDescription;
}

/** Every keyword worth a row: blocks that come later as a whole have one row, without their inside. */
export function keywordRows(): readonly Row[] {
  const rows: Row[] = [];
  const visit = (keywords: readonly KeywordDescription[], prefix: string): void => {
    for (const keyword of keywords) {
      const path = `${prefix}${keyword.name}`;
      rows.push({ path, keyword });
      const hasRows = keyword.later === undefined && !SAME_INSIDE.has(keyword.name);
      if (hasRows) visit(keyword.inside, `${path}/`);
    }
  };
  visit(rootGrammar.keywords, "");
  return rows;
}

/** Small blocks that share a table. */
const OTHER_BLOCKS = [
  "vrrp_sync_group",
  "vrrp_track_process",
  "track_file",
  "track_group",
  "garp_group",
  "linkbeat_interfaces",
  "interface_up_down_delays",
] as const;

/** Its options are those of virtual_ipaddress. */
const SAME_INSIDE: ReadonlySet<string> = new Set(["virtual_ipaddress_excluded"]);

/** The tables, each between its markers in docs/compat.md. */
export function renderTables(): ReadonlyMap<string, string> {
  const all = keywordRows();
  const inBlock = (block: string): readonly Row[] =>
    all.filter(({ path }) => path.startsWith(`${block}/`));
  const root = all.filter(({ path }) => !path.includes("/"));
  return new Map([
    ["root", renderKeywords("", root)],
    ["global_defs", renderKeywords("global_defs/", inBlock("global_defs"))],
    ["vrrp_instance", renderKeywords("vrrp_instance/", inBlock("vrrp_instance"))],
    ["vrrp_script", renderKeywords("vrrp_script/", inBlock("vrrp_script"))],
    ["others", renderKeywords("", OTHER_BLOCKS.flatMap(inBlock))],
    ["options", renderOptions()],
  ]);
}

function renderKeywords(prefix: string, rows: readonly Row[]): string {
  const lines = rows.map(({ path, keyword }) => {
    const name = path.slice(prefix.length).replaceAll("/", " › ");
    return `| \`${name}\` | ${statusOf(path, keyword)} | ${shownBy({ path, keyword })} |`;
  });
  return ["| keyword | today | shown by |", "|---|---|---|", ...lines].join("\n");
}

function statusOf(path: string, { later, instead }: KeywordDescription): string {
  const old = instead === undefined ? "" : ` (deprecated: use ${instead})`;
  const without = NO_EFFECT[path];
  if (later !== undefined) return `not yet active: ${TODAY[path] ?? later}${old}`;
  if (without !== undefined) return `no effect: ${without}${old}`;
  const part = IN_PART[path];
  return part === undefined ? `works${old}` : `in part: ${part}${old}`;
}

/** It loads an example of every keyword. */
const EXAMPLES = "test/unit/inspect/explain.test.ts";

function shownBy({ path, keyword }: Row): string {
  if (keyword.later !== undefined && SHOWN_BY[path] === undefined) return "";
  const golden = goldenWith(path);
  const evidence = SHOWN_BY[path] ?? (golden === undefined ? EXAMPLES : `golden ${golden}`);
  const [kind, name] = evidence.split(" ");
  if (name === undefined) return `\`${evidence}\``;
  return `${kind ?? ""} \`${name}\``;
}

function renderOptions(): string {
  const options: readonly OptionDeclaration[] = OPTIONS;
  const rows = options.map(({ short, long, help, isInactive }) => {
    const names = short === undefined ? `\`--${long}\`` : `\`-${short}\` \`--${long}\``;
    const state =
      isInactive === true ? "accepted, not yet active" : (OPTION_NOTES[long] ?? "works");
    return `| ${names} | ${state} | ${help} |`;
  });
  return ["| option | today | what it does |", "|---|---|---|", ...rows].join("\n");
}

const OPTION_NOTES: Readonly<Record<string, string>> = {
  genhash: "works; also when the program is called `genhash`",
  vrrp: "works; there is no other process to leave out",
  check: "works: no VRRP process is started, so nothing runs",
  no_bfd: "nothing to leave out yet",
  checkers_pid: "the file is made and locked, and stays empty",
  bfd_pid: "the file is made and locked, and stays empty",
};

/** `page` with every table replaced by the current one. */
export function withTables(page: string): string {
  let text = page;
  for (const [name, table] of renderTables()) {
    const [begin, end] = [`<!-- ${name}: made by tools/docs-compat.ts -->`, `<!-- end ${name} -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`docs/compat.md has no place for the table ${name}`);
    text = `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
  }
  return text;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(COMPAT_PAGE, withTables(readFileSync(COMPAT_PAGE, "utf8")));
}
