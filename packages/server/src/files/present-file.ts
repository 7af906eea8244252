import type { FileInfo } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { toCount } from '../sandboxes/read-metrics.ts';

const types: readonly FileInfo['type'][] = ['file', 'dir', 'symlink', 'fifo', 'socket', 'device'];

/** A guest's word on a file as the API shows it. */
export function presentFile(info: guest.FileInfo | undefined): FileInfo {
  if (!info) throw new Error('the agent answered without a file');
  const type = types.find((known) => known === info.type) ?? 'file';
  return {
    name: info.name,
    path: info.path,
    is_dir: type === 'dir',
    size: type === 'dir' ? 0 : toCount(info.size),
    type,
    mode: info.mode,
    permissions: info.permissions,
    owner: info.owner,
    group: info.group,
    modified_time: readTime(info.modifiedUnixNs),
    symlink_target: info.symlinkTarget || null,
  };
}

// A guest may set any time on a file; one that no calendar knows is left out.
function readTime(unixNs: bigint): string | null {
  const date = new Date(Number(unixNs / 1_000_000n));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
