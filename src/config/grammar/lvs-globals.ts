/** Rows of global_defs about IPVS: its timeouts, its table at start and stop, its sync daemon. */
import { isMulticast } from "../../base/address.ts";
import type { IpAddress } from "../../base/address.ts";
import type { GlobalDraft } from "../drafts.ts";
import type { LvsGlobalsDraft, SyncDaemonDraft } from "../lvs-drafts.ts";
import { spanOf } from "../words.ts";
import type { Word } from "../words.ts";
import { address, explained, integer, interfaceName, optionalChoice, text } from "./arguments.ts";
import type { ArgumentType } from "./arguments.ts";
import type { Context, Keyword } from "./keyword.ts";
import { reportFor } from "./keyword.ts";
import { optionTable, optionValue, readOptions } from "./options.ts";
import type { Option } from "./options.ts";
import { flag, optional, words } from "./rows.ts";

const LATER = "load balancing is not done";
const LONGEST_TIMEOUT = 2_678_400;

const timeout = (
  name: string,
  help: string,
  field: "tcp" | "tcpFin" | "udp",
): Option<LvsGlobalsDraft["timeouts"]> =>
  optionValue(integer(0, LONGEST_TIMEOUT, "s"), {
    name,
    since: "1.2.24",
    group: "lvs",
    default: "kernel",
    help,
    set: (draft, { value }) => (draft[field] = value),
  });

const TIMEOUT_OPTIONS = optionTable<LvsGlobalsDraft["timeouts"]>("lvs_timeouts", [
  timeout("tcp", "TCP session timeout.", "tcp"),
  timeout("tcpfin", "Timeout after FIN.", "tcpFin"),
  timeout("udp", "UDP timeout.", "udp"),
]);

const MULTICAST_ADDRESS: ArgumentType<IpAddress> = {
  ...address,
  parse: (word, report) => {
    const value = address.parse(word, report);
    if (value === undefined || isMulticast(value)) return value;
    report({
      severity: "error",
      code: "bad-value",
      message: `${value} is not multicast - ignoring`,
      at: spanOf(word),
      fix: "write an address from 224.0.0.0 to 239.255.255.255, or one that begins with ff",
    });
    return undefined;
  },
};

const syncNumber = (
  text: { readonly name: string; readonly default: string; readonly help: string },
  type: ArgumentType<number>,
  field: "id" | "maximumLength" | "port" | "ttl",
): Option<SyncDaemonDraft> =>
  optionValue(type, {
    ...text,
    since: "1.2.24",
    group: "lvs",
    set: (draft, { value }) => (draft[field] = value),
  });

const SYNC_OPTIONS = optionTable<SyncDaemonDraft>("lvs_sync_daemon", [
  optionValue(text("NAME"), {
    name: "inst",
    since: "2.1.0",
    group: "lvs",
    default: "none",
    help: "Instance to follow.",
    set: (draft, value) => (draft.instance = value),
  }),
  syncNumber({ name: "id", default: "VRID or 0", help: "Sync id." }, integer(0, 255), "id"),
  syncNumber(
    { name: "maxlen", default: "kernel", help: "Largest message." },
    integer(1, 65_507),
    "maximumLength",
  ),
  syncNumber({ name: "port", default: "8848", help: "UDP port." }, integer(1, 65_535), "port"),
  syncNumber({ name: "ttl", default: "kernel", help: "Multicast TTL." }, integer(1, 255), "ttl"),
  optionValue(MULTICAST_ADDRESS, {
    name: "group",
    since: "1.2.24",
    group: "lvs",
    default: "224.0.0.81",
    help: "Multicast group.",
    set: (draft, { value }) => (draft.group = value),
  }),
]);

const FLUSH = explained(optionalChoice("VS"), {
  VS: "Each of the services is removed at once, with its servers, and others stay.",
});

export const GLOBAL_LVS: readonly Keyword<GlobalDraft>[] = [
  words({
    name: "lvs_timeouts",
    lenient: true,
    since: "1.2.24",
    group: "lvs",
    default: "kernel values",
    help: "Set IPVS connection timeouts, restored when dropped.",
    arguments: [text("[tcp S] [tcpfin S] [udp S]")],
    inside: TIMEOUT_OPTIONS.rows,
    needs: 1,
    take: (draft, found, context) => {
      readOptions(TIMEOUT_OPTIONS, draft.lvs.timeouts, found, context);
    },
    later: LATER,
  }),
  flag({
    name: "lvs_flush",
    since: "1.2.23",
    group: "lvs",
    default: "off",
    help: "Flush the IPVS table at start.",
    set: (draft) => (draft.lvs.flushesOnStart = true),
    later: LATER,
  }),
  optional(FLUSH, {
    name: "lvs_flush_on_stop",
    since: "2.2.0",
    group: "lvs",
    default: "off",
    help: "Flush all of IPVS, or just each own service, at stop.",
    without: undefined,
    set: setFlushOnStop,
    later: LATER,
  }),
  optional(FLUSH, {
    name: "lvs_flush_onstop",
    quietly: true,
    since: "2.0.15",
    group: "lvs",
    default: "off",
    help: "Deprecated spelling of lvs_flush_on_stop.",
    instead: "lvs_flush_on_stop",
    without: undefined,
    set: setFlushOnStop,
    later: LATER,
  }),
  words({
    name: "lvs_sync_daemon",
    lenient: true,
    since: "1.2.20",
    group: "lvs",
    default: "none",
    help: "Run the kernel connection sync daemon, optionally following an instance.",
    arguments: [text("IF [[inst] VRRP] [id N] [maxlen N] [port N] [ttl N] [group ADDR]")],
    inside: SYNC_OPTIONS.rows,
    needs: 1,
    take: readSyncDaemon,
    later: LATER,
  }),
];

function setFlushOnStop(draft: GlobalDraft, { value }: { readonly value: "VS" | undefined }): void {
  draft.lvs.flushOnStop = value === "VS" ? "services" : "everything";
}

/** The first counts; an instance may stand after the interface without `inst`. */
function readSyncDaemon(
  { lvs }: GlobalDraft,
  [name, ...rest]: readonly Word[],
  context: Context,
): void {
  if (name === undefined) return;
  const report = reportFor("lvs_sync_daemon", interfaceName, context.report);
  const value = interfaceName.parse(name, report);
  if (value === undefined) return;
  if (lvs.syncDaemon !== undefined) {
    const message = `lvs_sync_daemon has already been specified as ${lvs.syncDaemon.interfaceName} - ignoring`;
    const [at, because] = [spanOf(name), lvs.syncDaemon.at];
    context.report({ severity: "error", code: "duplicate", message, at, because });
    return;
  }
  const draft: SyncDaemonDraft = { interfaceName: value, at: spanOf(name) };
  const [second] = rest;
  const isBare = second !== undefined && !SYNC_OPTIONS.byName.has(second.text);
  if (isBare) draft.instance = { value: second.text, at: spanOf(second) };
  readOptions(SYNC_OPTIONS, draft, isBare ? rest.slice(1) : rest, context);
  lvs.syncDaemon = draft;
}
