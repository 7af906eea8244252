import { host } from '@nullspace/proto';
import { HostError } from '../errors.ts';
import type { SnapshotKind } from './record.ts';

/** @throws {HostError} `invalid_request` */
export function readSnapshotKind(kind: host.SnapshotKind): SnapshotKind {
  if (kind === host.SnapshotKind.UNSPECIFIED || kind === host.SnapshotKind.MEMORY) return 'memory';
  if (kind === host.SnapshotKind.FILESYSTEM) return 'filesystem';
  throw new HostError('invalid_request', `kind is ${kind}; it must be 1 (memory) or 2 (filesystem)`, {
    field: 'kind',
  });
}
