/** The Internet checksum (RFC 1071): one's complement of the one's complement sum of 16-bit words. */

/** Adds `bytes` to a running sum. An odd last byte counts as the high half of a word. */
export function addToSum(sum: number, bytes: Uint8Array): number {
  let total = sum;
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  if (even < bytes.length) total += (bytes[even] ?? 0) << 8;
  return total;
}

/** The checksum from a running sum; 0 when the summed bytes already held a right checksum. */
export function finishSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

export const checksum = (bytes: Uint8Array): number => finishSum(addToSum(0, bytes));
