/** An engine or network step failed; `cause` holds what the system said. Nothing of the instance is left behind. */
export class RuntimeFailure extends Error {
  override readonly name: string = 'RuntimeFailure';
}

/** Every address of the guest range is in use. End sandboxes or configure a larger `guest_range`. */
export class NoSlotError extends Error {
  override readonly name = 'NoSlotError';
}

/**
 * "snapshot_missing": there is none in the folder. "snapshot_corrupt": a file is damaged. "incompatible_snapshot": it
 * fits neither this machine nor the request. "rebuild_required": it was made by another engine or build. "disk_full":
 * it could not be written. "snapshot_failed": the engine could not save.
 */
export type SnapshotErrorCode =
  | 'snapshot_missing'
  | 'snapshot_corrupt'
  | 'incompatible_snapshot'
  | 'rebuild_required'
  | 'disk_full'
  | 'snapshot_failed';

/** A snapshot cannot be made or used. The instance that it was to be made of runs on. */
export class SnapshotError extends RuntimeFailure {
  override readonly name = 'SnapshotError';
  readonly code: SnapshotErrorCode;
  /** The damaged file, or what differs: "engine_build", "cpu_features", "image_digest", "limits"; empty otherwise. */
  readonly field: string;
  /** With "disk_full": bytes that were missing, as far as known. */
  readonly missingBytes: number;

  constructor(
    code: SnapshotErrorCode,
    message: string,
    options: { field?: string; missingBytes?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.field = options.field ?? '';
    this.missingBytes = options.missingBytes ?? 0;
  }
}
