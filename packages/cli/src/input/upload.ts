import { statSync } from 'node:fs';
import type { Files, UploadProgress, UploadResult } from 'nullspace';
import type { Values } from '../command.ts';
import { UsageError } from '../errors/cli-error.ts';

/** An upload as its line asks for it. */
export interface Upload {
  kind: 'file' | 'directory' | 'stdin';
  resumable: boolean | 'auto';
  ignore: string[] | undefined;
  send(files: Files, onProgress: (progress: UploadProgress) => void): Promise<UploadResult>;
}

const settings = ['user', 'conflict', 'resumable', 'checksum', 'spoolToDisk', 'dryRun'];

/** Reads what an upload shall do, or refuses options that contradict each other. */
export function readUpload(values: Values): Upload {
  const { source, destination, user, conflict, exclude: ignore, concurrency } = values;
  const kind = kindOf(source);
  if (values.resume !== undefined) refuseWithResume(values, kind);
  if (kind === 'stdin') {
    if (values.dryRun) throw new UsageError('--dry-run needs a file or a directory.');
    if (destination === undefined || destination.endsWith('/'))
      throw new UsageError('Input from stdin needs a DESTINATION that is the path of a file.');
  }
  if (kind !== 'directory' && (conflict || ignore))
    throw new UsageError('--conflict and --exclude are for directories.');
  if (kind === 'directory' && (values.resumable || values.checksum || values.spoolToDisk))
    throw new UsageError('--resumable, --checksum and --spool-to-disk are for files.');
  const resumable = resumableOf(values, kind);
  return {
    kind,
    resumable,
    ignore,
    send(files, onProgress) {
      const common = { concurrency, onProgress };
      if (values.resume !== undefined)
        return files.resumeUpload(values.resume, source, { ...common, ignore });
      if (kind === 'directory')
        return files.uploadDirectory(source, destination, { ...common, user, conflict, ignore });
      return files.upload(kind === 'stdin' ? process.stdin : source, destination, {
        ...common,
        user,
        resumable,
      });
    },
  };
}

function kindOf(source: string): Upload['kind'] {
  if (source === '-') return 'stdin';
  const stat = statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`${source} does not exist.`);
  return stat.isDirectory() ? 'directory' : 'file';
}

function refuseWithResume(values: Values, kind: Upload['kind']): void {
  if (kind === 'stdin') throw new UsageError('--resume needs the same file or directory again, not stdin.');
  if (values.destination !== undefined)
    throw new UsageError('--resume goes to where the upload was begun: leave DESTINATION out.');
  const given = settings.find((name) => values[name] !== undefined && values[name] !== false);
  if (given === undefined) return;
  throw new UsageError(
    `--resume cannot be combined with --${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.`,
  );
}

/** Stdin can be sent in parts only from a temporary file, so that it is by default when parts are asked for. */
function resumableOf({ resumable, checksum, spoolToDisk }: Values, kind: Upload['kind']): boolean | 'auto' {
  const wanted = resumable === 'always' || checksum === 'sha256';
  if (wanted && resumable === 'never')
    throw new UsageError('--checksum sha256 sends in parts: leave --resumable never out.');
  if (kind === 'stdin' && wanted && spoolToDisk === 'never')
    throw new UsageError('Stdin is sent in parts from a temporary file: leave --spool-to-disk never out.');
  if (wanted) return true;
  if (kind === 'stdin' && spoolToDisk === 'always' && resumable !== 'never') return true;
  return resumable === 'never' ? false : 'auto';
}
