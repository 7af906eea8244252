import { setImmediate as nextTurn } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { host as proto } from '@nullspace/proto';
import { BehindError, type Change } from './changes.ts';
import type { HostContext } from './context.ts';
import { presentInstance } from './instance/present.ts';

/**
 * First everything, then each change in its order. A reader that falls too far behind is cut off with
 * `Code.ResourceExhausted`, all readers with `Code.Unavailable` when the host closes; both call again.
 */
export async function* watchInstances(
  host: HostContext,
  gone: AbortSignal,
): AsyncGenerator<proto.WatchInstancesResponse> {
  const signal = AbortSignal.any([gone, host.closing.signal]);
  using subscription = host.changes.subscribe();
  const instances = host.registry.published().map(presentInstance);
  yield answer({ case: 'all', value: create(proto.InstanceListSchema, { instances }) });
  try {
    while (!signal.aborted) {
      const change = await subscription.next({ waitMs: host.timing.keepAliveMs, signal });
      // Whoever caused it waits for the answer to a call, which says the same: that goes first.
      if (change) await nextTurn();
      if (change) yield answer(presentChange(change));
      else if (!signal.aborted) yield answer({ case: 'keepAlive', value: create(proto.KeepAliveSchema) });
    }
  } catch (error) {
    if (error instanceof BehindError) throw new ConnectError(error.message, Code.ResourceExhausted);
    throw error;
  }
  if (!gone.aborted) throw new ConnectError('the host is shutting down; call again', Code.Unavailable);
}

function presentChange(change: Change): proto.WatchInstancesResponse['message'] {
  if ('record' in change) return { case: 'changed', value: presentInstance(change.record) };
  const { sandboxId, kill } = change;
  return { case: 'guardKill', value: create(proto.GuardKillSchema, { sandboxId, guard: kill.guard }) };
}

function answer(message: proto.WatchInstancesResponse['message']): proto.WatchInstancesResponse {
  return create(proto.WatchInstancesResponseSchema, { message });
}
