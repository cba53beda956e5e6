/**
 * The scenes of the demo, in the order the tutorial tells them. Each acts on the stage, waits for
 * what should follow, and says whether it did.
 */
import { allowVrrp, dropVrrp } from "../test/lab/firewall.ts";
import { namesConflict } from "../test/lab/status.ts";
import {
  killingScript,
  STOCK_CONFIG,
  stoppingScript,
  tracking,
  tutorialConfig,
} from "../test/lab/tutorial-files.ts";
import { breakWebServer } from "../test/lab/web.ts";
import { sleep, waitFor, wallMs } from "../test/lab/wait.ts";
import { VIRTUAL_ADDRESS, type Files, type Stage } from "./stage.ts";
import type { Story } from "./story.ts";

type Scene = (stage: Stage, story: Story) => Promise<void>;

/** RFC 3768 §6.1: three intervals and the skew of priority 100. */
const TAKEOVER_MS = 3_000 + (156 / 256) * 1_000;
const SKEW_MS = (156 / 256) * 1_000;
/** What a busy machine and the client's own pace may add. */
const SLACK_MS = 1_000;
const ELECTION_MS = 10_000;

export const SCENES: readonly Scene[] = [
  preempting,
  keeping,
  restarting,
  killing,
  splitting,
  strict,
];

function pairOf(states: readonly ["MASTER" | "BACKUP", "BACKUP"], extra: string[] = []): Files {
  return {
    first: tutorialConfig({ routerId: "lb01", state: states[0], priority: 150, extra }),
    second: tutorialConfig({ routerId: "lb02", state: states[1], priority: 100, extra }),
  };
}

async function begin(stage: Stage, story: Story, files: Files): Promise<boolean> {
  story.tell("action", "both hosts start keepalived with the files of this scene");
  await stage.begin(files);
  const isElected = await story.expect(
    `lb01 (priority 150) becomes master; ${VIRTUAL_ADDRESS} is on lb01 alone`,
    stage.waitForHolder(stage.lb01, ELECTION_MS),
  );
  const isServed = await story.expect(
    "the client is served by lb01",
    stage.web.waitForServer("lb01", 3_000, wallMs()),
  );
  return isElected && isServed;
}

async function crash(stage: Stage, story: Story): Promise<void> {
  story.tell("action", "power cut on lb01");
  const cutAt = wallMs();
  await stage.lan.powerOff(stage.lb01);
  await story.expect(
    "lb02 takes over and serves",
    stage.web.waitForServer("lb02", TAKEOVER_MS + 3_000, cutAt),
  );
  measure(stage, story, {
    what: "lb01 dies",
    from: cutAt - 200,
    allowedMs: TAKEOVER_MS + SLACK_MS,
    because: "3 adverts of 1 s, the skew of 0.61 s, and 1 s of slack",
  });
}

interface Measure {
  readonly what: string;
  readonly from: number;
  readonly allowedMs: number;
  readonly because: string;
}

function measure(stage: Stage, story: Story, options: Measure): void {
  const outage = stage.web.longestOutage(options.from, wallMs());
  if (outage === undefined) story.claim("the client measured the outage", false);
  else story.outage({ ...options, ms: outage.ms });
}

async function preempting(stage: Stage, story: Story): Promise<void> {
  story.tell("scene", "1. lb01 dies, lb02 serves; lb01 returns and takes the address back");
  if (!(await begin(stage, story, pairOf(["MASTER", "BACKUP"])))) return;
  await crash(stage, story);
  story.tell("action", "lb01 boots again");
  const bootAt = wallMs();
  await stage.bootFirst();
  await story.expect(
    "lb01 takes the address back, lb02 gives it up",
    stage.waitForHolder(stage.lb01, ELECTION_MS),
  );
  await sleep(500);
  measure(stage, story, {
    what: "lb01 returns and preempts",
    from: bootAt,
    allowedMs: SLACK_MS,
    because: "a hand-over between two living hosts",
  });
}

async function keeping(stage: Stage, story: Story): Promise<void> {
  story.tell("scene", "2. nopreempt: lb01 returns and lb02 keeps the address");
  if (!(await begin(stage, story, pairOf(["BACKUP", "BACKUP"], ["nopreempt"])))) return;
  await crash(stage, story);
  story.tell("action", "lb01 boots again");
  const bootAt = wallMs();
  await stage.bootFirst();
  await sleep(TAKEOVER_MS + 1_000);
  story.claim(
    "lb02 still has it, although lb01 has the higher priority",
    stage.lb02.holds(VIRTUAL_ADDRESS) && !stage.lb01.holds(VIRTUAL_ADDRESS),
  );
  measure(stage, story, {
    what: "lb01 returns under nopreempt",
    from: bootAt,
    allowedMs: SLACK_MS,
    because: "nothing moves",
  });
}

async function restarting(stage: Stage, story: Story): Promise<void> {
  const name = stage.webServer;
  story.tell(
    "scene",
    `3. a script watches ${name} every 5 s and stops keepalived as a last resort`,
  );
  const script = stoppingScript(name);
  if (!(await begin(stage, story, watched(script, name)))) return;

  story.tell("action", `${name} dies on lb01`);
  const killedAt = wallMs();
  await stage.killWeb(stage.lb01);
  await story.expect(
    `the script starts ${name} again within its interval`,
    stage.web.waitForServer("lb01", 5_000 + 2_000, killedAt + 200),
  );
  story.claim(`${VIRTUAL_ADDRESS} has not moved`, stage.lb01.holds(VIRTUAL_ADDRESS));

  // The run that started it sleeps 3 s and looks again: let it be content.
  await sleep(3_500);

  story.tell("action", `${name} dies on lb01 and cannot start any more`);
  breakWebServer(stage.lb01, name);
  const brokenAt = wallMs();
  await stage.killWeb(stage.lb01);
  await story.expect(
    "the script stops keepalived on lb01, and lb02 serves",
    stage.web.waitForServer("lb02", 15_000, brokenAt),
  );
  measure(stage, story, {
    what: `${name} is broken, systemctl stop keepalived`,
    from: brokenAt - 200,
    allowedMs: 5_000 + 3_000 + SKEW_MS + SLACK_MS,
    because: "5 s interval, 3 s sleep, 0.61 s skew",
  });
}

async function killing(stage: Stage, story: Story): Promise<void> {
  const name = stage.webServer;
  story.tell("scene", "4. the other form: interval 2, weight -20, timeout 10, killall keepalived");
  const script = killingScript(name, 10);
  if (!(await begin(stage, story, watched(script, name)))) return;
  story.tell("action", `${name} dies on lb01 and cannot start any more`);
  breakWebServer(stage.lb01, name);
  const brokenAt = wallMs();
  await stage.killWeb(stage.lb01);
  await story.expect(
    "the script reaches its killall, and lb02 serves",
    stage.web.waitForServer("lb02", 14_000, brokenAt),
  );
  measure(stage, story, {
    what: `${name} is broken, killall keepalived`,
    from: brokenAt - 200,
    allowedMs: 2_000 + 5_000 + SKEW_MS + SLACK_MS,
    because: "2 s interval, 5 s sleep, 0.61 s skew",
  });
}

function watched(script: ReturnType<typeof stoppingScript>, service: string): Files {
  const extra = tracking(service);
  return {
    first: tutorialConfig({
      ...{ routerId: "lb01", state: "MASTER", priority: 150 },
      ...{ extra, before: script.block },
    }),
    second: pairOf(["MASTER", "BACKUP"]).second,
    script,
  };
}

async function splitting(stage: Stage, story: Story): Promise<void> {
  story.tell("scene", "5. split brain: a firewall on both hosts drops protocol 112");
  if (!(await begin(stage, story, pairOf(["MASTER", "BACKUP"])))) return;
  const { lb01, lb02 } = stage;
  story.tell("action", "nft: drop protocol 112 on lb01 and lb02");
  await Promise.all([dropVrrp(lb01), dropVrrp(lb02)]);
  await story.expect(
    "both become master: each hears nobody",
    waitFor(
      "both to hold it",
      TAKEOVER_MS + 3_000,
      () => lb01.holds(VIRTUAL_ADDRESS) && lb02.holds(VIRTUAL_ADDRESS),
    ),
  );
  if (stage.first.kind === "ours") await conflict(stage, story);
  await sleep(2_000);
  story.tell("action", "nft: the rules go");
  const healedAt = wallMs();
  await Promise.all([allowVrrp(lb01), allowVrrp(lb02)]);
  await story.expect("one master within 5 s: lb01", stage.waitForHolder(lb01, 5_000));
  await story.expect(
    "the network believes it: the client reaches lb01",
    stage.web.waitForServer("lb01", Math.max(500, 5_000 - (wallMs() - healedAt)), wallMs()),
  );
}

/** The log and the status of either host name the other one. */
async function conflict(stage: Stage, story: Story): Promise<void> {
  const named = waitFor("a log line", 5_000, () =>
    stage.daemons
      .flatMap((daemon) => daemon.log.text().split("\n"))
      .find((line) => /conflict/i.test(line)),
  );
  if (await story.expect("the log names the conflict", named)) story.tell("note", await named);
  const listed = waitFor("status --json", 6_000, async () => {
    for (const daemon of stage.daemons) {
      const status = await daemon.invoke(["status", "--json"]);
      if (namesConflict(status.stdout)) return true;
    }
    return false;
  });
  await story.expect("keepalived status lists the conflict", listed);
}

async function strict(stage: Stage, story: Story): Promise<void> {
  story.tell("scene", "6. the stock file: vrrp_strict and a password together");
  await stage.begin({ first: STOCK_CONFIG, second: STOCK_CONFIG });
  await story.expect(
    "it starts nevertheless, and one host becomes master",
    waitFor("a holder", ELECTION_MS, () =>
      [stage.lb01, stage.lb02].some((host) => host.holds(VIRTUAL_ADDRESS)),
    ),
  );
  const said = stage.first.log
    .text()
    .split("\n")
    .find((line) => /strict/i.test(line) && /auth/i.test(line));
  story.claim("it says what strict mode changed", said !== undefined);
  if (said !== undefined) story.tell("note", said);
}
