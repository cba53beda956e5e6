/**
 * Whether this machine can judge packages and images; what is missing is named in the message of the
 * tests that are skipped.
 */
import { privilege } from "../lab/privilege.ts";
import { isInstalled, REQUIREMENTS } from "../lab/requirements.ts";

const PROGRAMS = {
  deb: ["dpkg-deb", "lintian", "mmdebstrap", "tcpdump"],
  rpm: ["rpm", "rpmbuild", "rpmlint"],
  container: ["crun", "setcap", "mmdebstrap", "tcpdump"],
} as const;

/** The reason to skip the tests of one kind of package, or false. */
export function skipPackages(kind: keyof typeof PROGRAMS): string | false {
  if (privilege().kind !== "root") return "needs root: run the suite with sudo";
  const absent = PROGRAMS[kind].filter((program) => !isInstalled(program));
  if (absent.length === 0) return false;
  const names = REQUIREMENTS.package
    .filter(({ program }) => absent.some((one) => one === program))
    .map((one) => one.package);
  return `needs ${absent.join(", ")}: apt-get install ${names.join(" ")}`;
}
