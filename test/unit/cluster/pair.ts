/** Configurations of nodes for tests: a right pair, and what is changed in it. */
import { compareNodes } from "../../../src/cluster/compare.ts";
import type { ClusterReport } from "../../../src/cluster/compare.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { textSource } from "../../../src/config/source.ts";

/** An instance as a node has it; members that are left out have the usual value. */
export interface Wanted {
  readonly name?: string;
  readonly state?: string;
  readonly vrid?: number;
  readonly priority?: number | undefined;
  readonly interval?: number;
  readonly addresses?: readonly string[];
  readonly password?: string | undefined;
  /** Further lines of the block. */
  readonly more?: string;
  readonly track?: string;
}

export function instanceText(wanted: Wanted): string {
  const { name = "VI_1", state = "BACKUP", vrid = 51, interval = 1 } = wanted;
  const { addresses = ["10.0.0.3/24"], more = "", track } = wanted;
  return [
    `vrrp_instance ${name} {`,
    `  state ${state}`,
    "  interface eth0",
    `  virtual_router_id ${vrid}`,
    ...(wanted.priority === undefined ? [] : [`  priority ${wanted.priority}`]),
    `  advert_int ${interval}`,
    ...(wanted.password === undefined
      ? []
      : ["  authentication {", "    auth_type PASS", `    auth_pass ${wanted.password}`, "  }"]),
    `  ${more}`,
    "  virtual_ipaddress {",
    ...addresses.map((address) => `    ${address}`),
    "  }",
    ...(track === undefined ? [] : ["  track_script {", `    ${track}`, "  }"]),
    "}",
    "",
  ].join("\n");
}

export const SCRIPTS = `
vrrp_script chk_nginx {
  script "/usr/bin/pgrep -x nginx"
}
vrrp_script chk_ping {
  script "/usr/bin/ping -c1 10.0.0.254"
}
`;

/** What is said of nodes called a, b, c …, one text each. */
export function compareTexts(...texts: readonly string[]): ClusterReport {
  const nodes = texts.map((text, i) => {
    const name = String.fromCharCode("a".charCodeAt(0) + i);
    const path = `${name}.conf`;
    return { name, loaded: loadConfig(textSource({ [path]: text }), { path }) };
  });
  return compareNodes(nodes);
}

/** A pair with priorities 150 and 100, changed on one node or both. */
export function comparePair(
  { a = {}, b = {} }: { readonly a?: Wanted; readonly b?: Wanted },
  start = SCRIPTS,
): ClusterReport {
  return compareTexts(
    start + instanceText({ priority: 150, password: "1111", ...a }),
    start + instanceText({ priority: 100, password: "1111", ...b }),
  );
}

/** `code at file:line:column (file:line:column)`, in order. */
export function codes(report: ClusterReport): readonly string[] {
  return report.diagnostics.map(({ severity, code }) => `${severity} ${code}`);
}
