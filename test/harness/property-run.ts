import type { TestContext } from 'node:test';

/**
 * How often a property is tried, and from which seed: always the same one, so that a failure can be repeated, unless
 * `NULLSPACE_TEST_SEED` names another. The seed is printed with the test.
 */
export function propertyRun(
  t: TestContext,
  { short, long }: { short: number; long: number },
): { seed: number; numRuns: number } {
  const seed = Number(process.env.NULLSPACE_TEST_SEED ?? 1);
  const numRuns = process.env.NULLSPACE_TEST_LONG ? long : short;
  t.diagnostic(`${numRuns} runs from NULLSPACE_TEST_SEED=${seed}`);
  return { seed, numRuns };
}
