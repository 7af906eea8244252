import type { ExecResult } from '@nullspace/contract';
import { errorByCode } from './by-code.ts';
import type { SandboxError } from './sandbox-error.ts';

type WireError = NonNullable<ExecResult['error']>;

/** The error that a part of a successful answer tells of: one child of a fork, or a command that broke off. */
export function errorInAnswer({ message, code, ...wire }: WireError): SandboxError {
  return errorByCode(message, code, {
    requestId: wire.request_id,
    retryable: wire.retryable,
    suggestedAction: wire.suggested_action,
    details: wire.details,
  });
}
