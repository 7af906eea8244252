import { HostError } from './errors.ts';
import type { InstanceRecord } from './instance/record.ts';

type State = InstanceRecord['state'];

interface Operation {
  /** States in which it may begin. */
  from: readonly State[];
  steps: readonly string[];
  to: State;
  /** The state when a step fails; what the steps before it did is undone. */
  failed: State;
}

/**
 * What can be done with an instance. An operation takes its steps in this order, each within its time. Those on one
 * instance come one after another, but for a kill, which wins over all.
 */
export const operationTable = {
  create: {
    from: ['creating'],
    steps: ['reserve', 'journal', 'slot', 'engine', 'agent', 'configure', 'running'],
    to: 'running',
    failed: 'error',
  },
  // Of an instance of its own: the snapshot stays as it was.
  resume: {
    from: ['creating'],
    steps: ['reserve', 'journal', 'slot', 'engine', 'agent', 'configure', 'running'],
    to: 'running',
    failed: 'error',
  },
  // Of an instance that waits in a pool for its sandbox.
  ready: {
    from: ['creating'],
    steps: ['reserve', 'journal', 'slot', 'engine', 'agent', 'configure', 'running'],
    to: 'running',
    failed: 'error',
  },
  // Of such an instance by a create.
  checkout: {
    from: ['running'],
    steps: ['configure', 'journal'],
    to: 'running',
    failed: 'error',
  },
  pause: {
    from: ['running'],
    steps: ['begin', 'freeze', 'save', 'record', 'journal'],
    to: 'paused',
    failed: 'running',
  },
  snapshot: {
    from: ['running'],
    steps: ['begin', 'save', 'record'],
    to: 'running',
    failed: 'running',
  },
  fork: {
    from: ['running'],
    steps: ['begin', 'save', 'children', 'drop'],
    to: 'running',
    failed: 'running',
  },
  // Never fails: cleaning is repeated until nothing is left.
  kill: {
    from: ['creating', 'running', 'paused'],
    steps: ['journal', 'engine', 'slot', 'folder', 'clean'],
    to: 'destroyed',
    failed: 'destroyed',
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operationTable;
export type StepOf<Name extends OperationName> = (typeof operationTable)[Name]['steps'][number];

/** @throws {HostError} `instance_paused`, `instance_not_running` when the operation cannot begin in its state. */
export function requireState(record: InstanceRecord, operation: OperationName): void {
  const from: readonly State[] = operationTable[operation].from;
  if (from.includes(record.state)) return;
  throw describeState(record);
}

/** Why an operation that needs a running instance is refused. */
export function describeState({ state, sandbox_id, reason }: InstanceRecord): HostError {
  const field = 'sandbox_id';
  if (state === 'paused') {
    return new HostError('instance_paused', `sandbox ${sandbox_id} is paused; resume it first`, { field });
  }
  const what = state === 'creating' ? 'does not run yet' : `has ended (${reason})`;
  return new HostError('instance_not_running', `sandbox ${sandbox_id} ${what}`, { field });
}
