/** "Did you mean": the known word closest to a mistyped one, by a bounded edit distance. */
import { MAX_COMPARISONS, MAX_SUGGESTION_LENGTH } from "./limits.ts";

export type Suggest = (word: string, candidates: Iterable<string>) => string | undefined;

/** `nearest` with a budget of comparisons: a file of nothing but garbage must not cost minutes. */
export function createSuggester(): Suggest {
  let comparisonsLeft = MAX_COMPARISONS;
  return (word, candidates) => {
    if (comparisonsLeft <= 0) return undefined;
    const limited: string[] = [];
    for (const candidate of candidates) {
      if (comparisonsLeft <= 0) return undefined;
      comparisonsLeft -= 1;
      limited.push(candidate);
    }
    return nearest(word, limited);
  };
}

/** In shorter words every other letter would be a guess. */
const SHORTEST = 2;

/** The nearest candidate within a third of the word's length, or undefined. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < SHORTEST || word.length > MAX_SUGGESTION_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === word || candidate.length > MAX_SUGGESTION_LENGTH) continue;
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const change = (previous[j - 1] ?? 0) + cost;
      let least = Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (beforePrevious[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
