import type { Settings } from '@nullspace/configuration';
import { type CreateSandboxBody, createDefaults } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { ResolvedTemplate } from './resolve-template.ts';

/** vCPUs, memory and disk of a sandbox. */
export interface Shape {
  vcpus: number;
  memoryMb: number;
  diskMb: number;
}

type Wanted = Pick<CreateSandboxBody, 'vcpus' | 'memory_mb' | 'disk_mb'>;

/**
 * The shape that a create gets: what it asks for, else that of the template. What a template with a started service
 * was built with cannot be changed.
 *
 * @throws {ApiError} `invalid_request`.
 */
export function shapeOf(
  template: Pick<ResolvedTemplate, 'name' | 'shape' | 'snapshotId'>,
  wanted: Wanted,
  settings: Pick<Settings, 'default_disk_mb'>,
): Shape {
  const { shape, snapshotId, name } = template;
  if (shape && snapshotId !== null) {
    refuseOther(name, shape, wanted);
    return { vcpus: shape.vcpus, memoryMb: shape.memoryMb, diskMb: shape.diskMb };
  }
  return {
    vcpus: wanted.vcpus ?? shape?.vcpus ?? createDefaults.vcpus,
    memoryMb: wanted.memory_mb ?? shape?.memoryMb ?? createDefaults.memory_mb,
    diskMb: wanted.disk_mb ?? Math.max(shape?.diskMb ?? 0, settings.default_disk_mb),
  };
}

function refuseOther(name: string, shape: Shape, wanted: Wanted): void {
  const { disk_mb } = wanted;
  if (disk_mb != null && disk_mb > shape.diskMb) {
    refuse(
      'disk_mb',
      `template ${name} has a snapshot with a disk of ${shape.diskMb} MiB, and ${disk_mb} MiB were asked for; build it with Template.build(..., disk_mb=${disk_mb})`,
      shape,
    );
  }
  // Published clients send their defaults with every create, whether the caller named them or not.
  const { vcpus, memory_mb } = wanted;
  if (vcpus === createDefaults.vcpus && memory_mb === createDefaults.memory_mb) return;
  if (vcpus !== undefined && vcpus !== shape.vcpus) {
    refuse(
      'vcpus',
      `template ${name} has a snapshot with ${shape.vcpus} vCPUs, and ${vcpus} were asked for; build it with Template.build(..., vcpus=${vcpus})`,
      shape,
    );
  }
  if (memory_mb !== undefined && memory_mb !== shape.memoryMb) {
    refuse(
      'memory_mb',
      `template ${name} has a snapshot with ${shape.memoryMb} MiB of memory, and ${memory_mb} MiB were asked for; build it with Template.build(..., memory_mb=${memory_mb})`,
      shape,
    );
  }
}

function refuse(field: string, problem: string, shape: Shape): never {
  const template = { vcpus: shape.vcpus, memory_mb: shape.memoryMb, disk_mb: shape.diskMb };
  throw new ApiError(
    'invalid_request',
    { problem: `${field}: ${problem}` },
    { details: { field, issues: [{ field, message: problem }], template } },
  );
}
