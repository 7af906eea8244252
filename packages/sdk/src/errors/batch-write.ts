import type { FileInfo } from '../files/types.ts';
import { SandboxError } from './sandbox-error.ts';

/** One file of a batch that was not written. */
export interface FailedWrite {
  path: string;
  message: string;
}

/** Thrown when some files of a batch could not be written. The others are there; write the failed ones again. */
export class BatchWriteError extends SandboxError {
  override readonly name: string = 'BatchWriteError';
  readonly written: FileInfo[];
  readonly failed: FailedWrite[];

  constructor(written: FileInfo[], failed: FailedWrite[]) {
    const first = failed[0]!;
    super(
      `${failed.length} of ${written.length + failed.length} files were not written; ${first.path}: ${first.message}`,
      {
        code: 'batch_write_partial_failure',
        details: { failed },
        suggestedAction: 'Look at `failed` and write those files again.',
      },
    );
    this.written = written;
    this.failed = failed;
  }
}
