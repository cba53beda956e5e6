/**
 * Where commands of the documentation are run: a folder with the files of their page, and a network
 * namespace of its own with an interface eth0, so that no host's own interfaces matter.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DEFAULT_CONFIG_FILE } from "../../src/cli/command.ts";
import { ROOT } from "./documents.ts";

const MAIN = join(ROOT, "src/cli/main.ts");
const NETWORK =
  "ip link set lo up && ip link add eth0 type veth peer name peer0 && " +
  'ip address add 10.0.0.7/24 dev eth0 && ip link set eth0 up && exec "$@"';
const NAMESPACE = ["--map-root-user", "--net", "sh", "-c", NETWORK, "sh"];

export const canMakeHosts: boolean = spawnSync("unshare", [...NAMESPACE, "true"]).status === 0;

export class ScratchHost implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "documents-"));
  readonly #files = new Set<string>();

  write(name: string, text: string): void {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o644 });
    this.#files.add(name);
  }

  /** Everything in a folder of the project. */
  copy(folder: string): void {
    cpSync(join(ROOT, folder), this.#folder, { recursive: true });
  }

  /** Both streams, as a terminal shows them. */
  run(words: readonly string[]): string {
    const placed = withDefaultFile(words, this.#files.has(DEFAULT_CONFIG_FILE)).map((word) =>
      this.#files.has(word) && word.startsWith("/") ? join(this.#folder, word) : word,
    );
    const program = [process.execPath, "--import", import.meta.resolve("tsx"), MAIN, ...placed];
    const { stdout, stderr } = spawnSync("unshare", [...NAMESPACE, ...program], {
      cwd: this.#folder,
      encoding: "utf8",
      env: { ...process.env, COLUMNS: "100", NO_COLOR: "1" },
    });
    return `${stdout}${stderr}`.replaceAll(this.#folder, "");
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** `keepalived check` reads the usual file; here it is told where the page's one lies. */
function withDefaultFile(words: readonly string[], isThere: boolean): readonly string[] {
  if (!isThere) return words;
  const isCheck = words[0] === "check" && !words.some((word, i) => i > 0 && !word.startsWith("-"));
  if (isCheck) return [...words, DEFAULT_CONFIG_FILE];
  return words[0] === "-t" ? [...words, "-f", DEFAULT_CONFIG_FILE] : words;
}
