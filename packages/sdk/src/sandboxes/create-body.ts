import type { CreateSandboxRequest } from '@nullspace/contract';
import { InvalidRequestError } from '../errors/state.ts';
import type { CreateOptions } from './create-options.ts';
import { writeNetwork } from './network.ts';

/** What a snapshot fixes, so that it cannot be chosen beside one. */
const fixedBySnapshot = [
  'template',
  'vcpus',
  'memoryMb',
  'diskMb',
  'cwd',
  'envs',
  'internetAccess',
] as const satisfies (keyof CreateOptions)[];

/** Body of `POST /v1/sandboxes`. */
export function createBody(options: CreateOptions): CreateSandboxRequest {
  const { snapshotId } = options;
  return snapshotId === undefined ? fromTemplate(options) : fromSnapshot(snapshotId, options);
}

function fromTemplate(options: CreateOptions): CreateSandboxRequest {
  const template = options.template ?? 'base';
  return {
    template,
    vcpus: options.vcpus ?? 2,
    memory_mb: options.memoryMb ?? (template === 'code-interpreter' ? 2048 : 512),
    envs: options.envs ?? {},
    internet_access: options.internetAccess ?? true,
    cwd: options.cwd ?? null,
    ...(options.diskMb === undefined ? {} : { disk_mb: options.diskMb }),
    ...common(options),
  };
}

function fromSnapshot(snapshotId: string, options: CreateOptions): CreateSandboxRequest {
  const fixed = fixedBySnapshot.filter((name) => options[name] !== undefined);
  if (fixed.length > 0) {
    throw new InvalidRequestError(
      `${fixed.join(', ')}: a sandbox from a snapshot has what the snapshot has. Leave it out.`,
    );
  }
  return { snapshot_id: snapshotId, ...common(options) };
}

function common(options: CreateOptions) {
  return {
    timeout_ms: milliseconds(options.timeout ?? 300),
    metadata: options.metadata ?? {},
    network: options.network ? writeNetwork(options.network) : null,
    ...(options.autoResume ? { auto_resume: true } : {}),
    ...warmPool(options),
    ...(options.timeoutAction === undefined ? {} : { timeout_action: options.timeoutAction }),
    ...(options.lifecycle === undefined ? {} : { lifecycle: { on_timeout: options.lifecycle.onTimeout } }),
  } satisfies CreateSandboxRequest;
}

function warmPool({ warmPool: id, warmPoolMode: mode, warmPoolWaitMs: waitMs }: CreateOptions) {
  if (id === undefined && mode === undefined && waitMs === undefined) return {};
  if (id === undefined && mode !== 'bypass')
    throw new InvalidRequestError(
      "warmPool is missing: name the pool (twp_…), or pass warmPoolMode: 'bypass'.",
    );
  if (waitMs !== undefined && !(Number.isInteger(waitMs) && waitMs >= 0))
    throw new InvalidRequestError(`warmPoolWaitMs must be a whole number of at least 0; it is ${waitMs}.`);
  return { warm_pool: { id, mode, wait_ms: waitMs } };
}

/** Seconds as whole milliseconds. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
