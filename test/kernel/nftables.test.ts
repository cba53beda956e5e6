/**
 * The tables that keep addresses from answering, in a kernel, as nft(8) 1.0.6 lists them. The
 * listings were recorded from Keepalived 2.2.7 (Debian 12) with the same settings.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NftablesConfig } from "../../src/config/model.ts";
import { FirewallWork } from "../../src/daemon/vrrp/firewall-work.ts";
import type { Network } from "../../src/track/network.ts";
import type { InstanceConfig } from "../../src/vrrp/config.ts";
import { instanceFrom, parseWords } from "../sim/model.ts";
import { openRealNetwork, reasonToSkip } from "./real-network.ts";
import type { RealHost, RealNetwork } from "./real-network.ts";

const skip = reasonToSkip("nftables on the kernel");

const PLAIN: NftablesConfig = {
  isAskedFor: false,
  table: "keepalived",
  priority: -1,
  counters: false,
  byInterfaceIndex: false,
  disablesLocalIgmp: false,
};

const instance = (words: string, more: Partial<InstanceConfig> = {}): InstanceConfig => ({
  ...instanceFrom(parseWords(words.split(" "))),
  accept: false,
  ...more,
});
const V4 = instance("name=v4 vip=10.0.0.100,10.0.0.101");
const V6 = instance("name=v6 family=ipv6 vip=fe80::1:1,fd00::100");

interface Scene extends Disposable {
  readonly network: RealNetwork;
  readonly host: RealHost;
  readonly work: FirewallWork;
  readonly links: Network;
  list(): string;
}

async function openScene(
  instances: readonly InstanceConfig[],
  options: NftablesConfig = PLAIN,
): Promise<Scene> {
  const network = await openRealNetwork();
  const host = network.a;
  const { index, interfaceName: name } = host;
  const links: Network = new Map([[name, { index, name, up: true, mtu: 1500, addresses: [] }]]);
  const work = new FirewallWork(() => host.ports.openFirewall(), options);
  work.configure(instances, options);
  work.begin();
  work.prepare(links);
  return {
    network,
    host,
    work,
    links,
    list: () => host.run("nft list ruleset"),
    [Symbol.dispose]: () => {
      work[Symbol.dispose]();
      network[Symbol.dispose]();
    },
  };
}

describe("firewall tables on the kernel", { skip: skip ?? false }, () => {
  test("the tables of two masters are those of Keepalived", async () => {
    using scene = await openScene([V4, V6]);
    assert.equal(scene.work.raise(["v4", "v6"]), undefined);
    assert.equal(scene.list(), TWO_MASTERS);
  });

  test("with counters, a table name and a priority they are those of Keepalived too", async () => {
    const options = { ...PLAIN, table: "foo", priority: -7, counters: true };
    const four = instance("name=v4 vip=10.0.0.100 evip=10.0.7.7");
    const six = instance("name=v6 family=ipv6 vip=fe80::1:1");
    using scene = await openScene([four, six], options);
    assert.equal(scene.work.raise(["v4", "v6"]), undefined);
    assert.equal(scene.list().replaceAll(/packets \d+ bytes \d+/g, "packets 0 bytes 0"), COUNTED);
  });

  test("a link-local address is kept by interface name where the interface is not tracked", async () => {
    using scene = await openScene([{ ...V6, trackPrimary: false }]);
    assert.equal(scene.work.raise(["v6"]), undefined);
    const listed = scene.list();
    assert.match(listed, /set vips_link_local_name \{\s+type ipv6_addr . ifname/);
    assert.match(listed, /elements = \{ fe80::1:1 . "eth0" \}/);
    assert.match(listed, /ip6 daddr . iifname @vips_link_local_name drop/);
    assert.match(listed, /ip6 saddr . oifname @vips_link_local_name drop/);
  });

  test("an address leaves the set when its instance does, unless another has it too", async () => {
    const other = instance("name=other vip=10.0.0.101,10.0.0.102");
    using scene = await openScene([V4, other]);
    assert.equal(scene.work.raise(["v4", "other"]), undefined);
    scene.work.lower("v4");
    assert.match(scene.list(), /elements = \{ 10\.0\.0\.101, 10\.0\.0\.102 \}/);
    scene.work.lower("other");
    assert.doesNotMatch(scene.list(), /elements/);
  });

  test("rules that somebody flushed are made again with the next master", async () => {
    using scene = await openScene([V4, V6]);
    assert.equal(scene.work.raise(["v4"]), undefined);
    scene.host.run("nft flush ruleset");
    assert.equal(scene.work.raise(["v6"]), undefined);
    assert.equal(scene.list(), TWO_MASTERS);
  });

  test("a thousand addresses go in and out", async () => {
    const vips = Array.from({ length: 1500 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);
    using scene = await openScene([instance(`name=many vip=${vips.join(",")}`)]);
    assert.equal(scene.work.raise(["many"]), undefined);
    assert.equal(scene.list().match(/10\.1\.\d+\.\d+/g)?.length, 1500);
    scene.work.lower("many");
    assert.doesNotMatch(scene.list(), /10\.1\./);
  });

  test("a new configuration keeps what stays dropped, and the tables go when nobody needs them", async () => {
    using scene = await openScene([V4, V6]);
    const { work, links } = scene;
    work.raise(["v4", "v6"]);
    const changed = instance("name=renamed vip=10.0.0.101,10.0.0.103");
    const next = { instances: [changed], options: { ...PLAIN, table: "other" } };
    const holders = [{ name: "renamed", formerName: "v4" }];
    assert.equal(work.expand(next, holders, links), undefined);
    assert.match(scene.list(), /10\.0\.0\.100, 10\.0\.0\.101,\s+10\.0\.0\.103/);
    work.settle(links);
    assert.match(
      scene.list(),
      /^table ip other \{[^}]+elements = \{ 10\.0\.0\.101, 10\.0\.0\.103 \}/,
    );
    assert.doesNotMatch(scene.list(), /table ip keepalived|table ip6/);
    const accepting = { instances: [{ ...changed, accept: true }], options: next.options };
    const same = [{ name: "renamed", formerName: "renamed" }];
    assert.equal(work.expand(accepting, same, links), undefined);
    work.settle(links);
    assert.equal(scene.list(), "");
  });

  test("tables of a daemon that died are removed, needed or not", async () => {
    using scene = await openScene([V4, V6]);
    scene.work.raise(["v4", "v6"]);
    using next = new FirewallWork(() => scene.host.ports.openFirewall(), PLAIN);
    next.configure([{ ...V4, accept: true }], PLAIN);
    next.begin();
    assert.equal(scene.list(), "");
  });

  test("other people's tables are left alone", async () => {
    using scene = await openScene([V4]);
    scene.host.run("nft add table ip mine");
    scene.work.raise(["v4"]);
    scene.work.end();
    assert.equal(scene.list(), "table ip mine {\n}\n");
  });
});

const TWO_MASTERS = `table ip keepalived {
	set vips {
		type ipv4_addr
		elements = { 10.0.0.100, 10.0.0.101 }
	}

	chain out {
		type filter hook output priority filter - 1; policy accept;
		ip saddr @vips drop
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		ip daddr @vips drop
	}
}
table ip6 keepalived {
	set vips {
		type ipv6_addr
		elements = { fd00::100 }
	}

	set neighbor-discovery {
		type icmpv6_type
		flags constant
		elements = { nd-neighbor-solicit,
			     nd-neighbor-advert }
	}

	set vips_link_local {
		type ipv6_addr . iface_index
		elements = { fe80::1:1 . "eth0" }
	}

	chain out {
		type filter hook output priority filter - 1; policy accept;
		icmpv6 type @neighbor-discovery accept
		ip6 saddr fe80::/10 goto out_link_local
		ip6 saddr @vips drop
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		icmpv6 type @neighbor-discovery accept
		ip6 daddr fe80::/10 goto in_link_local
		ip6 daddr @vips drop
	}

	chain in_link_local {
		ip6 daddr . iif @vips_link_local drop
	}

	chain out_link_local {
		ip6 saddr . oif @vips_link_local drop
	}
}
`;

const COUNTED = `table ip foo {
	set vips {
		type ipv4_addr
		elements = { 10.0.0.100, 10.0.7.7 }
	}

	chain out {
		type filter hook output priority filter - 7; policy accept;
		ip saddr @vips counter packets 0 bytes 0 drop
	}

	chain in {
		type filter hook input priority filter - 7; policy accept;
		ip daddr @vips counter packets 0 bytes 0 drop
	}
}
table ip6 foo {
	set vips {
		type ipv6_addr
	}

	set neighbor-discovery {
		type icmpv6_type
		flags constant
		elements = { nd-neighbor-solicit,
			     nd-neighbor-advert }
	}

	set vips_link_local {
		type ipv6_addr . iface_index
		elements = { fe80::1:1 . "eth0" }
	}

	chain out {
		type filter hook output priority filter - 7; policy accept;
		icmpv6 type @neighbor-discovery counter packets 0 bytes 0 accept
		ip6 saddr fe80::/10 counter packets 0 bytes 0 goto out_link_local
		ip6 saddr @vips counter packets 0 bytes 0 drop
	}

	chain in {
		type filter hook input priority filter - 7; policy accept;
		icmpv6 type @neighbor-discovery counter packets 0 bytes 0 accept
		ip6 daddr fe80::/10 counter packets 0 bytes 0 goto in_link_local
		ip6 daddr @vips counter packets 0 bytes 0 drop
	}

	chain in_link_local {
		ip6 daddr . iif @vips_link_local counter packets 0 bytes 0 drop
	}

	chain out_link_local {
		ip6 saddr . oif @vips_link_local counter packets 0 bytes 0 drop
	}
}
`;
