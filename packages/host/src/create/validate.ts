import type { Settings } from '@nullspace/configuration';
import type { host } from '@nullspace/proto';
import { type DeadlineAction, readDeadlineAction } from '../deadline/action.ts';
import type { InstanceSpec } from '../instance/spec.ts';
import { readPolicy } from '../network/policy.ts';
import { requireSnapshotId } from '../snapshots/id.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { bound, checkSpec, refuse } from './check-spec.ts';
import { type CheckoutOrder, readCheckout } from './checkout-order.ts';
import { readHostname } from './hostname.ts';

const sandboxIdPattern = /^[A-Za-z0-9_-]{1,100}$/;

/** A create request that the host can act on. */
export interface CreateOrder {
  sandboxId: string;
  spec: InstanceSpec;
  timeoutMs: number;
  deadlineAction: DeadlineAction;
  /** Empty: it cannot be paused. */
  pauseSnapshotId: string;
  /** Undefined: a cold start. */
  snapshot?: SnapshotRecord;
  /** The snapshot is that of a template: what runs in it is configured as after a cold start. */
  asTemplate: boolean;
  /** Undefined: of the host's own pool, if that has this shape. */
  checkout?: CheckoutOrder;
}

/**
 * Checks a request whole and fills in defaults.
 *
 * @param snapshot The one that the request names; most of the order is then as it was saved.
 * @throws {HostError} `invalid_request`, naming field and bound.
 */
export function validateCreate(
  request: host.CreateInstanceRequest,
  settings: Settings,
  snapshot?: SnapshotRecord,
): CreateOrder {
  const { sandboxId, spec } = request;
  requireSandboxId(sandboxId);
  if (request.templateSnapshot && !snapshot) refuse('snapshot_id', 'is missing; template_snapshot needs one');
  if (snapshot && !request.templateSnapshot) return fromSnapshot(request, snapshot, settings);
  if (!spec) return refuse('spec', 'is missing');
  const checked = checkSpec(spec, { settings, imageEnv: request.imageEnv });
  if (snapshot) requireShape(checked, snapshot);
  return {
    sandboxId,
    ...readLifetime(request, settings),
    snapshot,
    asTemplate: request.templateSnapshot,
    ...readCheckout(request.checkout),
    spec: {
      ...checked,
      ...readPolicy(spec, settings, 'spec.'),
      hostname: readHostname(spec.hostname, sandboxId),
    },
  };
}

function fromSnapshot(
  request: host.CreateInstanceRequest,
  snapshot: SnapshotRecord,
  settings: Settings,
): CreateOrder {
  const { sandboxId, spec: asked } = request;
  return {
    sandboxId,
    ...readLifetime(request, settings),
    snapshot,
    asTemplate: false,
    spec: {
      ...snapshot.spec,
      ...(asked ? readPolicy(asked, settings, 'spec.') : {}),
      hostname: readHostname(asked?.hostname ?? '', sandboxId),
    },
  };
}

/** @throws {HostError} `invalid_request` */
export function requireSandboxId(sandboxId: string): void {
  if (!sandboxIdPattern.test(sandboxId)) refuse('sandbox_id', `must match ${sandboxIdPattern.source}`);
}

/**
 * How long an instance lives and what happens then.
 *
 * @throws {HostError} `invalid_request`
 */
export function readLifetime(
  request: Pick<host.ForkChild, 'timeoutMs' | 'deadlineAction' | 'pauseSnapshotId'>,
  settings: Settings,
): Pick<CreateOrder, 'timeoutMs' | 'deadlineAction' | 'pauseSnapshotId'> {
  const { pauseSnapshotId } = request;
  const timeoutMs = Number(request.timeoutMs);
  bound('timeout_ms', timeoutMs, { least: 0, most: settings.max_timeout_ms });
  if (pauseSnapshotId) requireSnapshotId('pause_snapshot_id', pauseSnapshotId);
  const deadlineAction = readDeadlineAction(request.deadlineAction) ?? 'destroy';
  if (deadlineAction === 'pause' && !pauseSnapshotId) {
    refuse('pause_snapshot_id', 'is missing; deadline_action "pause" needs one');
  }
  return { timeoutMs, deadlineAction, pauseSnapshotId };
}

/** A snapshot of memory fits one shape alone. */
function requireShape(
  asked: Pick<InstanceSpec, 'image' | 'vcpus' | 'memory_mb' | 'disk_mb'>,
  { snapshot_id, spec }: SnapshotRecord,
): void {
  for (const name of ['image', 'vcpus', 'memory_mb', 'disk_mb'] as const) {
    if (asked[name] === spec[name]) continue;
    refuse(
      `spec.${name}`,
      `is ${asked[name]}; the template's snapshot ${snapshot_id} was saved with ${spec[name]}`,
    );
  }
}
