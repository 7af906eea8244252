import type { Values } from '../command.ts';
import { CliError } from './cli-error.ts';

interface Known {
  code?: unknown;
  suggestedAction?: string;
  requestId?: unknown;
  retryable?: unknown;
  details?: Record<string, unknown>;
  failure?: { reason?: string; path?: string; partNumber?: number; uploadId?: string };
}

/** An upload that broke off, with the command that goes on with it. */
export class UploadFailed extends CliError {
  readonly requestId: unknown;
  readonly retryable: unknown;
  /** Keys of the envelope beyond those of every error. */
  readonly extra: Record<string, unknown>;

  /** The error of an upload; what is no error of the API stays as it is. */
  static from(error: unknown, values: Values): unknown {
    const known = error as Known;
    return error instanceof Error && typeof known.code === 'string'
      ? new UploadFailed(error, known, values)
      : error;
  }

  private constructor(error: Error, known: Known, { sandboxId, source }: Values) {
    const { suggestedAction, details, failure } = known;
    super(error.message, { code: String(known.code), suggestedAction, details, cause: error });
    this.requestId = known.requestId;
    this.retryable = known.retryable;
    const uploadId = details?.upload_id ?? failure?.uploadId ?? null;
    const resume =
      uploadId === null ? null : `nullspace sandbox upload ${sandboxId} ${source} --resume ${uploadId}`;
    this.extra = {
      upload_id: uploadId,
      path: failure?.path ?? null,
      reason: failure?.reason ?? null,
      part_number: failure?.partNumber ?? null,
      resume_command: resume,
      next_action: suggestedAction ?? null,
    };
  }
}
