import { type ErrorFields, SandboxError } from './sandbox-error.ts';

/**
 * Thrown by the client itself when a time limit of the caller passes: no byte of an answer within
 * `requestTimeoutMs`, or `wait({ timeoutSecs })` on a command that still runs. What was asked for may still happen:
 * read the state before repeating, or raise the limit.
 */
export class TimeoutError extends SandboxError {
  override readonly name: string = 'TimeoutError';

  constructor(message = 'Operation timed out', fields: ErrorFields = {}) {
    super(message, { ...fields, code: 'timeout' });
  }
}
