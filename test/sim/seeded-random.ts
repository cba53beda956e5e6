/** Chance to order: the same seed gives the same numbers everywhere. */

/** Marsaglia's xorshift32. Numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0 || 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}
