/**
 * The `Global definitions` section of the dump: a line for every global keyword tools look for. The
 * parent and the VRRP process have the same lines but for a few.
 */
import { toSeconds } from "../base/units.ts";
import type { Duration } from "../base/units.ts";
import type { InstanceDefaults } from "../config/dump-config.ts";
import type { GlobalConfig, Model } from "../config/model.ts";
import { DEFAULT_BUFFERED_PACKETS, DEFAULT_REAL_TIME_LIMIT } from "../config/process-config.ts";
import type { BufferSize, ProcessConfig } from "../config/process-config.ts";
import { renderOwned, wholeSeconds } from "./dump-text.ts";
import type { OwnerOf } from "./dump-text.ts";

/** Where instances without an interface are put by Keepalived's own default. */
const DEFAULT_INTERFACE = "eth0";

/** keepalived.conf(5), what a keyword that does not change anything here stands at. */
const SETTLED = {
  checkers: [
    "Checker process priority = 0",
    "Checker don't swap = false",
    "Checker realtime priority = 0",
    "Checker realtime limit = 10000",
    "BFD process priority = 0",
    "BFD don't swap = false",
    "BFD realtime priority = 0",
    "BFD realtime limit = 10000",
  ],
  management: [
    "SNMP vrrp disabled",
    "SNMP checker disabled",
    "SNMP RFCv2 disabled",
    "SNMP RFCv3 disabled",
    "SNMP traps disabled",
    "SNMP socket = default (unix:/var/agentx/master)",
    "DBus disabled",
    "DBus service name = ",
  ],
  balancing: [
    "lvs_netlink_cmd_rcv_bufs = 0",
    "lvs_netlink_cmd_rcv_bufs_force = 0",
    "lvs_netlink_monitor_rcv_bufs = 0",
    "lvs_netlink_monitor_rcv_bufs_force = 0",
    "rs_init_notifies = 0",
    "no_checker_emails = 0",
  ],
} as const;

export interface GlobalDumpFacts {
  readonly model: Model;
  readonly process: "parent" | "vrrp";
  /** Whether the VRRP process makes firewall tables. */
  readonly usesFirewall: boolean;
  readonly ownerOf: OwnerOf;
  /** Who runs scripts that name nobody. */
  readonly scriptOwner: { readonly uid: number; readonly gid: number } | undefined;
}

export function globalLines(facts: GlobalDumpFacts): readonly string[] {
  const { global } = facts.model;
  return [
    ...identityLines(global),
    ...mailLines(global),
    ...alertLines(global.dumps.defaults),
    ...reloadLines(global),
    ...(global.dumps.usesInstanceName ? ["Use instance name in data dumps"] : []),
    ...(facts.process === "parent" ? lifeScriptLines(facts) : []),
    `Dynamic interfaces = ${global.dynamicInterfaces}`,
    ...(global.dynamicInterfaces ? ["Allow interface changes = false"] : []),
    ...(global.mail.tellsFaults ? [] : ["Send emails for fault transitions = off"]),
    ...interfaceLines(facts),
    ...["Disable local IGMP = no", "LVS flush = false", "LVS flush on stop = disabled"],
    ...fifoLines(facts),
    `FIFO write vrrp states on reload = ${global.writesStatesOnReload}`,
    `VRRP notify priority changes = ${global.notifiesPriority}`,
    `VRRP IPv4 mcast group = ${global.multicastGroupIpv4}`,
    `VRRP IPv6 mcast group = ${global.multicastGroupIpv6}`,
    ...announcementLines(global.dumps.defaults),
    `VRRP default protocol version = ${global.vrrpVersion}`,
    ...firewallLines(facts),
    `VRRP check unicast_src = ${global.dumps.defaults.checkUnicastSource}`,
    `VRRP skip check advert addresses = ${global.dumps.defaults.skipAddressCheck}`,
    `VRRP strict mode = ${global.vrrpStrict}`,
    ...schedulingLines(global),
    ...SETTLED.checkers,
    ...SETTLED.management,
    `Script security ${global.scriptSecurity ? "enabled" : "disabled"}`,
    ...scriptOwnerLines(facts),
    ...bufferLines(global.process),
    `umask = 0${(global.umask ?? DEFAULT_UMASK).toString(8)}`,
    ...lastLines(global),
  ];
}

/** keepalived(8), --umask. */
const DEFAULT_UMASK = 0o177;

function identityLines(global: GlobalConfig): readonly string[] {
  const { parent, vrrp } = global.processNames;
  return [
    `Network namespace = ${global.netNamespace ?? "(default)"}`,
    "Network namespace ipvs = (main namespace)",
    ...(global.instanceName === undefined ? [] : [`Instance name = ${global.instanceName}`]),
    ...(parent === PROGRAM_NAME ? [] : [`Parent process name = ${parent}`]),
    ...(vrrp === PROGRAM_NAME ? [] : [`VRRP process name = ${vrrp}`]),
    ...(vrrp === `${PROGRAM_NAME}_vrrp`
      ? [`LVS process name = ${PROGRAM_NAME}_lvs`, `BFD process name = ${PROGRAM_NAME}_bfd`]
      : []),
    `Router ID = ${global.routerId}`,
  ];
}

const PROGRAM_NAME = "keepalived";

function mailLines({ mail }: GlobalConfig): readonly string[] {
  if (mail.server === undefined) return recipientLines(mail.recipients);
  return [
    `Smtp server = ${mail.server}`,
    `Smtp server port = ${mail.port}`,
    ...(mail.helloName === undefined ? [] : [`Smtp HELO name = ${mail.helloName}`]),
    `Smtp server connection timeout = ${toSeconds(mail.connectTimeout)}`,
    ...(mail.from === undefined ? [] : [`Email notification from = ${mail.from}`]),
    ...recipientLines(mail.recipients),
  ];
}

const recipientLines = (recipients: readonly string[]): readonly string[] =>
  recipients.length === 0
    ? []
    : ["Email notification to:", ...recipients.map((recipient) => `  ${recipient}`)];

const alertLines = (defaults: InstanceDefaults): readonly string[] => [
  `Default smtp_alert = ${openSwitch(defaults.smtpAlert)}`,
  `Default smtp_alert_vrrp = ${openSwitch(defaults.smtpAlertVrrp)}`,
  `Default smtp_alert_checker = ${openSwitch(defaults.smtpAlertChecker)}`,
  `Checkers log all failures = ${defaults.checkersLogAllFailures}`,
];

const openSwitch = (is: boolean | undefined): string =>
  is === undefined ? "unset" : is ? "on" : "off";

function reloadLines({ process }: GlobalConfig): readonly string[] {
  const { check, marker, schedule } = process.reload;
  const checkedTo = check?.logFile === undefined ? "" : ` to ${check.logFile}`;
  return [
    check === undefined ? "No test config before reload" : `Test config before reload${checkedTo}`,
    ...(schedule === undefined
      ? []
      : [`Reload time file = ${schedule.path}${schedule.repeats ? " (repeat)" : ""}`]),
    ...(marker?.path === undefined ? [] : [`Reload file = ${marker.path}`]),
    ...(process.saveDirectory === undefined
      ? []
      : [`Config save directory = ${process.saveDirectory}`]),
  ];
}

function lifeScriptLines({ model, ownerOf }: GlobalDumpFacts): readonly string[] {
  const { startupScript, shutdownScript, process } = model.global;
  const { startupTimeout, shutdownTimeout } = process;
  return [
    ...(startupScript === undefined
      ? []
      : [
          `Startup script = ${renderOwned(startupScript, ownerOf)}, timeout ${toSeconds(startupTimeout)}`,
        ]),
    ...(shutdownScript === undefined
      ? []
      : [
          `Shutdown script = ${renderOwned(shutdownScript, ownerOf)} timeout ${toSeconds(shutdownTimeout)}`,
        ]),
  ];
}

function interfaceLines({ model, process }: GlobalDumpFacts): readonly string[] {
  const { defaultInterface } = model.global;
  const shown = process === "vrrp" ? (defaultInterface ?? DEFAULT_INTERFACE) : defaultInterface;
  return shown === undefined ? [] : [`Default interface = ${shown}`];
}

function fifoLines({ model, process, ownerOf }: GlobalDumpFacts): readonly string[] {
  return model.global.fifos.flatMap(({ path, keyword, owner, script }) => {
    const title = keyword === "notify_fifo" ? "Global notify fifo" : "VRRP notify fifo";
    const who = owner === undefined ? "0:0" : `${owner.user}:${owner.group ?? owner.user}`;
    const argument = process === "vrrp" ? [path] : [];
    return [
      `${title} = ${path}, uid:gid ${who}`,
      ...(script === undefined
        ? []
        : [`${title} script = ${renderOwned(script, ownerOf, argument)}`]),
    ];
  });
}

function announcementLines(defaults: InstanceDefaults): readonly string[] {
  const { announcements } = defaults;
  return [
    `Gratuitous ARP delay = ${wholeSeconds(announcements.masterDelay)}`,
    `Gratuitous ARP repeat = ${announcements.masterRepeat}`,
    `Gratuitous ARP refresh timer = ${wholeSeconds(announcements.refresh)}`,
    `Gratuitous ARP refresh repeat = ${announcements.refreshRepeat}`,
    `Gratuitous ARP lower priority delay = ${wholeSeconds(announcements.lowerPriorityDelay)}`,
    `Gratuitous ARP lower priority repeat = ${announcements.lowerPriorityRepeat}`,
    `Num adverts before down = ${defaults.downTimerAdverts}`,
    `Gratuitous ARP for each secondary VMAC = ${extraPeriod(announcements.extra)}s`,
    `Send advert after receive lower priority advert = ${!defaults.lowerPriorityNoAdvert}`,
    `Send advert after receive higher priority advert = ${defaults.higherPrioritySendAdvert}`,
    `Gratuitous ARP interval = ${sixDecimals(defaults.arpGap)}`,
    `Gratuitous NA interval = ${sixDecimals(defaults.naGap)}`,
  ];
}

const extraPeriod = (extra: InstanceDefaults["announcements"]["extra"]): number =>
  extra === undefined ? 0 : wholeSeconds(extra.period);

const sixDecimals = (span: Duration): string => toSeconds(span).toFixed(6);

function firewallLines({ model, process, usesFirewall }: GlobalDumpFacts): readonly string[] {
  const { nftables } = model.global;
  const isMade = nftables.isAskedFor || (process === "vrrp" && usesFirewall);
  return [
    ...(isMade
      ? [
          `nftables table name = ${nftables.table}`,
          `nftables base chain priority = ${nftables.priority}`,
          `nftables ${nftables.byInterfaceIndex ? "" : "don't "}force use ifindex for link local IPv6`,
        ]
      : []),
    `nftables ${nftables.counters ? "with" : "without"} counters`,
  ];
}

function schedulingLines(global: GlobalConfig): readonly string[] {
  const { processors, realTimeLimit, autoPriority } = global.process.scheduling;
  return [
    `Max auto priority = ${autoPriority.maximum}`,
    `Min auto priority delay = ${autoPriority.leastDelay} usecs`,
    `VRRP process priority = ${global.vrrpNice}`,
    `VRRP don't swap = ${global.vrrpNoSwap}`,
    `VRRP realtime priority = ${global.vrrpRealtimePriority ?? 0}`,
    ...(processors.length === 0 ? [] : [`VRRP CPU Affinity = ${processors.join(" ")}`]),
    `VRRP realtime limit = ${realTimeLimit ?? DEFAULT_REAL_TIME_LIMIT}`,
  ];
}

const scriptOwnerLines = ({ scriptOwner }: GlobalDumpFacts): readonly string[] =>
  scriptOwner === undefined ? [] : [`Default script uid:gid ${scriptOwner.uid}:${scriptOwner.gid}`];

function bufferLines({ buffers }: ProcessConfig): readonly string[] {
  const { advertPolicy } = buffers;
  const size = (name: string, buffer: BufferSize | undefined): readonly string[] => [
    `${name} = ${buffer?.bytes ?? 0}`,
    `${name}_force = ${buffer?.force === true ? 1 : 0}`,
  ];
  return [
    ...size("vrrp_netlink_cmd_rcv_bufs", buffers.netlinkCommand),
    ...size("vrrp_netlink_monitor_rcv_bufs", buffers.netlinkMonitor),
    ...size("process_monitor_rcv_bufs", buffers.processMonitor),
    ...SETTLED.balancing,
    ...(advertPolicy === undefined
      ? []
      : [
          advertPolicy.kind === "bytes"
            ? `rx_bufs_size = ${advertPolicy.bytes}`
            : `rx_bufs_policy = ${advertPolicy.kind === "mtu" ? "MTU" : "ADVERT"}`,
        ]),
    `rx_bufs_multiples = ${
      advertPolicy === undefined || advertPolicy.kind === "bytes"
        ? DEFAULT_BUFFERED_PACKETS
        : advertPolicy.packets
    }`,
  ];
}

function lastLines(global: GlobalConfig): readonly string[] {
  const { stateFile, statisticsFile, jsonFile, jsonVersion } = global.dumps;
  return [
    ...(global.logUnknownVrids ? ["log_unknown_vrids"] : []),
    ...(global.startupDelay > 0 ? [`vrrp_startup_delay = ${toSeconds(global.startupDelay)}`] : []),
    ...(stateFile === undefined ? [] : [`state_dump_file = ${stateFile}`]),
    ...(statisticsFile === undefined ? [] : [`stats_dump_file = ${statisticsFile}`]),
    ...(jsonFile === undefined ? [] : [`json_dump_file = ${jsonFile}`]),
    ...(jsonVersion === 1 ? [] : [`json_version = ${jsonVersion}`]),
  ];
}
