/** What this program is called and which Keepalived it stands in for. */

export const PRODUCT = "keepalived-ts";
export const PRODUCT_VERSION = "0.1.0";

/** The Keepalived release whose behaviour is matched, as scripts that parse versions expect it. */
export const KEEPALIVED_VERSION = "2.4.3";
export const KEEPALIVED_RELEASED = "07/20,2026";

/** `Keepalived v2.4.3 (07/20,2026)`. */
export const KEEPALIVED_BANNER = `Keepalived v${KEEPALIVED_VERSION} (${KEEPALIVED_RELEASED})`;

/** The text of `--version`: Keepalived's first line, then plainly what this is. */
export function renderVersion(system: {
  readonly kernel: string;
  readonly node: string;
  readonly distribution: string | undefined;
}): string {
  const lines = [
    KEEPALIVED_BANNER,
    "",
    `This is ${PRODUCT} ${PRODUCT_VERSION}, a drop-in replacement written in TypeScript; not the original.`,
    "Licence: Apache-2.0",
    "",
    `Running on ${system.kernel} with Node.js ${system.node}`,
  ];
  if (system.distribution !== undefined) lines.push(`Distro: ${system.distribution}`);
  return `${lines.join("\n")}\n`;
}
