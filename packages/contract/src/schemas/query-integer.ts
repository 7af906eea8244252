import * as z from 'zod';

/** A whole number in a query string: decimal digits only, so that "1e3", "0x10" or "" are refused. */
export function queryInteger({ min, max }: { min: number; max: number }) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`))
    .meta({ query_integer: { minimum: min, maximum: max } });
}
