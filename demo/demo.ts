/**
 * `make demo`: two load balancers, a web server on each and a client, in network namespaces on
 * this machine, playing the scenes of the tutorial. On a terminal it is a live screen; elsewhere
 * plain lines. The exit code says whether everything happened as it should.
 */
import { existsSync } from "node:fs";
import { daemonProgram, daemonUnderTest } from "../test/lab/keepalived.ts";
import { againInUserNamespace, privilege } from "../test/lab/privilege.ts";
import { complaint } from "../test/lab/requirements.ts";
import { installedWebServer } from "../test/lab/web.ts";
import { SCENES } from "./scenes.ts";
import { LiveScreen } from "./screen.ts";
import { Stage } from "./stage.ts";
import { seconds, Story, type Entry } from "./story.ts";
import { Watcher } from "./watcher.ts";

const EXIT_BROKEN = 1;
const EXIT_CANNOT_RUN = 2;

async function main(): Promise<number> {
  const obstacle = whyNot();
  if (obstacle !== undefined) {
    process.stderr.write(`${obstacle}\n`);
    return EXIT_CANNOT_RUN;
  }
  const insideCode = await againInUserNamespace();
  if (insideCode !== undefined) return insideCode;
  const story = new Story();
  const isLive = process.stdout.isTTY && process.env["TERM"] !== "dumb";
  if (!isLive) story.onEntry((entry) => process.stdout.write(`${plainLine(entry)}\n`));
  await play(story, isLive);
  if (isLive) {
    for (const entry of story.entries) process.stdout.write(`${plainLine(entry)}\n`);
  }
  process.stdout.write(`\n${summary(story).join("\n")}\n`);
  return story.isGood ? 0 : EXIT_BROKEN;
}

/** What keeps the demo from running here, as a sentence. */
function whyNot(): string | undefined {
  const allowed = privilege();
  if (allowed.kind === "none") return allowed.sentence;
  const lacking = complaint("demo");
  if (lacking !== undefined) return `The demo cannot run: ${lacking}`;
  if (!existsSync(daemonProgram(daemonUnderTest()))) {
    return `${daemonProgram(daemonUnderTest())} is not there: run "make build" first.`;
  }
  return undefined;
}

async function play(story: Story, isLive: boolean): Promise<void> {
  const kind = daemonUnderTest();
  const webServer = installedWebServer();
  await using stage = await Stage.open(kind, webServer);
  const who = kind === "ours" ? "keepalived-ts" : "Debian's keepalived";
  story.tell("note", `two hosts run ${who} in namespaces; nothing leaves this machine`);
  if (webServer !== "nginx") {
    story.tell("note", `no nginx here: ${webServer}, a small server of our own, stands in for it`);
  }
  const screen = isLive ? new LiveScreen(stage, story, process.stdout) : undefined;
  const watcher = new Watcher(stage, story);
  try {
    for (const scene of SCENES) await perform(() => scene(stage, story), story);
  } finally {
    watcher[Symbol.dispose]();
    screen?.[Symbol.dispose]();
  }
}

/** A scene that cannot go on is told as such, and the next one begins. */
async function perform(scene: () => Promise<void>, story: Story): Promise<void> {
  try {
    await scene();
  } catch (error) {
    story.tell("broken", error instanceof Error ? error.message : String(error));
  }
}

const MARKS: Readonly<Record<Entry["kind"], string>> = {
  scene: "==",
  action: ">>",
  event: "  ",
  holds: "ok",
  broken: "!!",
  note: "  ",
};

function plainLine(entry: Entry): string {
  const start = entry.kind === "scene" ? "\n" : "";
  return `${start}${entry.at.toFixed(2).padStart(7)} ${MARKS[entry.kind]} ${entry.text}`;
}

function summary(story: Story): readonly string[] {
  const broken = story.entries.filter((entry) => entry.kind === "broken");
  const outages = story.outages.map(
    (one) => `  ${seconds(one.ms).padStart(8)}  of ${seconds(one.allowedMs)} allowed: ${one.what}`,
  );
  const verdict =
    broken.length === 0
      ? [`Everything happened as it should, in ${story.elapsed.toFixed(0)} s.`]
      : ["This did not happen as it should:", ...broken.map((entry) => `  ${entry.text}`)];
  return ["Outages the client measured:", ...outages, ...verdict];
}

process.exitCode = await main();
