import type { FileInfo as WireFileInfo } from '@nullspace/contract';
import { date } from '../client/date.ts';
import type { FileInfo } from './types.ts';

export function readFileInfo(wire: WireFileInfo): FileInfo {
  return {
    name: wire.name,
    path: wire.path,
    type: wire.type,
    isDir: wire.type === undefined ? wire.is_dir : wire.type === 'dir',
    size: wire.size,
    mode: wire.mode ?? undefined,
    permissions: wire.permissions ?? undefined,
    owner: wire.owner ?? undefined,
    group: wire.group ?? undefined,
    modifiedTime: date(wire.modified_time),
    symlinkTarget: wire.symlink_target ?? undefined,
  };
}
