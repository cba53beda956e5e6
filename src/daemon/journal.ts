/** The last things that happened, newest last, within a bound. */
import type { JournalEntry } from "../report/state.ts";

export const JOURNAL_ENTRIES = 1_000;

export class Journal {
  #entries: JournalEntry[] = [];

  add(entry: JournalEntry): void {
    this.#entries.push(entry);
    // Trimmed in blocks, so that a full journal costs no copy per entry.
    if (this.#entries.length >= 2 * JOURNAL_ENTRIES) this.#entries = this.#last(JOURNAL_ENTRIES);
  }

  entries(): readonly JournalEntry[] {
    return this.#last(JOURNAL_ENTRIES);
  }

  #last(count: number): JournalEntry[] {
    return this.#entries.slice(-count);
  }
}
