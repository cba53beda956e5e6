/** Rows of global_defs about the daemon's processes, scripts and files. */
import { microseconds } from "../../base/units.ts";
import type { GlobalDraft } from "../drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import {
  choice,
  clamped,
  COUNT_MAXIMUM,
  explained,
  integer,
  optionalText,
  text,
} from "./arguments.ts";
import type { ArgumentDescription } from "./arguments.ts";
import type { Context, Keyword } from "./keyword.ts";
import { boolean, command, flag, optional, userOf, value, words } from "./rows.ts";
import { umask } from "./umask.ts";

const HIGHEST_REALTIME_PRIORITY = 99;

const INCLUDE_CHECKS: readonly string[] = ["read", "match", "wildcard_match", "brace_match"];

/** The level itself is kept by the reader, because it acts on the lines that follow. */
function checkIncludeCheck(found: readonly Word[], context: Context): void {
  for (const word of found) {
    if (INCLUDE_CHECKS.includes(word.text.replace(/^[+-]/, ""))) continue;
    const message = `Unknown include_check type '${word.text}'`;
    context.report({ severity: "error", code: "bad-value", message, at: spanOf(word) });
  }
}

const INCLUDE_CHECK: ArgumentDescription = {
  kind: "checks",
  shape: "[[+-]read|match|wildcard_match|brace_match ...]",
  choiceHelp: {
    read: "A file that matches must be readable.",
    match: "Something must match, unless there is a wildcard.",
    wildcard_match: "Something must match a wildcard.",
    brace_match: "Something must match each alternative in braces.",
  },
};

const RELOAD_TIME_FILE = explained(text("PATH"), {
  "HH:MM:SS[Z]": "In the file: the next time the clock shows that; Z means UTC.",
  "YY-MM-DD HH:MM:SS[Z]": "In the file: a day of this century and a time.",
  "YYYY-MM-DD HH:MM:SS[Z]": "In the file: a day and a time.",
});

export const GLOBAL_PROCESS: readonly Keyword<GlobalDraft>[] = [
  flag({
    name: "process_names",
    since: "2.0.16",
    group: "process",
    default: "keepalived for all",
    help: "Give each process its own standard name (keepalived_vrrp, keepalived_lvs, keepalived_bfd).",
    set: (draft, at) => (draft.usesStandardProcessNames = at),
  }),
  value(text("NAME", 15), {
    name: "process_name",
    since: "2.0.16",
    group: "process",
    default: "keepalived",
    help: "Name of the parent process.",
    set: (draft, value) => (draft.processName = value),
  }),
  value(text("NAME", 15), {
    name: "vrrp_process_name",
    since: "2.0.16",
    group: "process",
    default: "keepalived",
    help: "Name of the VRRP process.",
    set: (draft, value) => (draft.vrrpProcessName = value),
  }),
  value(text("NAME", 15), {
    name: "checker_process_name",
    since: "2.2.0",
    group: "process",
    default: "keepalived",
    help: "Name of the checker process.",
    later: "there is no checker process",
  }),
  value(text("NAME", 15), {
    name: "lvs_process_name",
    since: "2.0.16",
    group: "process",
    default: "keepalived",
    help: "Deprecated synonym of checker_process_name.",
    later: "there is no checker process",
    instead: "checker_process_name",
  }),
  value(text("NAME", 15), {
    name: "bfd_process_name",
    since: "2.0.16",
    group: "process",
    default: "keepalived",
    help: "Name of the BFD process.",
    later: "there is no BFD process",
  }),
  boolean({
    name: "use_symlink_paths",
    since: "2.3.0",
    group: "process",
    default: "off",
    help: "Keep symlinks in script paths instead of resolving them.",
    set: (draft, { value }) => (draft.process.keepsSymlinks = value),
  }),
  boolean({
    name: "set_supplementary_groups",
    since: "2.4.4",
    group: "process",
    default: "off",
    help: "Run scripts with all groups of their user.",
    set: (draft, { value }) => (draft.process.supplementaryGroups = value),
  }),
  command({
    name: "startup_script",
    since: "2.1.0",
    group: "process",
    default: "none",
    help: "Run once before child processes start.",
    set: (draft, value) => (draft.startupScript = value),
  }),
  value(integer(1, 1_000, "s"), {
    name: "startup_script_timeout",
    since: "2.1.0",
    group: "process",
    default: "10",
    help: "Time limit for startup_script.",
    set: (draft, { value }) => (draft.process.startupTimeout = value),
  }),
  command({
    name: "shutdown_script",
    since: "2.1.0",
    group: "process",
    default: "none",
    help: "Run once after all children have ended.",
    set: (draft, value) => (draft.shutdownScript = value),
  }),
  value(integer(1, 1_000, "s"), {
    name: "shutdown_script_timeout",
    since: "2.1.0",
    group: "process",
    default: "10",
    help: "Time limit for shutdown_script.",
    set: (draft, { value }) => (draft.process.shutdownTimeout = value),
  }),
  optional(integer(-1, 99), {
    name: "max_auto_priority",
    since: "2.1.0",
    group: "process",
    default: "0 (off)",
    help: "Highest realtime priority a late process may raise itself to; -1 silences the notice.",
    without: HIGHEST_REALTIME_PRIORITY,
    set: (draft, { value }) => (draft.process.maximumAutoPriority = value),
  }),
  value(integer(1, 10_000_000, "us"), {
    name: "min_auto_priority_delay",
    since: "2.1.0",
    group: "process",
    default: "1000000",
    help: "Lateness of a timer that triggers automatic priority increase.",
    set: (draft, { value }) => (draft.process.leastAutoPriorityDelay = microseconds(value)),
  }),
  value(integer(-20, 19), {
    name: "vrrp_priority",
    since: "1.2.20",
    group: "process",
    default: "0",
    help: "Nice value of the VRRP process.",
    set: (draft, value) => (draft.vrrpNice = value),
  }),
  flag({
    name: "vrrp_no_swap",
    since: "1.2.20",
    group: "process",
    default: "off",
    help: "Lock the VRRP process in memory.",
    set: (draft, at) => (draft.vrrpNoSwap = at),
  }),
  value(clamped(1, 99), {
    name: "vrrp_rt_priority",
    since: "2.0.0",
    group: "process",
    default: "off",
    help: "SCHED_RR priority of the VRRP process.",
    set: (draft, value) => (draft.vrrpRealtimePriority = value),
  }),
  words({
    name: "script_user",
    since: "1.3.0",
    group: "process",
    default: "keepalived_script if it exists, else daemon user",
    help: "Default user for scripts.",
    arguments: [text("USER"), text("[[:]GROUP]")],
    needs: 1,
    take: (draft, [user, group]) => {
      if (user !== undefined) draft.scriptUser = userOf(user, group);
    },
  }),
  flag({
    name: "enable_script_security",
    since: "1.3.0",
    group: "process",
    default: "off",
    help: "Refuse root scripts whose path others can write; insist on keepalived_script.",
    set: (draft, at) => (draft.scriptSecurity = at),
  }),
  value(umask, {
    name: "umask",
    since: "2.0.9",
    group: "process",
    default: "0177",
    help: "Umask for created files; command line wins.",
    set: (draft, value) => (draft.umask = value),
  }),
  value(integer(0, COUNT_MAXIMUM), {
    name: "random_seed",
    since: "2.0.15",
    group: "syntax",
    default: "time based",
    help: "Seed for _RANDOM.",
  }),
  words({
    name: "include_check",
    since: "2.2.0",
    group: "syntax",
    default: "none; no option = all",
    help: "Which missing includes are errors.",
    arguments: [INCLUDE_CHECK],
    needs: 0,
    take: (_draft, found, context) => {
      checkIncludeCheck(found, context);
    },
  }),
  optional(optionalText("LOGFILE"), {
    name: "reload_check_config",
    since: "2.2.0",
    group: "process",
    default: "off, /dev/null",
    help: "Validate the new configuration before reloading.",
    without: undefined,
    set: (draft, { value }) => (draft.process.checksReload = { logFile: value }),
  }),
  value(RELOAD_TIME_FILE, {
    name: "reload_time_file",
    since: "2.1.0",
    group: "process",
    default: "none",
    help: "File holding the time of a scheduled reload.",
    set: (draft, { value }) => (draft.process.reloadTimeFile = value),
  }),
  flag({
    name: "reload_repeat",
    since: "2.1.0",
    group: "process",
    default: "off",
    help: "Keep the time file, reload daily.",
    set: (draft) => (draft.process.repeatsReload = true),
  }),
  optional(optionalText("PATH"), {
    name: "reload_file",
    since: "2.2.0",
    group: "process",
    default: "off, keepalived.reload in pid dir",
    help: "File that exists while configuration is being read.",
    without: undefined,
    set: (draft, { value }) => (draft.process.reloadMarker = { path: value }),
  }),
  value(text("DIR"), {
    name: "config_save_dir",
    since: "2.2.3",
    group: "process",
    default: "none",
    help: "Keep copies of configuration at each reload for debugging.",
    set: (draft, { value }) => (draft.process.saveDirectory = value),
  }),
  value(text("DIR"), {
    name: "tmp_config_directory",
    since: "2.2.0",
    group: "process",
    default: "memfd",
    help: "Where the flattened configuration copy is held.",
  }),
  boolean({
    name: "data_use_instance",
    since: "2.2.3",
    group: "process",
    default: "off",
    help: "Put namespace and instance into dump file names.",
    set: (draft, value) => (draft.dumps.usesInstanceName = value.value),
  }),
  value(choice("1", "2"), {
    name: "json_version",
    since: "2.2.8",
    group: "core",
    default: "1",
    help: "Layout of the JSON dump.",
    set: (draft, value) => (draft.dumps.jsonVersion = value.value === "2" ? 2 : 1),
  }),
  value(text("DIR"), {
    name: "iproute_usr_dir",
    since: "2.3.2",
    group: "routes",
    default: "build dependent",
    help: "Directory of distribution iproute2 name tables.",
    set: (draft, value) => (draft.iprouteUsrDir = value),
  }),
  value(text("DIR"), {
    name: "iproute_etc_dir",
    since: "2.3.2",
    group: "routes",
    default: "/etc/iproute2",
    help: "Directory of local iproute2 name tables.",
    set: (draft, value) => (draft.iprouteEtcDir = value),
  }),
  value(text("PATH"), {
    name: "state_dump_file",
    since: "2.3.3",
    group: "core",
    default: "/tmp/keepalived.data",
    help: "Where USR1 writes; a name alone is in the usual directory, and DIR/ keeps the usual name.",
    set: (draft, value) => (draft.dumps.stateFile = value.value),
  }),
  value(text("PATH"), {
    name: "stats_dump_file",
    since: "2.3.3",
    group: "core",
    default: "/tmp/keepalived.stats",
    help: "Where USR2 writes; in Keepalived it has no effect.",
    set: (draft, value) => (draft.dumps.statisticsFile = value.value),
  }),
  value(text("PATH"), {
    name: "json_dump_file",
    since: "2.3.3",
    group: "core",
    default: "/tmp/keepalived.json",
    help: "Where the JSON signal writes; in Keepalived it has no effect.",
    set: (draft, value) => (draft.dumps.jsonFile = value.value),
  }),
];
