import type { InstanceRecord } from '../instance/record.ts';
import type { InstanceSpec } from '../instance/spec.ts';

/** "disabled": not refilled, what is ready can be taken. "draining": ready ones are ended, none can be taken. */
export type PoolMode = 'enabled' | 'disabled' | 'draining';

/** What a pool is to be. */
export interface PoolDefinition {
  poolId: string;
  /** What its instances are started with. Environment, folder, hostname and network policy come with the checkout. */
  spec: InstanceSpec;
  /** Template snapshot that they are restored from; empty: started from the image. */
  snapshotId: string;
  /** Refilled to this number, never above `maxReady`. */
  minReady: number;
  maxReady: number;
  maxAgeMs: number;
  /** Ready ones above `minReady` are ended when nobody asked for this long; 0: never. */
  idleTimeoutMs: number;
  mode: PoolMode;
}

/** What an instance cannot change once it is started. */
export interface Shape {
  spec: Pick<InstanceSpec, 'image' | 'vcpus' | 'memory_mb' | 'disk_mb'>;
  snapshotId: string;
}

/** Whether what one is asked for is what the other is. */
export function isSameShape(one: Shape, other: Shape): boolean {
  if (one.snapshotId !== other.snapshotId) return false;
  return (['image', 'vcpus', 'memory_mb', 'disk_mb'] as const).every(
    (name) => one.spec[name] === other.spec[name],
  );
}

export function shapeOf({ spec, from_snapshot_id: snapshotId }: InstanceRecord): Shape {
  return { spec, snapshotId };
}
