import type { OciMetadata } from '@nullspace/contract';
import { mapHealthcheck } from '../../base/healthcheck.ts';
import { readFlags } from './read-flags.ts';
import type { InstructionSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';
import { readJsonWords } from './split-words.ts';

const nanoseconds: Record<string, number> = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };

/** How a container would be checked. It is told, with the readiness probe that would do the same. */
export function planHealthcheck(source: InstructionSource): NonNullable<OciMetadata['healthcheck']> {
  const { text, line } = source;
  const flags = readFlags(source, ['interval', 'timeout', 'start-period', 'start-interval', 'retries']);
  const [, kind = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (kind.toUpperCase() === 'NONE' && rest === '') return { test: ['NONE'] };
  if (kind.toUpperCase() !== 'CMD' || rest === '')
    refuseLine(line, 'HEALTHCHECK takes CMD with a command, or NONE');
  const duration = (name: string) => {
    const value = flags.get(name);
    return value === undefined ? undefined : readDuration(value, name, line);
  };
  const retries = flags.get('retries');
  if (retries !== undefined && !/^\d{1,6}$/.test(retries)) refuseLine(line, '--retries takes a number');
  const words = readJsonWords(rest);
  duration('start-interval');
  return mapHealthcheck({
    Test: words ? ['CMD', ...words] : ['CMD-SHELL', rest],
    Interval: duration('interval'),
    Timeout: duration('timeout'),
    StartPeriod: duration('start-period'),
    Retries: retries === undefined ? undefined : Number(retries),
  });
}

/** A duration as Go writes it, such as `1m30s`. */
function readDuration(text: string, name: string, line: number): number {
  if (text === '0') return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    refuseLine(line, `--${name} takes a duration such as 30s`);
  return Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * nanoseconds[unit!]!, 0));
}
