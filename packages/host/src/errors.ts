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
  | 'shutting_down';

const transportCodes: Record<HostErrorCode, Code> = {
  capacity_exceeded: Code.ResourceExhausted,
  image_not_found: Code.NotFound,
  invalid_request: Code.InvalidArgument,
  instance_not_found: Code.NotFound,
  instance_not_running: Code.FailedPrecondition,
  start_failed: Code.Internal,
  disk_full: Code.ResourceExhausted,
  shutting_down: Code.Unavailable,
};

/** A refused call: what happened, to which id, and what to do next. */
export class HostError extends Error {
  readonly code: HostErrorCode;
  /** Field of the request that is wrong or does not fit; empty when none is. */
  readonly field: string;

  constructor(code: HostErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'HostError';
    this.code = code;
    this.field = options.field ?? '';
  }
}

/** The error as it travels, with an ErrorDetail. */
export function toConnectError(error: HostError): ConnectError {
  const detail = { desc: host.ErrorDetailSchema, value: { code: error.code, field: error.field } };
  return new ConnectError(error.message, transportCodes[error.code], undefined, [detail], error);
}

/** The host's refusal inside an error of a client call, or undefined when the call failed otherwise. */
export function readHostError(error: unknown): HostError | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const [detail] = error.findDetails(host.ErrorDetailSchema);
  if (!detail || !(detail.code in transportCodes)) return undefined;
  const code = detail.code as HostErrorCode;
  return new HostError(code, error.rawMessage, { field: detail.field, cause: error });
}

/** True when a file could not be written because the disk or a quota is used up. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
