import type { CreateSandboxBody } from '@nullspace/contract';
import { type HostError, readHostError } from '@nullspace/host';
import { ApiError, invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import type { IdempotencyClaim, JsonValue, Sandbox } from '../store/records.ts';
import { findTemplate } from '../templates/find-template.ts';
import { checkCreate } from './check-create.ts';
import { endedSandbox } from './ended.ts';

/** Working directory of a sandbox that asks for none. */
const DEFAULT_CWD = '/workspace';
/** A create that the host has not finished after this is given up. */
const START_MS = 110_000;

/**
 * Creates a sandbox and resolves when it takes commands. A create that fails leaves a record in `error` and
 * nothing on the machine. It goes on when the caller has gone.
 */
export async function createSandbox(
  context: Context,
  request: {
    tenantId: string;
    body: CreateSandboxBody;
    claim?: IdempotencyClaim;
    onId?: (id: string) => void;
  },
): Promise<Sandbox> {
  const { body } = request;
  checkCreate(body, context.settings);
  const template = await findTemplate(context, body.template);
  const sandbox = await insertRecord(context, request, template.image);
  request.onId?.(sandbox.id);
  const { projection } = context.fleet;
  projection.creating.add(sandbox.id);
  try {
    return await startInstance(context, sandbox);
  } catch (error) {
    const failure = translate(error, sandbox);
    await recordFailure(context, sandbox, failure).catch((storeError: unknown) => {
      context.log.error({ err: storeError, sandbox_id: sandbox.id }, 'a failed create was not recorded');
    });
    throw failure;
  } finally {
    projection.creating.delete(sandbox.id);
  }
}

async function insertRecord(
  { store, settings }: Context,
  { tenantId, body, claim }: { tenantId: string; body: CreateSandboxBody; claim?: IdempotencyClaim },
  image: string,
): Promise<Sandbox> {
  const maxLive = settings.tenant_max_sandboxes;
  const result = await store.insertSandbox(
    {
      id: makeId('sandbox'),
      tenantId,
      template: body.template,
      image,
      vcpus: body.vcpus,
      memoryMb: body.memory_mb,
      diskMb: body.disk_mb ?? settings.default_disk_mb,
      cwd: body.cwd ?? DEFAULT_CWD,
      envs: body.envs,
      metadata: body.metadata as Record<string, JsonValue>,
      network: (body.network ?? null) as JsonValue,
      internetAccess: body.internet_access ?? true,
      timeoutMs: body.timeout_ms,
      timeoutAction: 'destroy',
      createdAt: Date.now(),
    },
    { maxLive, ...(claim ? { claim } : {}) },
  );
  if (result.inserted) return result.sandbox;
  throw new ApiError(
    'quota_exceeded',
    { problem: `This tenant has ${result.live} live sandboxes and may have ${maxLive}` },
    { details: { limit: maxLive, live: result.live } },
  );
}

async function startInstance(context: Context, sandbox: Sandbox): Promise<Sandbox> {
  const { store, fleet } = context;
  const { instance } = await fleet.call((client) =>
    client.createInstance(
      {
        sandboxId: sandbox.id,
        spec: {
          image: sandbox.image,
          vcpus: sandbox.vcpus,
          memoryMb: sandbox.memoryMb,
          diskMb: sandbox.diskMb,
          env: sandbox.envs,
          cwd: sandbox.cwd,
          internetAccess: sandbox.internetAccess,
          hostname: sandbox.id.replace('_', '-'),
        },
        timeoutMs: BigInt(sandbox.timeoutMs),
      },
      { timeoutMs: START_MS },
    ),
  );
  if (!instance) throw new Error('the host answered a create without an instance');
  await fleet.projection.onChanged(instance);
  const now = await store.findSandbox(sandbox.id);
  if (now?.status === 'running') {
    context.metrics.observeCreate(now.phases);
    return now;
  }
  if (now?.status === 'destroyed') throw endedSandbox(now);
  throw new ApiError(
    'create_failed',
    { sandbox_id: sandbox.id, problem: now?.message ?? 'it did not come up' },
    { details: { sandbox_id: sandbox.id, reason: instance.reason } },
  );
}

async function recordFailure(context: Context, sandbox: Sandbox, failure: ApiError): Promise<void> {
  await context.store.updateSandbox(sandbox.id, {
    status: 'error',
    reason: failure.code === 'host_unavailable' ? 'host_lost' : 'start_failed',
    message: failure.message,
    endedAt: Date.now(),
  });
  // Whatever the host may still have of it goes now, or when the host comes back and reports it.
  context.fleet.live.end(sandbox.id);
  await context.fleet.projection.kill(sandbox.id, 'manual').catch((error: unknown) => {
    context.log.warn({ err: error, sandbox_id: sandbox.id }, 'a sandbox that failed to start was not killed');
  });
}

function translate(error: unknown, sandbox: Sandbox): ApiError {
  if (error instanceof ApiError) return error;
  const refusal = readHostError(error);
  if (refusal) return translateRefusal(refusal, sandbox);
  return new ApiError(
    'create_failed',
    { sandbox_id: sandbox.id, problem: 'the host did not finish starting it' },
    { details: { sandbox_id: sandbox.id }, cause: error },
  );
}

function translateRefusal(refusal: HostError, sandbox: Sandbox): ApiError {
  const details = { sandbox_id: sandbox.id, ...(refusal.field ? { field: refusal.field } : {}) };
  switch (refusal.code) {
    case 'capacity_exceeded':
    case 'disk_full':
      return new ApiError('capacity_exceeded', { problem: refusal.message }, { details, cause: refusal });
    case 'image_not_found':
      return new ApiError('template_not_found', { template: sandbox.template }, { details, cause: refusal });
    case 'invalid_request':
      return invalidField(refusal.field || 'body', refusal.message, { cause: refusal });
    default:
      return new ApiError(
        'create_failed',
        { sandbox_id: sandbox.id, problem: refusal.message },
        { details, cause: refusal },
      );
  }
}
