import type { Settings } from '@nullspace/configuration';
import type { host } from '@nullspace/proto';
import { type DeadlineAction, readDeadlineAction } from '../deadline/action.ts';
import { HostError } from '../errors.ts';
import { digestPattern } from '../images/catalog.ts';
import type { InstanceSpec } from '../instance/spec.ts';
import { requireSnapshotId } from '../snapshots/id.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { readHostname } from './hostname.ts';
import { chooseProcessLimit } from './process-limit.ts';

const sandboxIdPattern = /^[A-Za-z0-9_-]{1,100}$/;
const largestEnvBytes = 1024 * 1024;
const smallestMemoryMb = 64;
const smallestDiskMb = 64;
const highestProcessLimit = 1_000_000;

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
  if (!digestPattern.test(spec.image)) refuse('spec.image', 'must be "sha256-" and 64 hexadecimal digits');
  bound('spec.vcpus', spec.vcpus, { least: 1, most: settings.max_vcpus });
  bound('spec.memory_mb', spec.memoryMb, { least: smallestMemoryMb, most: settings.max_memory_mb });
  const diskMb = spec.diskMb || settings.default_disk_mb;
  bound('spec.disk_mb', diskMb, { least: smallestDiskMb, most: settings.max_disk_mb });
  bound('spec.process_limit', spec.processLimit, { least: 0, most: highestProcessLimit });
  checkEnv('spec.env', spec.env);
  checkEnv('image_env', request.imageEnv);
  checkCwd(spec.cwd);
  if (snapshot)
    requireShape(
      { image: spec.image, vcpus: spec.vcpus, memory_mb: spec.memoryMb, disk_mb: diskMb },
      snapshot,
    );
  return {
    sandboxId,
    ...readLifetime(request, settings),
    snapshot,
    asTemplate: request.templateSnapshot,
    spec: {
      image: spec.image,
      vcpus: spec.vcpus,
      memory_mb: spec.memoryMb,
      disk_mb: diskMb,
      env: { ...spec.env },
      image_env: { ...request.imageEnv },
      cwd: spec.cwd,
      internet_access: spec.internetAccess,
      process_limit: chooseProcessLimit({ asked: spec.processLimit, memoryMb: spec.memoryMb }),
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
      internet_access: asked?.internetAccess ?? snapshot.spec.internet_access,
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

function checkEnv(field: string, env: Record<string, string>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || name.includes('=') || name.includes('\0')) {
      refuse(field, `has the name ${JSON.stringify(name)}; names hold no "=" and no NUL and are not empty`);
    }
    if (value.includes('\0')) refuse(field, `has a NUL in the value of ${name}`);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
  }
  if (bytes > largestEnvBytes) refuse(field, `is ${bytes} bytes; the most is ${largestEnvBytes}`);
}

function checkCwd(cwd: string): void {
  if (cwd === '') return;
  if (!cwd.startsWith('/') || cwd.includes('\0') || Buffer.byteLength(cwd) > 4096) {
    refuse('spec.cwd', 'must be an absolute path of at most 4096 bytes without NUL');
  }
}

function bound(field: string, value: number, range: { least: number; most: number }): void {
  if (value >= range.least && value <= range.most) return;
  refuse(field, `is ${value}; it must be between ${range.least} and ${range.most}`);
}

function refuse(field: string, message: string): never {
  throw new HostError('invalid_request', `${field} ${message}`, { field });
}
