import { Code, ConnectError } from '@connectrpc/connect';
import { host } from '@nullspace/proto';

/** Why the host refused a call. */
export type HostErrorCode =
  | 'capacity_exceeded'
  | 'image_not_found'
  | 'invalid_request'
  | 'instance_not_found'
  | 'instance_not_running'
  | 'start_failed'
  | 'disk_full'
  | 'shutting_down'
  | 'instance_paused'
  | 'snapshot_not_found'
  | 'snapshot_corrupt'
  | 'incompatible_snapshot'
  | 'rebuild_required'
  | 'snapshot_failed'
  | 'no_ready_instance'
  | 'pool_not_found'
  | 'pool_mismatch'
  | 'image_in_use'
  | 'registry_unauthorized'
  | 'registry_unreachable'
  | 'image_not_in_registry'
  | 'image_unsupported'
  | 'image_too_large'
  | 'import_failed'
  | 'assemble_failed'
  | 'bandwidth_unsupported';

const transportCodes: Record<HostErrorCode, Code> = {
  capacity_exceeded: Code.ResourceExhausted,
  image_not_found: Code.NotFound,
  invalid_request: Code.InvalidArgument,
  instance_not_found: Code.NotFound,
  instance_not_running: Code.FailedPrecondition,
  start_failed: Code.Internal,
  disk_full: Code.ResourceExhausted,
  shutting_down: Code.Unavailable,
  instance_paused: Code.FailedPrecondition,
  snapshot_not_found: Code.NotFound,
  snapshot_corrupt: Code.DataLoss,
  incompatible_snapshot: Code.FailedPrecondition,
  rebuild_required: Code.FailedPrecondition,
  snapshot_failed: Code.Internal,
  no_ready_instance: Code.FailedPrecondition,
  pool_not_found: Code.NotFound,
  pool_mismatch: Code.FailedPrecondition,
  image_in_use: Code.FailedPrecondition,
  registry_unauthorized: Code.PermissionDenied,
  registry_unreachable: Code.FailedPrecondition,
  image_not_in_registry: Code.NotFound,
  image_unsupported: Code.FailedPrecondition,
  image_too_large: Code.ResourceExhausted,
  import_failed: Code.Internal,
  assemble_failed: Code.Internal,
  bandwidth_unsupported: Code.FailedPrecondition,
};

/** Every code. */
export const hostErrorCodes = Object.keys(transportCodes) as HostErrorCode[];

/** A refused call: what happened, to which id, and what to do next. */
export class HostError extends Error {
  readonly code: HostErrorCode;
  /** Field of the request that is wrong or does not fit; empty when none is. */
  readonly field: string;
  /** With `disk_full`: bytes that were missing, as far as known; 0 otherwise. */
  readonly missingBytes: number;

  constructor(
    code: HostErrorCode,
    message: string,
    options: { field?: string; missingBytes?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'HostError';
    this.code = code;
    this.field = options.field ?? '';
    this.missingBytes = options.missingBytes ?? 0;
  }
}

/** What a refusal says beside its message. */
export function toErrorDetail({ code, field, missingBytes }: HostError) {
  return { code, field, missingBytes: BigInt(missingBytes) };
}

/** The error as it travels, with an ErrorDetail. */
export function toConnectError(error: HostError): ConnectError {
  const detail = { desc: host.ErrorDetailSchema, value: toErrorDetail(error) };
  return new ConnectError(error.message, transportCodes[error.code], undefined, [detail], error);
}

/** The host's refusal inside an error of a client call, or undefined when the call failed otherwise. */
export function readHostError(error: unknown): HostError | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const [detail] = error.findDetails(host.ErrorDetailSchema);
  if (!detail || !(detail.code in transportCodes)) return undefined;
  const code = detail.code as HostErrorCode;
  const { field, missingBytes } = detail;
  return new HostError(code, error.rawMessage, { field, missingBytes: Number(missingBytes), cause: error });
}

/** True when a file could not be written because the disk or a quota is used up. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
