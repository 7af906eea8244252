import { HostError, type HostErrorCode } from '@nullspace/host';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { IdempotencyClaim, NewSandbox, Sandbox } from '../store/records.ts';
import type { ResolvedTemplate } from '../templates/resolve-template.ts';
import { type PoolRequest, toPoolFailure } from '../warm-pools/ask-pool.ts';
import { createFromPool } from '../warm-pools/create-from-pool.ts';
import { endedSandbox, notReady } from './ended.ts';
import { toStartFailure } from './start-refusal.ts';
import { toCreateRequest } from './to-host-request.ts';

/** A start that the host has not finished after this is given up. */
const START_MS = 110_000;
/** The same from a snapshot, whose files are read and checked; published clients wait for 300 s. */
const RESTORE_MS = 290_000;

/** From what an instance is made, beside its record. */
interface Way {
  template?: Pick<ResolvedTemplate, 'imageEnv' | 'snapshotId'> | undefined;
  pools?: PoolRequest | undefined;
}

const noPools: PoolRequest = { asked: null, pool: undefined, waitMs: 0, askedAt: 0 };

/**
 * Inserts a sandbox and resolves when it takes commands. A start that fails leaves a record in `error` and nothing on
 * the machine. It goes on when the caller has gone.
 */
export async function startSandbox(
  context: Context,
  request: {
    sandbox: NewSandbox;
    /** Absent: it is made from a snapshot. */
    template?: Pick<ResolvedTemplate, 'imageEnv' | 'snapshotId'> | undefined;
    /** Absent: it says nothing of warm pools. */
    pools?: PoolRequest | undefined;
    claim?: IdempotencyClaim | undefined;
    onId?: ((id: string) => void) | undefined;
  },
): Promise<Sandbox> {
  const { id } = request.sandbox;
  return context.fleet.projection.whileMaking([id], async () => {
    const { sandbox, onDisk } = await insertRecord(context, request);
    context.reach('create.recorded');
    request.onId?.(id);
    return await startRecorded(context, { sandbox, onDisk }, request);
  });
}

interface Recorded {
  sandbox: Sandbox;
  onDisk: Promise<void>;
}

async function startRecorded(context: Context, { sandbox, onDisk }: Recorded, way: Way): Promise<Sandbox> {
  try {
    const started = await startInstance(context, sandbox, way);
    // While it started: an instance does not outlive a loss of power, what its caller is told of it does.
    await onDisk;
    return started;
  } catch (error) {
    const failure = (way.pools && toPoolFailure(error, way.pools)) ?? toStartFailure(error, sandbox);
    await recordFailedStart(context, sandbox, failure);
    throw failure;
  }
}

async function insertRecord(
  { store, settings }: Context,
  { sandbox, claim }: { sandbox: NewSandbox; claim?: IdempotencyClaim | undefined },
): Promise<Recorded> {
  const maxLive = settings.tenant_max_sandboxes;
  const result = await store.insertSandbox(sandbox, { maxLive, ...(claim ? { claim } : {}) });
  if (result.inserted) return result;
  throw tooManyLive(result.live, maxLive);
}

/** The answer to a start that would be one too many. */
export function tooManyLive(live: number, limit: number): ApiError {
  return new ApiError(
    'quota_exceeded',
    { problem: `This tenant has ${live} live sandboxes and may have ${limit}` },
    { details: { limit, live } },
  );
}

/** Asks the host for the instance of a record. Repeating it is harmless. */
export async function createInstance(
  context: Context,
  sandbox: NewSandbox,
  { template, pools = noPools }: Way = {},
) {
  const startMs = (sandbox.fromSnapshotId ?? template?.snapshotId) ? RESTORE_MS : START_MS;
  const timeoutMs = startMs + pools.waitMs;
  return createFromPool(context, pools, async (checkout) => {
    const request = toCreateRequest(sandbox, { template, checkout });
    const { instance } = await context.fleet.call((client) => client.createInstance(request, { timeoutMs }));
    if (!instance) throw new Error('the host answered a create without an instance');
    return instance;
  });
}

async function startInstance(context: Context, sandbox: Sandbox, way: Way): Promise<Sandbox> {
  const { store, fleet, metrics, reach } = context;
  const instance = await createInstance(context, sandbox, way);
  reach('create.served');
  const told = await fleet.projection.onChanged(instance);
  reach('create.told');
  const now = told ?? (await store.findSandbox(sandbox.id));
  if (now?.status === 'running') {
    // After the answer, which somebody waits for.
    setImmediate(() => {
      metrics.observeCreate(now.phases);
      if (now.warmPool) metrics.observeCheckout(now.warmPool);
    });
    return now;
  }
  if (now?.status === 'destroyed') throw endedSandbox(now);
  if (now?.status === 'paused') throw notReady(now);
  throw new ApiError(
    'create_failed',
    { sandbox_id: sandbox.id, problem: now?.message ?? 'it did not come up' },
    { details: { sandbox_id: sandbox.id, reason: instance.reason } },
  );
}

/** Refusals of a host that has made nothing. */
const unmade: ReadonlySet<string> = new Set<HostErrorCode>([
  'capacity_exceeded',
  'image_not_found',
  'no_ready_instance',
  'pool_mismatch',
  'pool_not_found',
  'snapshot_not_found',
]);

/** Notes that a sandbox did not come up, and has the host end what it may still have of it. */
export async function recordFailedStart(
  context: Context,
  sandbox: Pick<Sandbox, 'id'>,
  failure: ApiError,
): Promise<void> {
  const { store, fleet, log } = context;
  const sandbox_id = sandbox.id;
  const isUnmade = failure.cause instanceof HostError && unmade.has(failure.cause.code);
  try {
    await store.updateSandbox(sandbox_id, {
      status: 'error',
      unmade: isUnmade,
      reason: failure.code === 'host_unavailable' ? 'host_lost' : 'start_failed',
      message: failure.message,
      endedAt: Date.now(),
    });
  } catch (error) {
    log.error({ err: error, sandbox_id }, 'a failed start was not recorded');
  }
  fleet.live.end(sandbox_id);
  if (isUnmade) return;
  // What cannot be killed now goes when the host comes back and reports it.
  const killing = fleet.projection.kill(sandbox_id, 'manual').catch((error: unknown) => {
    log.warn({ err: error, sandbox_id }, 'a sandbox that failed to start was not killed');
  });
  if (failure.code !== 'host_unavailable') await killing;
}
