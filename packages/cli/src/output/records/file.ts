import type { FileInfo } from 'nullspace';
import { timestamp } from './sandbox.ts';

/** A file as the CLI prints it in JSON: the API's names. */
export function fileRecord(info: FileInfo): Record<string, unknown> {
  return {
    name: info.name,
    path: info.path,
    type: info.type,
    is_dir: info.isDir,
    size: info.size,
    mode: info.mode ?? null,
    permissions: info.permissions ?? null,
    owner: info.owner ?? null,
    group: info.group ?? null,
    modified_time: timestamp(info.modifiedTime),
    symlink_target: info.symlinkTarget ?? null,
  };
}
