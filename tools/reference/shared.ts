/** Options that several blocks take alike: each set is a chapter of its own. */

export interface Shared {
  /** The name of its page, and the beginning of its anchors. */
  readonly name: string;
  readonly title: string;
  /** Where the grammar has them. */
  readonly source: string;
  /** Only these of the source; all of them when left out. */
  readonly only?: readonly string[];
  readonly introduction: string;
}

export const SHARED: readonly Shared[] = [
  {
    name: "address-options",
    title: "Options of an address",
    source: "vrrp_instance/virtual_ipaddress",
    introduction:
      "A line is an address, with a prefix length if wanted, and any of the following words in any order: " +
      "`10.0.0.3/24 dev eth1 label eth1:1`. " +
      "Without a prefix length it is /32, or /128 for IPv6.",
  },
  {
    name: "route-options",
    title: "Options of a route",
    source: "vrrp_instance/virtual_routes",
    introduction:
      "A line reads like one of ip-route(8), without the word `add`: a destination and any of the following words, " +
      "`192.0.2.0/24 via 10.0.0.1 dev eth1 metric 50`.",
  },
  {
    name: "rule-options",
    title: "Options of a rule",
    source: "vrrp_instance/virtual_rules",
    introduction:
      "A line reads like one of ip-rule(8): selectors and an action, `from 192.0.2.0/24 table 100 preference 500`.",
  },
  {
    name: "tracking-options",
    title: "Options of a tracked object",
    source: "vrrp_instance/track_interface",
    introduction:
      "A line is a name and, if wanted, what its state does to the priority: `eth1 weight -20`. " +
      "Without a weight, or with weight 0, losing the object is a FAULT.",
  },
  {
    name: "http-checks",
    title: "Keywords of HTTP_GET and SSL_GET",
    source: "virtual_server/real_server/HTTP_GET",
    only: [
      "nb_get_retry",
      "virtualhost",
      "http_protocol",
      "enable_sni",
      "sni_name",
      "fast_recovery",
      "url",
    ],
    introduction:
      "The check goes through its `url` blocks in order. " +
      "The server is up when every answer has an accepted status and what else its block asks for.",
  },
  {
    name: "check-connection",
    title: "Keywords of the connection of a check",
    source: "virtual_server/real_server/TCP_CHECK",
    only: [
      "connect_ip",
      "connect_port",
      "bindto",
      "bind_port",
      "bind_if",
      "connect_timeout",
      "fwmark",
    ],
    introduction:
      "Every check that opens a connection takes these. " +
      "The releases are those of TCP_CHECK; a check that is younger has had them from its beginning.",
  },
  {
    name: "check-timing",
    title: "Keywords of every check",
    source: "virtual_server/real_server/TCP_CHECK",
    only: ["retry", "delay_before_retry", "warmup", "delay_loop", "alpha", "log_all_failures"],
    introduction:
      "When a check runs and what it takes to believe it. " +
      "What a check does not say is taken from its real_server, and what that does not say from the virtual_server.",
  },
];

/** Blocks inside others that are long enough for a chapter of their own. */
export const OWN_CHAPTERS: readonly string[] = ["virtual_server/real_server"];
