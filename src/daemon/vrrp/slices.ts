/**
 * Long jobs in slices: thousands of addresses or announcements never keep the loop from the next
 * advert. A job's first slice runs at once, so that short jobs are done before anything else.
 */

/** A piece of work that can be interrupted. `run` does one slice and says whether it is done. */
export interface SlicedJob {
  readonly router: number;
  readonly kind: "install" | "renew" | "withdraw" | "announce";
  run(): "done" | "more";
}

/** The router of a job whose instance is gone. */
const ORPHAN = -1;

export class SliceQueue {
  readonly #defer: (work: () => void) => void;
  readonly #onIdle: () => void;
  #jobs: SlicedJob[] = [];
  #isScheduled = false;

  constructor(defer: (work: () => void) => void, onIdle: () => void) {
    this.#defer = defer;
    this.#onIdle = onIdle;
  }

  get isIdle(): boolean {
    return this.#jobs.length === 0;
  }

  add(job: SlicedJob): void {
    if (job.run() === "done") return;
    this.#jobs.push(job);
    this.#schedule();
  }

  /** Drops what is left of a router's jobs of these kinds. */
  cancel(router: number, kinds: readonly SlicedJob["kind"][]): void {
    this.#jobs = this.#jobs.filter((job) => job.router !== router || !kinds.includes(job.kind));
  }

  /** After a reload: jobs follow their router to its new position, or go on with none to cancel them. */
  renumber(positionOf: (old: number) => number | undefined): void {
    this.#jobs = this.#jobs.map((job) => ({
      router: positionOf(job.router) ?? ORPHAN,
      kind: job.kind,
      run: () => job.run(),
    }));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#defer(() => {
      this.#isScheduled = false;
      this.#runOne();
    });
  }

  /** Round robin, one slice a turn of the loop. */
  #runOne(): void {
    const job = this.#jobs.shift();
    if (job === undefined) return;
    if (job.run() === "more") this.#jobs.push(job);
    if (this.#jobs.length > 0) this.#schedule();
    else this.#onIdle();
  }
}
