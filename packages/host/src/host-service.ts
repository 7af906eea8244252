import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import { host as proto } from '@nullspace/proto';
import { assembleImage } from './assemble/assemble-image.ts';
import { weighAsService } from './capacity/weigh.ts';
import type { CallContext } from './connect/unary-call.ts';
import type { HostContext } from './context.ts';
import { createInstance } from './create/create-instance.ts';
import { readDeadlineAction } from './deadline/action.ts';
import { setDeadline } from './deadline/set-deadline.ts';
import { describeHost } from './describe-host.ts';
import { describeDisk } from './disk/describe-disk.ts';
import { findMissing } from './disk/find-missing.ts';
import { forgetInstances } from './end/forget.ts';
import { killInstance } from './end/kill-instance.ts';
import { HostError, isDiskFull, toConnectError } from './errors.ts';
import { forkInstance } from './fork/fork-instance.ts';
import { presentChild } from './fork/present-child.ts';
import { deleteImage } from './images/delete-image.ts';
import { streamImport } from './imports/stream-import.ts';
import { presentInstance } from './instance/present.ts';
import type { InstanceRecord } from './instance/record.ts';
import { listRefusals } from './network/list-refusals.ts';
import { setNetworkPolicy } from './network/set-policy.ts';
import { pauseInstance } from './pause/pause-instance.ts';
import { presentPool } from './pools/present-pool.ts';
import { setPools } from './pools/set-pools.ts';
import { deleteSnapshot } from './snapshots/delete-snapshot.ts';
import { readSnapshotKind } from './snapshots/kind.ts';
import { presentSnapshot } from './snapshots/present.ts';
import { saveSnapshot } from './snapshots/save-snapshot.ts';
import { watchInstances } from './watch-instances.ts';

type Calls = ServiceImpl<typeof proto.HostService>;

/** An implementation of the service that asks no more of a call than its context. */
export type HostService = {
  [Name in keyof Calls]: (
    request: Parameters<Calls[Name]>[0],
    context: CallContext,
  ) => ReturnType<Calls[Name]>;
};

/** HostService of one host. */
export function createHostService(host: HostContext): HostService {
  const guarded =
    <Request, Answer>(handle: (request: Request, context: CallContext) => Promise<Answer>) =>
    async (request: Request, context: CallContext): Promise<Answer> => {
      try {
        return await handle(request, context);
      } catch (error) {
        throw explain(host, error, context.method.name);
      }
    };
  const guardedStream = async function* <Answer>(
    answers: AsyncIterable<Answer>,
    { signal, method }: CallContext,
  ) {
    try {
      yield* answers;
    } catch (error) {
      // Nothing failed: nobody is there to be answered.
      if (signal.aborted) throw new ConnectError('the caller has gone', Code.Canceled);
      throw explain(host, error, method.name);
    }
  };
  const present = (record: InstanceRecord) => ({ instance: presentInstance(record) });
  return {
    getHost: guarded(async () => create(proto.GetHostResponseSchema, await describeHost(host))),
    createInstance: guarded(async (request: proto.CreateInstanceRequest) => {
      const instance = presentInstance(await createInstance(host, request));
      const { checkout } = instance;
      return create(proto.CreateInstanceResponseSchema, { instance, ...(checkout ? { checkout } : {}) });
    }),
    getInstance: guarded(async ({ sandboxId }: proto.GetInstanceRequest) => {
      const { published, record } = host.registry.get(sandboxId);
      return create(proto.GetInstanceResponseSchema, present(published ?? record));
    }),
    listInstances: guarded(async () =>
      create(proto.ListInstancesResponseSchema, {
        instances: host.registry.published().map(presentInstance),
      }),
    ),
    killInstance: guarded(async ({ sandboxId, reason }: proto.KillInstanceRequest) =>
      create(proto.KillInstanceResponseSchema, present(await killInstance(host, { sandboxId, reason }))),
    ),
    setDeadline: guarded(async (request: proto.SetDeadlineRequest) => {
      const record = await setDeadline(host, {
        sandboxId: request.sandboxId,
        deadlineUnixMs: Number(request.deadlineUnixMs),
        action: readDeadlineAction(request.deadlineAction),
      });
      return create(proto.SetDeadlineResponseSchema, present(record));
    }),
    setNetworkPolicy: guarded(async (request: proto.SetNetworkPolicyRequest) =>
      create(proto.SetNetworkPolicyResponseSchema, present(await setNetworkPolicy(host, request))),
    ),
    listRefusals: guarded(async ({ sandboxId }: proto.ListRefusalsRequest) =>
      create(proto.ListRefusalsResponseSchema, listRefusals(host, sandboxId)),
    ),
    pauseInstance: guarded(async ({ sandboxId, reason }: proto.PauseInstanceRequest) =>
      create(proto.PauseInstanceResponseSchema, present(await pauseInstance(host, { sandboxId, reason }))),
    ),
    saveSnapshot: guarded(async ({ sandboxId, snapshotId, kind }: proto.SaveSnapshotRequest) => {
      const order = { sandboxId, snapshotId, kind: readSnapshotKind(kind) };
      const snapshot = presentSnapshot(await saveSnapshot(host, order));
      return create(proto.SaveSnapshotResponseSchema, { snapshot });
    }),
    forkInstance: guarded(async (request: proto.ForkInstanceRequest) => {
      const children = await forkInstance(host, request);
      const results = children.map((child) => presentChild(child, (error) => refuse(host, error, 'fork')));
      return create(proto.ForkInstanceResponseSchema, { results });
    }),
    listSnapshots: guarded(async () =>
      create(proto.ListSnapshotsResponseSchema, { snapshots: host.snapshots.list().map(presentSnapshot) }),
    ),
    importImage: (request, context) => guardedStream(streamImport(host, request, context.signal), context),
    assembleImage: guarded(async ({ snapshotId }: proto.AssembleImageRequest, { signal }) => {
      const made = await assembleImage(host, snapshotId, signal);
      const answer = { image: made.image, sizeBytes: BigInt(made.size_bytes) };
      return create(proto.AssembleImageResponseSchema, answer);
    }),
    deleteImage: guarded(async ({ image }: proto.DeleteImageRequest) => {
      await deleteImage(host, image);
      return create(proto.DeleteImageResponseSchema);
    }),
    deleteSnapshot: guarded(async ({ snapshotId }: proto.DeleteSnapshotRequest) => {
      await deleteSnapshot(host, snapshotId);
      return create(proto.DeleteSnapshotResponseSchema);
    }),
    findMissing: guarded(async (request: proto.FindMissingRequest) =>
      create(proto.FindMissingResponseSchema, await findMissing(host, request)),
    ),
    describeDisk: guarded(async () => create(proto.DescribeDiskResponseSchema, await describeDisk(host))),
    setPools: guarded(async ({ pools }: proto.SetPoolsRequest) => {
      setPools(host, pools);
      return create(proto.SetPoolsResponseSchema);
    }),
    listPools: guarded(async () =>
      create(proto.ListPoolsResponseSchema, {
        pools: host.pools.list().map((pool) => presentPool(host, pool)),
      }),
    ),
    watchInstances: ({ callerPid }, context) => {
      if (callerPid > 0) void weighAsService(host, callerPid);
      return watchInstances(host, context.signal);
    },
    forgetInstances: guarded(async ({ sandboxIds }: proto.ForgetInstancesRequest) => {
      await forgetInstances(host, sandboxIds);
      return create(proto.ForgetInstancesResponseSchema);
    }),
  };
}

function explain(host: HostContext, error: unknown, method: string): ConnectError {
  const refusal = refuse(host, error, method);
  return refusal
    ? toConnectError(refusal)
    : new ConnectError('the host failed; its log says why', Code.Internal);
}

/** A failure as the caller hears of it: what is not a refusal is in the log alone. */
function refuse(host: HostContext, error: unknown, method: string): HostError | undefined {
  if (error instanceof HostError) return error;
  if (isDiskFull(error)) return new HostError('disk_full', "the host's disk is full", { cause: error });
  host.log.error({ method, err: error }, 'call failed');
  return undefined;
}
