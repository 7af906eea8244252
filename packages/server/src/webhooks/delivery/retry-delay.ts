/** No delay is longer. */
const LONGEST_MS = 6 * 3600 * 1000;

/**
 * Milliseconds from a failed attempt to the next: three times as long each time, up to six hours, of which a random
 * half is jitter, so that receivers which come back are not called by all at once. Null: that was the last attempt.
 */
export function retryDelay(
  attempt: number,
  {
    firstMs,
    maxAttempts,
    random = Math.random,
  }: { firstMs: number; maxAttempts: number; random?: () => number },
): number | null {
  if (attempt >= maxAttempts) return null;
  const full = Math.min(LONGEST_MS, firstMs * 3 ** (attempt - 1));
  return Math.round(full * (0.5 + random() / 2));
}
