/** No delay after a failure is longer, but for one that the authority asks for. */
const LONGEST_MS = 6 * 3600 * 1000;

/** Lifetime of a certificate, in milliseconds of Unix time. */
export interface Lifetime {
  notBefore: number;
  notAfter: number;
}

/** When a certificate is renewed: after two thirds of its life and up to a hundredth more, so that not all are at once. */
export function renewalAt({ notBefore, notAfter }: Lifetime, random: () => number = Math.random): number {
  const life = notAfter - notBefore;
  return Math.round(notBefore + (life * 2) / 3 + (life / 100) * random());
}

/**
 * Milliseconds to the next attempt: twice as long after each failure, up to six hours, and up to a fifth more by chance;
 * never sooner than the authority asks for.
 */
export function retryDelay(
  failures: number,
  options: { firstMs: number; retryAfterMs?: number | undefined; random?: () => number },
): number {
  const { firstMs, retryAfterMs = 0, random = Math.random } = options;
  const full = Math.min(LONGEST_MS, firstMs * 2 ** (failures - 1));
  return Math.round(Math.max(full, retryAfterMs) * (1 + random() / 5));
}
