/**
 * The two daemons side by side in one run: every trial is made by both, one right after the other,
 * and the one that begins alternates. What is compared is the ratio within such a pair of trials.
 */
export type Contestant = "ours" | "real" | "again" | "frr";

export interface Measurement {
  /** Such as "crash, 1 s: beyond the bound"; a row of the table. */
  readonly name: string;
  readonly unit: "ms" | "kB" | "%";
  readonly value: number;
}

export type Trial = (contestant: Contestant) => Promise<readonly Measurement[]>;

export interface Row {
  readonly name: string;
  readonly unit: Measurement["unit"];
  readonly left: number[];
  readonly right: number[];
}

/** Half of the time a run may take is the limit of a single contest. */
export class Contest {
  readonly rows = new Map<string, Row>();
  readonly skipped: string[] = [];
  readonly pair: readonly [Contestant, Contestant];
  readonly #deadline: number;
  readonly #say: (text: string) => void;

  constructor(
    pair: readonly [Contestant, Contestant],
    limitMs: number,
    say: (text: string) => void,
  ) {
    this.pair = pair;
    this.#deadline = performance.now() + limitMs;
    this.#say = say;
  }

  get isOutOfTime(): boolean {
    return performance.now() > this.#deadline;
  }

  /** Plays a trial some times by both in turn; one that fails is told and left out. */
  async play(title: string, rounds: number, trial: Trial): Promise<void> {
    await this.#play(title, rounds, async (round) => {
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      const results: (readonly Measurement[])[] = [];
      for (const index of order) results[index] = await this.#by(index, trial);
      return results;
    });
  }

  /** Plays a trial by both at the same time: for what takes long and disturbs nobody. */
  async playTogether(title: string, rounds: number, trial: Trial): Promise<void> {
    await this.#play(title, rounds, () => Promise.all([this.#by(0, trial), this.#by(1, trial)]));
  }

  async #play(
    title: string,
    rounds: number,
    both: (round: number) => Promise<readonly (readonly Measurement[])[]>,
  ): Promise<void> {
    const startedAt = performance.now();
    for (let round = 0; round < rounds; round++) {
      if (this.isOutOfTime) {
        this.skipped.push(`${title}: rounds ${round + 1} to ${rounds}, out of time`);
        break;
      }
      try {
        const results = await both(round);
        this.#record(results[0] ?? [], results[1] ?? []);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.skipped.push(`${title}, round ${round + 1}: ${reason}`);
        this.#say(this.skipped.at(-1) ?? "");
      }
    }
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    this.#say(`${title}: ${rounds} rounds in ${seconds} s`);
  }

  async #by(index: number, trial: Trial): Promise<readonly Measurement[]> {
    const who = this.pair[index === 0 ? 0 : 1];
    try {
      return await trial(who);
    } catch (error) {
      throw new Error(`${who}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #record(left: readonly Measurement[], right: readonly Measurement[]): void {
    for (const mine of left) {
      const other = right.find((one) => one.name === mine.name);
      if (other === undefined) continue;
      const row = this.rows.get(mine.name) ?? { ...mine, left: [], right: [] };
      row.left.push(mine.value);
      row.right.push(other.value);
      this.rows.set(mine.name, row);
    }
  }
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? NaN;
  return { min: sorted[0] ?? NaN, median: (upper + lower) / 2, max: sorted.at(-1) ?? NaN };
}

/** Left over right, pair by pair. */
export function ratios(row: Row): Spread {
  return spreadOf(row.left.map((value, index) => value / (row.right[index] ?? NaN)));
}

/** Left minus right, pair by pair. */
export function differences(row: Row): Spread {
  return spreadOf(row.left.map((value, index) => value - (row.right[index] ?? NaN)));
}
