import type { OciMetadata } from '@nullspace/contract';
import { quote } from '../plan/package-commands.ts';

/** A check as the configuration of an image has it; times in nanoseconds. */
export interface Healthcheck {
  Test?: string[] | null | undefined;
  Interval?: number | null | undefined;
  Timeout?: number | null | undefined;
  StartPeriod?: number | null | undefined;
  Retries?: number | null | undefined;
}

const mostSeconds = 300;

/** What is told of a check, with the readiness probe that runs the same command. */
export function mapHealthcheck(check: Healthcheck): NonNullable<OciMetadata['healthcheck']> {
  const { Test, Interval, Timeout, StartPeriod, Retries } = check;
  const test = Test ?? [];
  const [kind, ...words] = test;
  const command = kind === 'CMD-SHELL' ? words.join(' ') : kind === 'CMD' ? words.map(quote).join(' ') : '';
  const seconds = (nanoseconds: number) => Math.min(mostSeconds, Math.max(1, Math.round(nanoseconds / 1e9)));
  const every = Interval || 30e9;
  return {
    test,
    ...(Interval ? { interval_ns: Interval } : {}),
    ...(Timeout ? { timeout_ns: Timeout } : {}),
    ...(StartPeriod ? { start_period_ns: StartPeriod } : {}),
    ...(Retries ? { retries: Retries } : {}),
    ...(command === ''
      ? {}
      : {
          mapped_readiness: {
            kind: 'command' as const,
            command,
            timeout_secs: seconds(every * (Retries || 3)),
            interval_ms: Math.min(60_000, Math.max(100, Math.round(every / 1e6))),
            startup_grace_secs: StartPeriod ? seconds(StartPeriod) : 0,
          },
        }),
  };
}
