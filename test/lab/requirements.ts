/**
 * What each suite needs from the machine: programs, and the Debian packages that bring them.
 *
 *   tsx test/lab/requirements.ts packages interop bench   the packages that are missing, to install
 *   tsx test/lab/requirements.ts check interop            a sentence for each thing missing
 *
 * Packages that bring daemons (keepalived, nginx, frr) must not start them. Install them with a
 * policy that forbids it for the time of the installation:
 *
 *   printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
 *   apt-get install -y --no-install-recommends PACKAGES
 *   rm /usr/sbin/policy-rc.d
 *
 * The subcommand `install` does exactly that, and leaves a policy-rc.d that is already there alone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fetchGuestKernel, KERNEL_DIRECTORY, KERNEL_PACKAGE } from "../vm/kernel.ts";

export type Suite = "demo" | "kernel" | "interop" | "vm" | "package" | "bench";

export interface Requirement {
  readonly program: string;
  readonly package: string;
  readonly purpose: string;
  /** Suites that do without it when it is missing, and say so. */
  readonly optional?: true;
  /** Downloaded and unpacked for the suite, never installed. */
  readonly unpacked?: true;
}

const NETWORK: readonly Requirement[] = [
  { program: "unshare", package: "util-linux", purpose: "make namespaces" },
  { program: "nsenter", package: "util-linux", purpose: "run programs inside a host" },
  { program: "ip", package: "iproute2", purpose: "build the network" },
];

const CHECK_SCRIPTS: readonly Requirement[] = [
  { program: "ps", package: "procps", purpose: "the tutorial's check script" },
  { program: "killall", package: "psmisc", purpose: "the tutorial's check script" },
];

export const REQUIREMENTS: Readonly<Record<Suite, readonly Requirement[]>> = {
  demo: [
    ...NETWORK,
    ...CHECK_SCRIPTS,
    { program: "nft", package: "nftables", purpose: "the firewall of the split brain" },
    { program: "nginx", package: "nginx-light", purpose: "a real web server", optional: true },
  ],
  kernel: [
    ...NETWORK,
    { program: "sysctl", package: "procps", purpose: "settings of a namespace" },
    { program: "nft", package: "nftables", purpose: "what firewall rules are to look like" },
  ],
  interop: [
    ...NETWORK,
    ...CHECK_SCRIPTS,
    { program: "nft", package: "nftables", purpose: "firewall rules on a host" },
    { program: "ping", package: "iputils-ping", purpose: "ask whether an address answers" },
    { program: "tcpdump", package: "tcpdump", purpose: "record what passes the bridge" },
    { program: "tshark", package: "tshark", purpose: "a second opinion on every packet" },
    { program: "nginx", package: "nginx-light", purpose: "the service behind the address" },
    { program: "curl", package: "curl", purpose: "the tutorial's question to nginx" },
    { program: "keepalived", package: "keepalived", purpose: "the other side of mixed pairs" },
    { program: "/usr/lib/frr/vrrpd", package: "frr", purpose: "a third VRRP", optional: true },
    {
      program: "/lib/systemd/systemd",
      package: "systemd",
      purpose: "what the unit comes to",
      optional: true,
    },
    { program: "shellcheck", package: "shellcheck", purpose: "look at shell", optional: true },
    { program: "etcd", package: "etcd-server", purpose: "a split brain's witness", optional: true },
  ],
  vm: [
    ...NETWORK,
    { program: "qemu-system-x86_64", package: "qemu-system-x86", purpose: "the machine" },
    { program: "busybox", package: "busybox-static", purpose: "its first programs" },
    {
      program: KERNEL_DIRECTORY,
      package: KERNEL_PACKAGE,
      purpose: "a kernel with everything",
      unpacked: true,
    },
    { program: "tcpdump", package: "tcpdump", purpose: "record what passes the bridge" },
    { program: "keepalived", package: "keepalived", purpose: "the other side of mixed pairs" },
  ],
  package: [
    ...NETWORK,
    { program: "tcpdump", package: "tcpdump", purpose: "record what passes the bridge" },
    { program: "mmdebstrap", package: "mmdebstrap", purpose: "a small Debian to install on" },
    { program: "lintian", package: "lintian", purpose: "the rules of Debian packages" },
    { program: "rpmbuild", package: "rpm", purpose: "build and read RPMs", optional: true },
    { program: "rpmlint", package: "rpmlint", purpose: "the rules of RPMs", optional: true },
    { program: "crun", package: "crun", purpose: "run the container", optional: true },
    { program: "setcap", package: "libcap2-bin", purpose: "rights of the image's program" },
  ],
  bench: [
    ...NETWORK,
    { program: "tcpdump", package: "tcpdump", purpose: "kernel time stamps of packets" },
    { program: "keepalived", package: "keepalived", purpose: "the other side of every ratio" },
  ],
};

/** Requirements of a suite this machine does not meet. */
export function missing(suite: Suite): readonly Requirement[] {
  return REQUIREMENTS[suite].filter((one) => !isInstalled(one.program));
}

export function isInstalled(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  const path = `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`;
  return path.split(delimiter).some((directory) => existsSync(join(directory, program)));
}

/** Names what a suite cannot do without and lacks, or undefined when it can run. */
export function complaint(suite: Suite): string | undefined {
  return sentence(
    "missing",
    missing(suite).filter((one) => one.optional === undefined),
  );
}

/** Names what a suite would use and lacks. */
export function remark(suite: Suite): string | undefined {
  return sentence(
    "goes without",
    missing(suite).filter((one) => one.optional === true),
  );
}

function sentence(start: string, absent: readonly Requirement[]): string | undefined {
  if (absent.length === 0) return undefined;
  const reasons = absent.map((one) => `${one.program} (${one.purpose})`);
  const names = packageNames(absent);
  const ways = [
    ...(names.length === 0 ? [] : [`install with: apt-get install ${names.join(" ")}`]),
    ...absent.flatMap((one) => (one.unpacked ? [`${one.package} is fetched by make test`] : [])),
  ];
  return `${start} ${reasons.join(", ")}; ${ways.join("; ")}`;
}

const packageNames = (requirements: readonly Requirement[]): readonly string[] => [
  ...new Set(requirements.filter((one) => one.unpacked !== true).map((one) => one.package)),
];

/** Debian packages to install for some suites, without those already there. */
export function packages(suites: readonly Suite[]): readonly string[] {
  return [...packageNames(suites.flatMap(missing))].sort();
}

const POLICY = "/usr/sbin/policy-rc.d";

/** Installs and fetches what is missing; no service is started by it. Needs root and apt-get. */
export function install(suites: readonly Suite[]): boolean {
  if (!installPackages(suites)) return false;
  const complaint = suites.flatMap(missing).some((one) => one.unpacked)
    ? fetchGuestKernel()
    : undefined;
  if (complaint !== undefined) console.error(complaint);
  return complaint === undefined;
}

function installPackages(suites: readonly Suite[]): boolean {
  const names = packages(suites);
  if (names.length === 0) return true;
  const hasPolicy = existsSync(POLICY);
  if (!hasPolicy) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const options = { stdio: "inherit", env: environment } as const;
    spawnSync("apt-get", ["update", "-qq"], options);
    const result = spawnSync(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", ...names],
      options,
    );
    return result.status === 0;
  } finally {
    if (!hasPolicy) rmSync(POLICY);
  }
}

function main(words: readonly string[]): number {
  const [action = "check", ...rest] = words;
  const suites = (rest.length === 0 ? Object.keys(REQUIREMENTS) : rest) as Suite[];
  if (action === "packages") {
    console.log(packages(suites).join(" "));
    return 0;
  }
  if (action === "install") return install(suites) ? 0 : 1;
  for (const suite of suites) {
    const text = remark(suite);
    if (text !== undefined) console.log(`${suite}: ${text}`);
  }
  const complaints = suites.flatMap((suite) => {
    const text = complaint(suite);
    return text === undefined ? [] : [`${suite}: ${text}`];
  });
  for (const text of complaints) console.error(text);
  return complaints.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = main(process.argv.slice(2));
}
