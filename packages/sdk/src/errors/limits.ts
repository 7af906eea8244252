import { type ErrorFields, SandboxError } from './sandbox-error.ts';

/**
 * Thrown when a limit of the tenant (`quota_exceeded`) or the room on the machine (`capacity_exceeded`) is used up.
 * It is not retried: end sandboxes that are not needed, ask for less, or raise the limit.
 */
export class QuotaExceededError extends SandboxError {
  override readonly name: string = 'QuotaExceededError';

  constructor(message = 'Quota exceeded', fields: ErrorFields = {}) {
    super(message, { ...fields, code: fields.code ?? 'quota_exceeded' });
  }
}

/**
 * Thrown when the server still answers 429 after three retries, each after the pause it asked for.
 * Send fewer requests at the same time, or try again after `retryAfterSecs`.
 */
export class RateLimitError extends SandboxError {
  override readonly name: string = 'RateLimitError';
  /** Pause that the server asked for, in seconds; undefined when it did not come with a 429. */
  readonly retryAfterSecs: number | undefined;

  constructor(message = 'Rate limit exceeded', fields: ErrorFields & { retryAfterSecs?: number } = {}) {
    super(message, { ...fields, code: 'rate_limit_exceeded' });
    this.retryAfterSecs = fields.retryAfterSecs;
  }
}
