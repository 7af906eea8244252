import { UsageError } from '../errors/cli-error.ts';

const units: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600 };

/** A lifetime such as 90, 90s, 15m or 2h, in seconds. */
export function readLifetime(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,9})([smh]?)$/.exec(text);
  if (!match || Number(match[1]) === 0) {
    throw new UsageError(`--${flag} must be a time such as 90s, 15m or 2h; it is ${JSON.stringify(text)}`);
  }
  return Number(match[1]) * units[match[2]!]!;
}
