/** The command line of genhash: its options once, how they are read, and the text of its help. */
import { parseIpAddress } from "../base/address.ts";
import type { IpAddress } from "../base/address.ts";
import { fail, ok } from "../base/result.ts";
import type { Result } from "../base/result.ts";
import type { HttpProtocol } from "../wire/http-page.ts";
import { parseArguments } from "./arguments.ts";
import type { ReadableOption } from "./arguments.ts";

export interface GenhashOptions {
  readonly server: IpAddress;
  readonly port: number;
  readonly path: string;
  readonly protocol: HttpProtocol;
  readonly virtualHost: string | undefined;
  readonly usesTls: boolean;
  /** Tell the server in the TLS handshake which host is meant. */
  readonly usesSni: boolean;
  readonly mark: number | undefined;
  /** How long each step may take: to connect, and until the next bytes. */
  readonly timeoutSeconds: number;
  readonly verbose: boolean;
}

const takes = (name: string): { readonly kind: "required"; readonly name: string } => ({
  kind: "required",
  name,
});
const none = { kind: "none" } as const;

interface GenhashOption extends ReadableOption<string> {
  readonly short: string;
  readonly help: string;
}

export const GENHASH_OPTIONS = [
  { short: "s", long: "server", argument: takes("ADDRESS"), help: "IP address of the server" },
  { short: "p", long: "port", argument: takes("PORT"), help: "its TCP port" },
  { short: "u", long: "url", argument: takes("PATH"), help: "path of the page, such as /health" },
  { short: "S", long: "use-ssl", argument: none, help: "ask over TLS; no certificate is checked" },
  {
    short: "I",
    long: "use-sni",
    argument: none,
    help: "with -S and -V: name the host in the TLS handshake",
  },
  {
    short: "V",
    long: "use-virtualhost",
    argument: takes("HOST"),
    help: "ask for the page of this host",
  },
  {
    short: "P",
    long: "protocol",
    argument: takes("VERSION"),
    help: "1.0 (default), 1.0c (with Connection: close) or 1.1",
  },
  { short: "m", long: "fwmark", argument: takes("MARK"), help: "firewall mark of the packets" },
  {
    short: "t",
    long: "timeout",
    argument: takes("SECONDS"),
    help: "how long to wait for a connection and for each answer",
  },
  { short: "v", long: "verbose", argument: none, help: "show the answer byte by byte" },
  { short: "h", long: "help", argument: none, help: "print this help" },
] as const satisfies readonly GenhashOption[];

type GenhashOptionName = (typeof GENHASH_OPTIONS)[number]["long"];

export const DEFAULT_TIMEOUT_SECONDS = 60;
/** A page that takes longer is no health check. */
const LONGEST_TIMEOUT_SECONDS = 3_600;
const LONGEST_PATH = 8_000;
const LONGEST_HOST = 255;
const HIGHEST_PORT = 65_535;
const HIGHEST_MARK = 0xffffffff;
const PROTOCOLS: readonly HttpProtocol[] = ["1.0", "1.0c", "1.1"];

/** The options, "help", or one sentence about what is wrong. */
export function parseGenhash(argv: readonly string[]): Result<GenhashOptions | "help", string> {
  const parsed = parseArguments<GenhashOptionName>(argv, GENHASH_OPTIONS);
  if (!parsed.ok) {
    const { kind, option } = parsed.error;
    return fail(
      kind === "unknown" ? `Unknown option ${option}` : `Missing parameter for option ${option}`,
    );
  }
  const { options, words } = parsed.value;
  const has = (name: GenhashOptionName): boolean => options.some((o) => o.name === name);
  const last = (name: GenhashOptionName): string | undefined =>
    options.findLast((o) => o.name === name)?.argument;
  if (has("help")) return ok("help");
  if (words.length > 0) return fail(`Unexpected argument(s): ${words.join(" ")}`);
  return finish(has, last);
}

function finish(
  has: (name: GenhashOptionName) => boolean,
  last: (name: GenhashOptionName) => string | undefined,
): Result<GenhashOptions, string> {
  const [server, port, path] = [last("server"), last("port"), last("url")];
  if (server === undefined || port === undefined || path === undefined) {
    return fail("A server (-s), a port (-p) and a path (-u) are needed");
  }
  const address = parseIpAddress(server);
  if (address === undefined) return fail(`server should be an IP, not ${server}`);
  const portNumber = wholeNumber(port, 1, HIGHEST_PORT);
  if (portNumber === undefined) return fail(`invalid port number '${port}'`);
  if (!isPrintable(path, LONGEST_PATH)) return fail("invalid path: printable characters only");
  const host = last("use-virtualhost");
  if (host !== undefined && !isPrintable(host, LONGEST_HOST)) return fail("invalid virtual host");
  const version = last("protocol") ?? "1.0";
  const protocol = PROTOCOLS.find((known) => known === version.toLowerCase());
  if (protocol === undefined) return fail(`invalid HTTP protocol version '${version}'`);
  const mark = last("fwmark");
  const markNumber = mark === undefined ? undefined : wholeNumber(mark, 0, HIGHEST_MARK);
  if (mark !== undefined && markNumber === undefined) return fail(`invalid fwmark '${mark}'`);
  const timeout = last("timeout") ?? String(DEFAULT_TIMEOUT_SECONDS);
  const timeoutSeconds = wholeNumber(timeout, 1, LONGEST_TIMEOUT_SECONDS);
  if (timeoutSeconds === undefined) {
    return fail(`invalid timeout '${timeout}': 1 to ${LONGEST_TIMEOUT_SECONDS} seconds`);
  }
  return ok({
    server: address,
    port: portNumber,
    path,
    protocol,
    virtualHost: host,
    usesTls: has("use-ssl"),
    usesSni: has("use-sni"),
    mark: markNumber,
    timeoutSeconds,
    verbose: has("verbose"),
  });
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  return value >= least && value <= most ? value : undefined;
}

/** Without line ends, which would end the request early. */
const isPrintable = (text: string, longest: number): boolean =>
  text.length <= longest && !/[\x00-\x1f\x7f]/.test(text);

/** What the Host header says when no -V does. */
export function hostOf({ server, port, virtualHost }: GenhashOptions): string {
  return virtualHost ?? `${server.includes(":") ? `[${server}]` : server}:${port}`;
}

const COLUMN = 32;

export function renderGenhashHelp(): string {
  const options: readonly GenhashOption[] = GENHASH_OPTIONS;
  const rows = options.map(({ short, long, argument, help }) => {
    const value = argument.kind === "none" ? "" : `=${argument.name}`;
    return `  ${`-${short}, --${long}${value}`.padEnd(COLUMN - 2)}${help}\n`;
  });
  return (
    "Usage: genhash -s ADDRESS -p PORT -u PATH [OPTION...]\n\n" +
    "Prints the digest of a page, for `digest` in an HTTP_GET or SSL_GET block.\n\n" +
    `Options\n${rows.join("")}`
  );
}
