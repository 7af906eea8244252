import type { WarmPoolInfo } from 'nullspace';
import { printable } from '../printable.ts';
import { timestamp } from './sandbox.ts';
import { snakeCase } from './snake-case.ts';

/** A pool as the CLI prints it in JSON: the API's names. */
export function poolRecord(info: WarmPoolInfo): Record<string, unknown> {
  const times = [
    'createdAt',
    'updatedAt',
    'enabledAt',
    'disabledAt',
    'drainRequestedAt',
    'lastReconciledAt',
  ] as const;
  return {
    ...snakeCase(info),
    warm_pool: { id: info.id },
    degraded_reason: info.degradedReason ?? null,
    ...snakeCase(Object.fromEntries(times.map((name) => [name, timestamp(info[name])]))),
  };
}

/** A pool in a line, and why it is not full in the next one. */
export function poolLines({ id, state, status, templateRef, degradedReason }: WarmPoolInfo): string[] {
  const line = [id, state, `ready ${status.ready}/${status.target}`, templateRef].join('\t');
  return degradedReason ? [line, `degraded: ${printable(degradedReason)}`] : [line];
}
