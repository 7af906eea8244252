import type { MessageInitShape } from '@bufbuild/protobuf';
import { host } from '@nullspace/proto';
import { egressOf } from '../network/egress.ts';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { NewSandbox, TimeoutAction } from '../store/records.ts';
import type { ResolvedTemplate } from '../templates/resolve-template.ts';

type CreateRequest = MessageInitShape<typeof host.CreateInstanceRequestSchema>;

/** A record as the host is asked to start it. */
export function toCreateRequest(
  sandbox: NewSandbox,
  {
    template,
    checkout,
  }: {
    template?: Pick<ResolvedTemplate, 'imageEnv' | 'snapshotId'> | undefined;
    checkout?: CreateRequest['checkout'] | undefined;
  } = {},
): CreateRequest {
  return {
    sandboxId: sandbox.id,
    spec: {
      image: sandbox.image,
      vcpus: sandbox.vcpus,
      memoryMb: sandbox.memoryMb,
      diskMb: sandbox.diskMb,
      env: sandbox.envs,
      cwd: sandbox.cwd,
      ...egressOf(sandbox),
      hostname: hostnameOf(sandbox.id),
    },
    timeoutMs: BigInt(sandbox.timeoutMs),
    deadlineAction: toDeadlineAction(sandbox.timeoutAction),
    snapshotId: sandbox.fromSnapshotId ?? template?.snapshotId ?? '',
    templateSnapshot: Boolean(template?.snapshotId),
    imageEnv: template?.imageEnv ?? {},
    pauseSnapshotId: pauseSnapshotId(sandbox.id),
    ...(checkout ? { checkout } : {}),
  };
}

/** A record as the host is asked to make it by a fork. */
export function toForkChild(sandbox: NewSandbox): MessageInitShape<typeof host.ForkChildSchema> {
  return {
    sandboxId: sandbox.id,
    pauseSnapshotId: pauseSnapshotId(sandbox.id),
    hostname: hostnameOf(sandbox.id),
    timeoutMs: BigInt(sandbox.timeoutMs),
    deadlineAction: toDeadlineAction(sandbox.timeoutAction),
  };
}

export function toDeadlineAction(action: TimeoutAction): host.DeadlineAction {
  return action === 'hibernate' ? host.DeadlineAction.PAUSE : host.DeadlineAction.DESTROY;
}

// An underscore is not allowed in host names.
function hostnameOf(sandboxId: string): string {
  return sandboxId.replace('_', '-');
}
