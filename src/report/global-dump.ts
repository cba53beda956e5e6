/** The `Global definitions` section of the dump: a line for every global keyword tools look for. */
import { toSeconds } from "../base/units.ts";
import type { GlobalConfig } from "../config/model.ts";

/** keepalived.conf(5), what a keyword that does not change anything here stands at. */
const SETTLED = {
  head: [
    "Default smtp_alert = unset",
    "Default smtp_alert_vrrp = unset",
    "Default smtp_alert_checker = unset",
    "Checkers log all failures = false",
    "No test config before reload",
  ],
  afterInterfaces: ["Disable local IGMP = no", "LVS flush = false", "LVS flush on stop = disabled"],
  beforeProcesses: ["Max auto priority = 0", "Min auto priority delay = 1000000 usecs"],
  otherProcesses: [
    "Checker process priority = 0",
    "Checker don't swap = false",
    "Checker realtime priority = 0",
    "BFD process priority = 0",
    "BFD don't swap = false",
    "BFD realtime priority = 0",
    "SNMP vrrp disabled",
    "SNMP checker disabled",
    "SNMP RFCv2 disabled",
    "SNMP RFCv3 disabled",
    "SNMP traps disabled",
    "SNMP socket = default (unix:/var/agentx/master)",
    "DBus disabled",
  ],
} as const;

export function globalLines(global: GlobalConfig): readonly string[] {
  return [
    `Network namespace = ${global.netNamespace ?? "(default)"}`,
    "Network namespace ipvs = (main namespace)",
    ...(global.instanceName === undefined ? [] : [`Instance name = ${global.instanceName}`]),
    ...(global.usePidDir ? ["Using pid directory"] : []),
    `Router ID = ${global.routerId}`,
    ...mailLines(global),
    ...SETTLED.head,
    `Dynamic interfaces = ${global.dynamicInterfaces}`,
    ...(global.defaultInterface === undefined
      ? []
      : [`Default interface = ${global.defaultInterface}`]),
    ...SETTLED.afterInterfaces,
    `FIFO write vrrp states on reload = ${global.writesStatesOnReload}`,
    `VRRP notify priority changes = ${global.notifiesPriority}`,
    `VRRP IPv4 mcast group = ${global.multicastGroupIpv4}`,
    `VRRP IPv6 mcast group = ${global.multicastGroupIpv6}`,
    `VRRP default protocol version = ${global.vrrpVersion}`,
    ...(global.startupDelay > 0
      ? [`VRRP startup delay = ${toSeconds(global.startupDelay).toFixed(6)}`]
      : []),
    `VRRP strict mode = ${global.vrrpStrict}`,
    ...SETTLED.beforeProcesses,
    `VRRP process priority = ${global.vrrpNice}`,
    `VRRP don't swap = ${global.vrrpNoSwap}`,
    `VRRP realtime priority = ${global.vrrpRealtimePriority ?? 0}`,
    ...SETTLED.otherProcesses,
    `Script security ${global.scriptSecurity ? "enabled" : "disabled"}`,
    ...scriptUserLines(global),
    ...(global.umask === undefined ? [] : [`umask = 0${global.umask.toString(8)}`]),
  ];
}

function mailLines({ mail }: GlobalConfig): readonly string[] {
  return [
    ...(mail.server === undefined ? [] : [`Smtp server = ${mail.server}`]),
    ...(mail.server === undefined ? [] : [`Smtp server port = ${mail.port}`]),
    ...(mail.helloName === undefined ? [] : [`Smtp HELO name = ${mail.helloName}`]),
    ...(mail.server === undefined
      ? []
      : [`Smtp server connection timeout = ${toSeconds(mail.connectTimeout)}`]),
    ...(mail.from === undefined ? [] : [`Email notification from = ${mail.from}`]),
    ...mail.recipients.map((recipient) => `Email notification = ${recipient}`),
  ];
}

function scriptUserLines({ scriptUser }: GlobalConfig): readonly string[] {
  if (scriptUser === undefined) return [];
  const group = scriptUser.group === undefined ? "" : `:${scriptUser.group}`;
  return [`Default script user = ${scriptUser.user}${group}`];
}
