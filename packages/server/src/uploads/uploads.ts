import { limits, type UploadSession } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { KeyedGate } from '../keyed-gate.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import type { FinalUploadStatus, Upload } from '../store/uploads/upload.ts';
import { presentUpload } from './present-upload.ts';
import type { Staging } from './staging.ts';

/** An upload into a sandbox. */
export interface UploadAddress extends SandboxAddress {
  uploadId: string;
}

const MEBIBYTE = 1024 * 1024;

/** Uploads with their parts. What changes one of them happens one after another. */
export class Uploads {
  readonly context: Context;
  readonly staging: Staging;
  /** Bounds what parts that are on their way take of the disk. */
  readonly arriving = new KeyedGate(limits.upload_concurrency);
  readonly #turns = new KeyedGate(1);

  constructor(context: Context, staging: Staging) {
    this.context = context;
    this.staging = staging;
  }

  get quotas() {
    const { sandbox_max_staging_mb, max_staging_mb } = this.context.settings;
    return {
      maxOpen: limits.open_uploads,
      sandboxBytes: sandbox_max_staging_mb * MEBIBYTE,
      totalBytes: max_staging_mb * MEBIBYTE,
    };
  }

  /**
   * An upload as it is now: one whose time is over has expired.
   *
   * @throws {ApiError} `sandbox_not_found`, `upload_not_found`.
   */
  async read({ uploadId: id, ...address }: UploadAddress): Promise<Upload> {
    const { executionId } = await this.context.finder.read(address);
    const upload = await this.context.store.getUpload({ tenantId: address.tenantId, executionId, id });
    if (!upload) {
      const values = { sandbox_id: address.sandboxId, upload_id: id.slice(0, 64) };
      throw new ApiError('upload_not_found', values, { details: values });
    }
    if (upload.status !== 'open' || upload.expiresAt > Date.now()) return upload;
    return (await this.end(upload, 'expired')) ?? this.read({ uploadId: id, ...address });
  }

  /** The same of one that is not final. @throws {ApiError} also `file_upload_error` with the reason. */
  async readUnfinished(address: UploadAddress): Promise<Upload> {
    const upload = await this.read(address);
    const details = { upload_id: upload.id, path: upload.targetPath };
    switch (upload.status) {
      case 'completed':
        throw new ApiError('upload_completed', { upload_id: upload.id }, { details });
      case 'expired':
        throw new ApiError('upload_expired', { upload_id: upload.id }, { details });
      case 'aborted':
      case 'failed':
        throw new ApiError('upload_aborted', { upload_id: upload.id }, { details });
      default:
        return upload;
    }
  }

  /** Runs what changes an upload, one after another. */
  inTurn<T>(uploadId: string, run: () => Promise<T>): Promise<T> {
    return this.#turns.inTurn(uploadId, run);
  }

  /** Ends an upload and removes its parts. Undefined: it had ended. */
  async end(
    upload: Upload,
    status: FinalUploadStatus,
    published?: { bytes: number; files: number },
  ): Promise<Upload | undefined> {
    const ended = await this.context.store.changeUpload(upload.id, {
      from: ['open', 'completing'],
      status,
      now: Date.now(),
      ...(published ? { published } : {}),
    });
    if (ended) await this.staging.remove(upload.id);
    return ended;
  }

  async present(upload: Upload): Promise<UploadSession> {
    const parts = upload.status === 'open' ? await this.staging.list(upload.id) : new Map<number, never>();
    return presentUpload(upload, { parts, sandboxBytes: this.quotas.sandboxBytes });
  }
}
