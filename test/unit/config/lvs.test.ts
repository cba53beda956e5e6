/** Load balancing: what a director's file becomes, what is inherited, and what is said of mistakes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RealServerConfig, VirtualServerConfig } from "../../../src/lvs/config.ts";
import { serverName, serviceName } from "../../../src/lvs/names.ts";
import { loadText } from "./reading.ts";

const DIRECTOR = `
global_defs {
    enable_script_security
}
virtual_server_group web {
    192.0.2.10-12 80
    192.0.2.16/30 80
    2001:db8::10 80
    fwmark 9 inet6
}
virtual_server group web {
    delay_loop 5
    lvs_sched wlc
    lvs_method TUN type gue port 6080 csum
    protocol TCP
    quorum 2
    hysteresis 1
    quorum_up "/usr/local/bin/quorum up"
    quorum_down "/usr/local/bin/quorum down" nobody
    sorry_server 198.51.100.9
    sorry_server_lvs_method TUN
    real_server 198.51.100.1 {
        weight 2
        TCP_CHECK {
            connect_port 80
        }
    }
    real_server 2001:db8:1::2 {
        lvs_method TUN type gre
    }
}
virtual_server fwmark 4 {
    lvs_sched sh
    sh-port
    lvs_method DR
    real_server 198.51.100.1 {
    }
}
virtual_server 2001:db8::53 53 {
    lvs_sched rr
    ops
    lvs_method NAT
    protocol UDP
    persistence_timeout
    persistence_granularity 64
    real_server 2001:db8:1::1 5353 {
    }
}
`;

function services(text: string): readonly VirtualServerConfig[] {
  return loadText(text).services.virtualServers;
}

/** One of the director's services. */
function ofDirector(index: number): VirtualServerConfig {
  const found = services(DIRECTOR)[index];
  assert.ok(found !== undefined);
  return found;
}

/** The one service of a text whose block has these lines. */
function service(lines: string, head = "192.0.2.1 80"): VirtualServerConfig {
  const [found] = services(
    `virtual_server ${head} {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n${lines}\n}\n`,
  );
  assert.ok(found !== undefined);
  return found;
}

function onlyServer(lines: string): RealServerConfig {
  const [found] = service(lines).realServers;
  assert.ok(found !== undefined);
  return found;
}

function messages(text: string): readonly string[] {
  return loadText(text)
    .diagnostics.filter(({ severity }) => severity !== "notice")
    .map(({ message }) => message);
}

test("a director's file has nothing to complain about", () => {
  const { verdict, diagnostics } = loadText(DIRECTOR);
  assert.equal(verdict.test, 0);
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity !== "notice"),
    [],
  );
});

test("a group's lines become ranges with both ends, and marks", () => {
  const [group] = loadText(DIRECTOR).services.groups;
  assert.deepEqual(group, {
    name: "web",
    members: [
      { kind: "addresses", first: "192.0.2.10", last: "192.0.2.12", port: 80 },
      { kind: "addresses", first: "192.0.2.16", last: "192.0.2.19", port: 80 },
      { kind: "addresses", first: "2001:db8::10", last: "2001:db8::10", port: 80 },
      { kind: "mark", mark: 9, family: "ipv6" },
    ],
  });
});

test("with tunnels to every server a group serves both families", () => {
  const web = ofDirector(0);
  assert.equal(web.family, undefined);
  assert.equal(web.quorum, 2);
  assert.equal(web.hysteresis, 1);
  assert.deepEqual(web.quorumDown, {
    argv: ["/usr/local/bin/quorum", "down"],
    text: "/usr/local/bin/quorum down",
    user: "nobody",
    group: undefined,
  });
  assert.deepEqual(web.sorryServer, {
    address: "198.51.100.9",
    port: 0,
    forwarding: { kind: "tunnel", tunnel: { type: "ipip" } },
    weight: 1,
    inhibitsOnFailure: false,
  });
  assert.deepEqual(
    web.realServers.map(({ address, port, weight, forwarding }) => ({
      address,
      port,
      weight,
      forwarding,
    })),
    [
      {
        address: "198.51.100.1",
        port: 0,
        weight: 2,
        forwarding: { kind: "tunnel", tunnel: { type: "gue", port: 6080, checksum: "full" } },
      },
      {
        address: "2001:db8:1::2",
        port: 0,
        weight: 1,
        forwarding: { kind: "tunnel", tunnel: { type: "gre", checksum: "none" } },
      },
    ],
  );
});

test("a firewall mark has no protocol, and the family of its servers", () => {
  const marked = ofDirector(1);
  assert.deepEqual(marked.target, { kind: "mark", mark: 4 });
  assert.equal(marked.protocol, undefined);
  assert.equal(marked.family, "ipv4");
  assert.deepEqual(marked.schedulerFlags, { flag1: false, flag2: true, flag3: false });
});

test("persistence without a number lasts six minutes, and IPv6 has a length for a mask", () => {
  const dns = ofDirector(2);
  assert.equal(dns.onePacket, true);
  assert.deepEqual(dns.persistence, {
    timeoutSeconds: 360,
    granularity: { kind: "prefix", length: 64 },
    engine: undefined,
  });
});

test("what is not said takes the manual's default", () => {
  const plain = service("real_server 10.0.0.1 {\n}");
  assert.equal(plain.quorum, 1);
  assert.equal(plain.hysteresis, 0);
  assert.equal(plain.smtpAlert, false);
  assert.equal(plain.persistence, undefined);
  assert.deepEqual(plain.realServers[0], {
    address: "10.0.0.1",
    port: 80,
    forwarding: { kind: "nat" },
    weight: 1,
    inhibitsOnFailure: false,
    upperThreshold: 0,
    lowerThreshold: 0,
    startsDown: false,
    smtpAlert: true,
    virtualHost: undefined,
    snmpName: undefined,
    notifyUp: undefined,
    notifyDown: undefined,
    checkers: [],
  });
});

test("a server inherits from its service, wherever the setting stands, unless it says otherwise", () => {
  const lines = "alpha\ninhibit_on_failure\nvirtualhost www.example.org\n";
  const inherited = onlyServer(`real_server 10.0.0.1 80 {\n}\nweight 7\n${lines}`);
  assert.equal(inherited.weight, 7);
  assert.equal(inherited.startsDown, true);
  assert.equal(inherited.inhibitsOnFailure, true);
  assert.equal(inherited.virtualHost, "www.example.org");
  const own = onlyServer(
    `weight 7\n${lines}real_server 10.0.0.1 80 {\nweight 0\nalpha off\ninhibit_on_failure no\nvirtualhost a\n}\nreal_server 10.0.0.2 80 {\n}`,
  );
  assert.equal(own.weight, 0);
  assert.equal(own.startsDown, false);
  assert.equal(own.inhibitsOnFailure, false);
  assert.equal(own.virtualHost, "a");
});

test("mail is on for servers and off for services until global_defs decides for both", () => {
  const block = "virtual_server 192.0.2.1 80 {\nprotocol TCP\nreal_server 10.0.0.1 80 {\n}\n}\n";
  const alerts = (globals: string): readonly (boolean | undefined)[] => {
    const [found] = services(`global_defs {\n${globals}\n}\n${block}`);
    return [found?.smtpAlert, found?.realServers[0]?.smtpAlert];
  };
  assert.deepEqual(alerts(""), [false, true]);
  assert.deepEqual(alerts("smtp_alert off"), [false, false]);
  assert.deepEqual(alerts("smtp_alert off\nsmtp_alert_checker on"), [true, true]);
});

test("a quorum that no sum of weights reaches is lowered, and hysteresis stays below it", () => {
  const lowered = service("quorum 9\nhysteresis 8\nreal_server 10.0.0.1 80 {\nweight 3\n}");
  assert.equal(lowered.quorum, 3);
  assert.equal(lowered.hysteresis, 2);
});

test("without address translation a server has the port of the service", () => {
  const direct = service("lvs_method DR\nreal_server 10.0.0.1 81 {\n}");
  assert.equal(direct.realServers[0]?.port, 80);
  const translated = service("real_server 10.0.0.1 81 {\n}");
  assert.equal(translated.realServers[0]?.port, 81);
});

test("a second server at the same address and port is left out, also when a port is implied", () => {
  const twice = service("real_server 10.0.0.1 80 {\n}\nreal_server 10.0.0.1 {\nweight 5\n}");
  assert.deepEqual(
    twice.realServers.map(({ weight }) => weight),
    [1],
  );
});

test("a server of the other family is left out unless a tunnel leads to it", () => {
  const text = "real_server 10.0.0.1 80 {\n}\nreal_server 2001:db8::1 80 {\n}";
  assert.equal(service(text).realServers.length, 1);
  assert.equal(service(`lvs_method TUN\n${text}`).realServers.length, 2);
});

test("a service without a usable server, or with an unknown group, is no service", () => {
  assert.deepEqual(services("virtual_server 192.0.2.1 80 {\nprotocol TCP\n}\n"), []);
  const text = "virtual_server_group web {\n192.0.2.1 80\n}\nvirtual_server group wbe {\n}\n";
  assert.deepEqual(services(text), []);
  const [said] = loadText(text).diagnostics.filter(({ code }) => code === "ignored");
  assert.match(said?.message ?? "", /virtual_server_group wbe is not defined/);
  assert.equal(said?.fix, "did you mean web?");
});

test("two blocks for one service are told of, one for each protocol is not", () => {
  const block = (protocol: string): string =>
    `virtual_server 192.0.2.1 53 {\nprotocol ${protocol}\nlvs_sched rr\nlvs_method NAT\nreal_server 10.0.0.1 53 {\n}\n}\n`;
  assert.deepEqual(messages(block("TCP") + block("UDP")), []);
  assert.deepEqual(messages(block("UDP") + block("UDP")), [
    "Virtual server [192.0.2.1]:udp:53 is configured twice - both change the same IPVS service",
  ]);
});

test("address:port is answered with what to write", () => {
  const { diagnostics } = loadText("virtual_server 192.0.2.1:80 {\n}\n");
  assert.deepEqual(
    diagnostics.flatMap(({ fix }) => fix ?? []),
    ["write 192.0.2.1 80"],
  );
});

test("services and servers have the names that people grep for", () => {
  assert.equal(serviceName({ kind: "mark", mark: 4 }, undefined), "FWM 4");
  assert.equal(serviceName({ kind: "group", name: "web" }, "tcp"), "[web]:0");
  const { target, realServers } = service("real_server 10.0.0.1 8080 {\n}");
  assert.equal(serviceName(target, "tcp"), "[192.0.2.1]:tcp:80");
  assert.deepEqual(
    realServers.map((server) => serverName(server, "tcp")),
    ["[10.0.0.1]:tcp:8080"],
  );
});
