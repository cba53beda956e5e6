/**
 * What has happened so far: scenes, events, claims that held or did not, and measured outages. The
 * scenes write it; the screen and the plain lines show it.
 */
export interface Entry {
  /** Seconds since the demo began. */
  readonly at: number;
  readonly kind: "scene" | "action" | "event" | "holds" | "broken" | "note";
  readonly text: string;
}

export interface MeasuredOutage {
  readonly what: string;
  readonly ms: number;
  /** What the protocol and the script allow together, and why. */
  readonly allowedMs: number;
  readonly because: string;
}

export type Listener = (entry: Entry) => void;

export class Story {
  readonly entries: Entry[] = [];
  readonly outages: MeasuredOutage[] = [];
  readonly #beganAt = performance.now();
  readonly #listeners: Listener[] = [];
  readonly #witnesses: (() => void)[] = [];
  #isAsking = false;

  get elapsed(): number {
    return (performance.now() - this.#beganAt) / 1000;
  }

  /** Whether everything so far happened as it should. */
  get isGood(): boolean {
    return this.entries.every((entry) => entry.kind !== "broken");
  }

  get scene(): string {
    return this.entries.findLast((entry) => entry.kind === "scene")?.text ?? "setting up";
  }

  onEntry(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** `witness` tells what it has seen before anything else is told, so that the order is right. */
  onTelling(witness: () => void): void {
    this.#witnesses.push(witness);
  }

  tell(kind: Entry["kind"], text: string): void {
    if (!this.#isAsking) {
      this.#isAsking = true;
      for (const witness of this.#witnesses) witness();
      this.#isAsking = false;
    }
    const entry = { at: this.elapsed, kind, text };
    this.entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
  }

  /** Waits for something that should happen, and says whether it did. */
  async expect(text: string, happening: Promise<unknown>): Promise<boolean> {
    try {
      await happening;
      this.tell("holds", text);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      this.tell("broken", `${text}: did not happen (${reason})`);
      return false;
    }
  }

  claim(text: string, isTrue: boolean): void {
    this.tell(isTrue ? "holds" : "broken", isTrue ? text : `${text}: not so`);
  }

  outage(measured: MeasuredOutage): void {
    this.outages.push(measured);
    const text = `nobody answered for ${seconds(measured.ms)} (allowed: ${seconds(
      measured.allowedMs,
    )}, ${measured.because})`;
    this.tell(measured.ms <= measured.allowedMs ? "holds" : "broken", text);
  }
}

export function seconds(ms: number): string {
  return ms < 100 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
