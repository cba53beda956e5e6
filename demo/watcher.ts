/**
 * Tells the story what can be seen from outside: addresses that move, and the words of the daemons
 * a spectator wants to hear.
 */
import type { Keepalived } from "../test/lab/keepalived.ts";
import { VIRTUAL_ADDRESS, type Stage } from "./stage.ts";
import type { Story } from "./story.ts";

const WORTH_TELLING =
  /Entering \w+ STATE|sent 0 priority|VRRP_Script\(|effective priority|now returning|conflict/i;
/** The time a daemon puts before each line on standard error. */
const TIME_STAMP = /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}: /;
const LOOK_EVERY_MS = 50;

export class Watcher implements Disposable {
  readonly #stage: Stage;
  readonly #story: Story;
  readonly #timer: NodeJS.Timeout;
  readonly #read = new Map<Keepalived, number>();
  #holders = "";

  constructor(stage: Stage, story: Story) {
    this.#stage = stage;
    this.#story = story;
    story.onTelling(() => {
      this.look();
    });
    this.#timer = setInterval(() => {
      this.look();
    }, LOOK_EVERY_MS);
  }

  /** Reports what is new. */
  look(): void {
    for (const daemon of this.#stage.daemons) this.#readLog(daemon);
    const holders = [this.#stage.lb01, this.#stage.lb02]
      .filter((host) => host.holds(VIRTUAL_ADDRESS))
      .map((host) => host.name)
      .join(" and ");
    if (holders === this.#holders) return;
    this.#holders = holders;
    const where = holders === "" ? "nowhere" : `on ${holders}`;
    this.#story.tell("event", `${VIRTUAL_ADDRESS} is ${where}`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #readLog(daemon: Keepalived): void {
    const text = daemon.log.text(this.#read.get(daemon) ?? 0);
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    this.#read.set(daemon, (this.#read.get(daemon) ?? 0) + complete.length);
    for (const line of complete.split("\n")) {
      if (!WORTH_TELLING.test(line)) continue;
      this.#story.tell("event", `${daemon.host.name} ${line.replace(TIME_STAMP, "")}`);
    }
  }
}
