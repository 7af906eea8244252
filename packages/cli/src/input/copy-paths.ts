import { statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { UsageError } from '../errors/cli-error.ts';

export interface CopyPaths {
  sandboxId: string;
  /** From this machine into the sandbox. */
  inward: boolean;
  inside: string;
  local: string;
}

const remote = /^(sb_[A-Za-z0-9_-]+):(.*)$/s;

/** Reads source and destination of a copy, one of which lies in a sandbox. */
export function readCopyPaths(source: string, destination: string, recursive: boolean): CopyPaths {
  if (source === '-')
    throw new UsageError('Input goes into a sandbox with "nullspace sandbox upload SANDBOX_ID - PATH".');
  if (destination === '-')
    throw new UsageError('A file is printed with "nullspace sandbox file read SANDBOX_ID PATH".');
  const from = remote.exec(source);
  const to = remote.exec(destination);
  if (!from === !to)
    throw new UsageError(
      'One side must be SANDBOX_ID:PATH, for example sb_…:/workspace, and the other one local.',
    );
  if (to) {
    refuseKind(source, recursive);
    return { sandboxId: to[1]!, inward: true, local: source, inside: to[2] || './' };
  }
  const inside = from![2]!;
  if (inside === '') throw new UsageError('The source in the sandbox needs a path.');
  const into = !recursive && (destination.endsWith('/') || kindOf(destination) === 'directory');
  const local = into ? join(destination, posix.basename(inside)) : destination;
  return { sandboxId: from![1]!, inward: false, inside, local };
}

function refuseKind(local: string, recursive: boolean): void {
  const kind = kindOf(local);
  if (kind === undefined) throw new UsageError(`${local} does not exist.`);
  if (kind === 'directory' && !recursive) throw new UsageError(`${local} is a directory; add -r.`);
  if (kind !== 'directory' && recursive)
    throw new UsageError(`${basename(local)} is no directory; leave -r out.`);
}

function kindOf(path: string): 'directory' | 'other' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  return stat.isDirectory() ? 'directory' : 'other';
}
