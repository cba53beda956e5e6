/** `keepalived completion SHELL`: the script for that shell, and the names that the scripts ask for. */
import { askStatus, socketFor } from "./control-client.ts";
import { renderBash } from "./completion/bash.ts";
import { renderFish } from "./completion/fish.ts";
import { SHELLS } from "./completion/words.ts";
import type { Shell } from "./completion/words.ts";
import { renderZsh } from "./completion/zsh.ts";
import type { SubcommandArguments } from "./subcommand-arguments.ts";
import { writeOut } from "./terminal.ts";

const SCRIPTS: Readonly<Record<Shell, () => string>> = {
  bash: renderBash,
  zsh: renderZsh,
  fish: renderFish,
};

/** What the scripts give as operand to ask for the instances of the running daemon. */
const INSTANCES = "instances";
const USAGE_EXIT = 2;

export async function runCompletion(given: SubcommandArguments): Promise<number> {
  const [wanted = ""] = given.operands;
  if (wanted === INSTANCES) return printInstances(given);
  const shell = SHELLS.find((name) => name === wanted);
  if (shell === undefined) {
    writeOut(process.stderr, `There is completion for ${SHELLS.join(", ")}, not for '${wanted}'\n`);
    return USAGE_EXIT;
  }
  writeOut(process.stdout, SCRIPTS[shell]());
  return 0;
}

/** Who presses the tab key without a daemon wants no message. */
async function printInstances(given: SubcommandArguments): Promise<number> {
  const socket = socketFor({ pidFile: given.get("pid"), socket: given.get("socket") });
  const answer = await askStatus(socket, 0);
  const instances = answer.kind === "answered" ? (answer.status.vrrp?.instances ?? []) : [];
  writeOut(process.stdout, instances.map(({ name }) => `${name}\n`).join(""));
  return 0;
}
