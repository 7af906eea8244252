import { randomInt } from 'node:crypto';

const largestSeed = 2 ** 31 - 1;

/** The seed that was asked for; else always the same one, and for a long run one that nobody has tried before. */
export function chooseSeed(asked: string | undefined, long: boolean): number {
  if (asked === undefined) return long ? randomInt(largestSeed) : 1;
  const seed = Number(asked);
  if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed || asked.trim() === '')
    throw new Error(`seed "${asked}" is not a whole number from 0 to ${largestSeed}`);
  return seed;
}
