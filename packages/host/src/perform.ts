import type { HostContext } from './context.ts';
import type { FaultPoint } from './faults.ts';
import type { TrackedInstance } from './instance/tracked-instance.ts';
import { type OperationName, operationTable, type StepOf } from './operation-table.ts';

interface Step {
  run(): Promise<void>;
  /** Takes back what the step did, in part or whole. */
  undo?(): Promise<void>;
}

/**
 * Takes the steps of an operation in the order of the table. When one fails, it and those before it are undone, the
 * last first, and the failure is thrown.
 */
export async function perform<Name extends OperationName>(
  host: HostContext,
  instance: TrackedInstance,
  operation: Name,
  steps: Record<StepOf<Name>, Step>,
): Promise<void> {
  const begun: Step[] = [];
  try {
    for (const name of operationTable[operation].steps as readonly StepOf<Name>[]) {
      begun.unshift(steps[name]);
      await steps[name].run();
      host.reach(`${operation}.after_${name}` as FaultPoint);
    }
  } catch (error) {
    const { id: instance_id, sandboxId: sandbox_id } = instance;
    host.log.warn({ instance_id, sandbox_id, operation, err: error }, 'operation failed');
    for (const step of begun) {
      await step.undo?.().catch((failure) => {
        host.log.error({ instance_id, sandbox_id, operation, err: failure }, 'undoing failed');
      });
    }
    throw error;
  }
}
