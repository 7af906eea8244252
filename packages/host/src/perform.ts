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
  const { id: instance_id, sandboxId: sandbox_id } = instance;
  const begun: Step[] = [];
  const tookMs: Record<string, number> = {};
  try {
    for (const name of operationTable[operation].steps as readonly StepOf<Name>[]) {
      begun.unshift(steps[name]);
      const from = performance.now();
      await steps[name].run();
      tookMs[name] = Math.round(performance.now() - from);
      host.reach(`${operation}.after_${name}` as FaultPoint);
    }
    host.log.info({ instance_id, sandbox_id, operation, took_ms: tookMs }, 'operation done');
  } catch (error) {
    host.log.warn({ instance_id, sandbox_id, operation, err: error }, 'operation failed');
    for (const step of begun) {
      await step.undo?.().catch((failure) => {
        host.log.error({ instance_id, sandbox_id, operation, err: failure }, 'undoing failed');
      });
    }
    throw error;
  }
}
