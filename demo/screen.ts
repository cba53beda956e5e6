/**
 * The live screen: both hosts, the client's requests as a moving strip, the timeline and the
 * outages, redrawn a few times a second in place.
 */
import { wallMs } from "../test/lab/wait.ts";
import type { HostView, Stage } from "./stage.ts";
import { seconds, type Entry, type Story } from "./story.ts";

const REDRAW_MS = 150;
const STRIP_CELL_MS = 200;
const RATE_WINDOW_MS = 1_000;

const RESET = "\x1b[0m";
const BOLD = "\x1b[1m";
const DIM = "\x1b[2m";
const RED = "\x1b[31m";
const GREEN = "\x1b[32m";
const YELLOW = "\x1b[33m";
const BLUE = "\x1b[34m";

/** Draws until disposed, then gives the terminal back. */
export class LiveScreen implements Disposable {
  readonly #stage: Stage;
  readonly #story: Story;
  readonly #out: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;

  constructor(stage: Stage, story: Story, out: NodeJS.WriteStream) {
    this.#stage = stage;
    this.#story = story;
    this.#out = out;
    // Ctrl-C ends the program at once; the terminal has to be put right all the same.
    process.once("exit", this.#restore);
    // The alternate screen, without a cursor.
    out.write("\x1b[?1049h\x1b[?25l");
    this.#timer = setInterval(() => {
      this.#draw();
    }, REDRAW_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    process.off("exit", this.#restore);
    this.#restore();
  }

  readonly #restore = (): void => {
    this.#out.write("\x1b[?25h\x1b[?1049l");
  };

  #draw(): void {
    const width = this.#out.columns || 80;
    const height = this.#out.rows || 24;
    const stage = this.#stage;
    const story = this.#story;
    const head = [
      `${BOLD}keepalived-ts${RESET}  ${story.scene}  ${DIM}${story.elapsed.toFixed(0)} s${RESET}`,
      "",
      ...hostLines(stage.view(stage.first), stage.webServer),
      ...hostLines(stage.view(stage.second), stage.webServer),
      ...clientLines(stage, width),
    ];
    const tail = outageLines(story);
    const room = Math.max(3, height - head.length - tail.length - 3);
    const events = story.entries.filter((entry) => entry.kind !== "scene").slice(-room);
    const lines = [...head, "", `${BOLD}timeline${RESET}`, ...events.map(entryLine), ...tail];
    const text = lines.slice(0, height).map((line) => `${clip(line, width)}\x1b[K`);
    this.#out.write(`\x1b[H${text.join("\r\n")}\x1b[J`);
  }
}

function hostLines(view: HostView, web: string): readonly string[] {
  const state = view.isOn ? (view.state ?? "no keepalived") : "no power";
  const colour = view.state === "MASTER" ? GREEN : view.state === "BACKUP" ? BLUE : RED;
  const holding = view.holdsAddress ? `${GREEN}has 10.0.0.3${RESET}` : "";
  const served = view.webProcesses > 0 ? `${web} runs` : `${RED}no ${web}${RESET}`;
  const name = `${BOLD}${view.name}${RESET} ${DIM}${view.address}${RESET}`;
  return [`  ${name}  ${colour}${state.padEnd(14)}${RESET} ${served}  ${holding}`];
}

function clientLines(stage: Stage, width: number): readonly string[] {
  const now = wallMs();
  const replies = stage.web.replies;
  const rate = replies.filter(
    (one) => one.server !== undefined && one.doneAt > now - RATE_WINDOW_MS,
  );
  const errors = stage.web.errors.length;
  const cells = Math.max(10, width - 4);
  const strip = Array.from({ length: cells }, () => `${DIM}.${RESET}`);
  const first = now - cells * STRIP_CELL_MS;
  for (const reply of replies) {
    const cell = Math.floor((reply.sentAt - first) / STRIP_CELL_MS);
    if (cell < 0 || cell >= cells) continue;
    strip[cell] = cellOf(reply.server);
  }
  const who = rate.length === 0 ? `${RED}nobody${RESET}` : (stage.web.server ?? "nobody");
  return [
    "",
    `  ${BOLD}client${RESET} GET http://10.0.0.3/  ${rate.length} answers/s from ${who}, ${errors} errors in all`,
    `  ${strip.join("")}`,
  ];
}

function cellOf(server: string | undefined): string {
  if (server === undefined) return `${RED}x${RESET}`;
  return server === "lb01" ? `${GREEN}1${RESET}` : `${BLUE}2${RESET}`;
}

const MARKS: Readonly<Record<Entry["kind"], string>> = {
  scene: `${BOLD}==${RESET}`,
  action: `${YELLOW}>>${RESET}`,
  event: "  ",
  holds: `${GREEN}ok${RESET}`,
  broken: `${RED}!!${RESET}`,
  note: "  ",
};

function entryLine(entry: Entry): string {
  const text =
    entry.kind === "event" || entry.kind === "note" ? `${DIM}${entry.text}${RESET}` : entry.text;
  return `  ${DIM}${entry.at.toFixed(2).padStart(6)}${RESET} ${MARKS[entry.kind]} ${text}`;
}

function outageLines(story: Story): readonly string[] {
  if (story.outages.length === 0) return [];
  return [
    "",
    `${BOLD}outages measured by the client${RESET}`,
    ...story.outages.map((one) => `  ${seconds(one.ms).padStart(8)}  ${one.what}`),
  ];
}

/** Cuts a line with colours to the width of the terminal. */
function clip(line: string, width: number): string {
  let visible = 0;
  let kept = "";
  for (const part of line.split(/(\x1b\[[\d;?]*[A-Za-z])/)) {
    if (part.startsWith("\x1b")) {
      kept += part;
      continue;
    }
    const room = Math.max(0, width - visible);
    kept += part.slice(0, room);
    visible += Math.min(part.length, room);
  }
  return kept;
}
