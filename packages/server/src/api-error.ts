import { type ErrorCode, errorMessage, type MessageValues } from '@nullspace/contract';

/** A refusal that the caller sees: one row of the contract's error table. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  /** Of template builds and uploads: what failed, in fields. */
  readonly errorDetail: Record<string, unknown> | undefined;
  /** Seconds for the Retry-After header. */
  readonly retryAfterSecs: number | undefined;
  /** Further response headers. */
  readonly headers: Record<string, string> | undefined;

  constructor(
    code: ErrorCode,
    values: MessageValues = {},
    options: {
      details?: Record<string, unknown>;
      errorDetail?: Record<string, unknown>;
      retryAfterSecs?: number;
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(errorMessage(code, values), { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.details = options.details;
    this.errorDetail = options.errorDetail;
    this.retryAfterSecs = options.retryAfterSecs;
    this.headers = options.headers;
  }

  /** The same error with more details, and another message if there is one. */
  withDetails(details: Record<string, unknown>, message = this.message): ApiError {
    const error = new ApiError(
      this.code,
      {},
      { details: { ...this.details, ...details }, cause: this.cause },
    );
    error.message = message;
    return error;
  }
}

/** Bad input found after the schema: names the field and what is wrong with it. */
export function invalidField(field: string, problem: string, options: { cause?: unknown } = {}): ApiError {
  return new ApiError(
    'invalid_request',
    { problem: `${field}: ${problem}` },
    { details: { field, issues: [{ field, message: problem }] }, cause: options.cause },
  );
}

/** A feature that this version does not have. */
export function notImplemented(feature: string): ApiError {
  return new ApiError('not_implemented', { feature }, { details: { feature } });
}
