/** Load balancing as text to review: what differs from a service with nothing but the necessary. */
import type {
  RealServerConfig,
  ServicesConfig,
  VirtualServerConfig,
} from "../../../src/lvs/config.ts";
import { serverName, serviceName } from "../../../src/lvs/names.ts";

const PLAIN_SERVICE: Partial<VirtualServerConfig> = {
  protocol: "tcp",
  family: "ipv4",
  scheduler: "rr",
  schedulerFlags: { flag1: false, flag2: false, flag3: false },
  onePacket: false,
  quorum: 1,
  hysteresis: 0,
  suspendsWithoutAddress: false,
  smtpAlert: false,
  startsDown: false,
  notifiesOnStop: false,
};

const PLAIN_SERVER: Partial<RealServerConfig> = {
  forwarding: { kind: "nat" },
  weight: 1,
  inhibitsOnFailure: false,
  upperThreshold: 0,
  lowerThreshold: 0,
  startsDown: false,
  smtpAlert: true,
};

export function renderServices(services: ServicesConfig): readonly string[] {
  const { groups, virtualServers, ...settings } = services;
  const plain = { timeouts: {}, flushesOnStart: false, flushOnStop: "nothing" };
  return [
    ...differences("lvs", settings, plain),
    ...groups.map(({ name, members }) => `group ${name} ${JSON.stringify(members)}`),
    ...virtualServers.flatMap(renderService),
  ];
}

function renderService(service: VirtualServerConfig): readonly string[] {
  const { target, protocol, realServers, sorryServer, ...rest } = service;
  const sorry =
    sorryServer === undefined
      ? []
      : [
          `  sorry server ${serverName(sorryServer, protocol)}`,
          ...differences("   ", withoutName(sorryServer), PLAIN_SERVER),
        ];
  return [
    `service ${serviceName(target, protocol)}`,
    ...differences(" ", { protocol, ...rest }, PLAIN_SERVICE),
    ...sorry,
    ...realServers.flatMap(({ checkers, ...server }) => [
      `  real server ${serverName(server, protocol)}`,
      ...differences("   ", withoutName(server), PLAIN_SERVER),
      ...checkers.map((checker) => `    check ${JSON.stringify(checker)}`),
    ]),
  ];
}

/** Without what the name of the server says already. */
function withoutName(server: object): object {
  return Object.fromEntries(
    Object.entries(server).filter(([key]) => key !== "address" && key !== "port"),
  );
}

function differences(label: string, made: object, reference: object): readonly string[] {
  const known = new Map<string, unknown>(Object.entries(reference));
  return Object.entries(made)
    .filter(([key, value]) => JSON.stringify(known.get(key)) !== JSON.stringify(value))
    .map(([key, value]) => `${label} ${key} ${JSON.stringify(value)}`);
}
