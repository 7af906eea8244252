import { readHostError } from '@nullspace/host';
import type { host } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { notReady } from '../sandboxes/ended.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { recordFailedStart, tooManyLive } from '../sandboxes/start-sandbox.ts';
import { toForkChild } from '../sandboxes/to-host-request.ts';
import { withTrafficToken } from '../sandboxes/traffic-token.ts';
import type { IdempotencyClaim, NewSandbox, Sandbox } from '../store/records.ts';
import { savedSettings } from '../store/snapshots/saved-settings.ts';
import { toForkFailure } from './fork-failure.ts';
import type { ForkedChild } from './present-forked.ts';
import { isNotRunning } from './save-failure.ts';
import { requireSnapshotRoom } from './snapshot-quota.ts';

/** A fork that the host has not finished after this is given up; published clients wait for 300 s. */
const FORK_MS = 290_000;

/**
 * Makes running copies of a running sandbox, which goes on, and resolves when each child runs or has failed; at least
 * one runs. It goes on when the caller has gone.
 *
 * @throws {ApiError} Why the first child failed, when none came up.
 */
export async function forkSandbox(
  context: Context,
  request: { address: SandboxAddress; count: number | undefined; claim?: IdempotencyClaim | undefined },
): Promise<ForkedChild[]> {
  const source = await context.finder.read(request.address);
  if (source.status !== 'running') throw notReady(source);
  await requireSnapshotRoom(context, source);
  const children = makeChildren(source, request.count);
  const ids = children.map(({ id }) => id);
  return context.fleet.projection.whileMaking(ids, async () => {
    await insertChildren(context, children, request.claim);
    return await runFork(context, source, children);
  });
}

function makeChildren(source: Sandbox, count: number | undefined): NewSandbox[] {
  const ids = Array.from({ length: count ?? 1 }, () => makeId('sandbox'));
  const { tenantId, metadata } = source;
  const same = {
    ...savedSettings(source),
    autoResume: source.autoResume,
    tenantId,
    metadata,
    createdAt: Date.now(),
  };
  const forkId = count === undefined ? null : ids[0]!;
  return ids.map((id) => withTrafficToken({ ...same, id, origin: 'fork', sourceId: source.id, forkId }));
}

async function insertChildren(
  { store, settings }: Context,
  children: NewSandbox[],
  claim: IdempotencyClaim | undefined,
): Promise<void> {
  const maxLive = settings.tenant_max_sandboxes;
  const result = await store.insertFork(children, { maxLive, claim });
  if (!result.inserted) throw tooManyLive(result.live, maxLive);
}

async function runFork(context: Context, source: Sandbox, children: NewSandbox[]): Promise<ForkedChild[]> {
  let results: host.ForkResult[];
  try {
    results = await askHost(context, source, children);
  } catch (error) {
    const failure = await describeFailure(context, source, error);
    for (const child of children) await recordFailedStart(context, child, failure);
    throw failure;
  }
  const forked = await Promise.all(
    children.map((child, index) => readChild(context, { source, child, result: results[index] })),
  );
  const [first] = forked;
  if (first && forked.every((child) => 'error' in child)) throw (first as { error: ApiError }).error;
  return forked;
}

async function askHost(
  { fleet }: Context,
  source: Sandbox,
  children: NewSandbox[],
): Promise<host.ForkResult[]> {
  const request = { sandboxId: source.id, children: children.map(toForkChild) };
  const { results } = await fleet.call((client) => client.forkInstance(request, { timeoutMs: FORK_MS }));
  return results;
}

async function readChild(
  context: Context,
  { source, child, result }: { source: Sandbox; child: NewSandbox; result: host.ForkResult | undefined },
): Promise<ForkedChild> {
  if (result?.result.case === 'instance') {
    await context.fleet.projection.onChanged(result.result.value);
    const sandbox = await context.store.findSandbox(child.id);
    if (sandbox?.status === 'running') return { sandbox };
  }
  const refused = result?.result.case === 'failure' ? result.result.value : undefined;
  const error = toForkFailure(source.id, {
    code: refused?.detail?.code ?? '',
    field: refused?.detail?.field ?? '',
    message: refused?.message || 'the child did not come up',
    missingBytes: Number(refused?.detail?.missingBytes ?? 0n),
  });
  await recordFailedStart(context, child, error);
  return { error };
}

async function describeFailure(context: Context, source: Sandbox, error: unknown): Promise<ApiError> {
  if (error instanceof ApiError) return error;
  if (isNotRunning(error)) return context.finder.explainRefusal(source);
  const refusal = readHostError(error);
  return toForkFailure(source.id, refusal ?? { code: '', message: 'the host did not finish it' }, error);
}
