import type { AcmeFailure } from './job.ts';

/** Why an attempt to get a certificate ended, in words for the operator. */
export class AcmeError extends Error {
  readonly failure: AcmeFailure;
  readonly retryAfterMs: number | undefined;

  constructor(
    failure: AcmeFailure,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'AcmeError';
    this.failure = failure;
    this.retryAfterMs = options.retryAfterMs;
  }
}
