/** What an error carries beside its message. Every field is optional. */
export interface ErrorFields {
  /** Stable machine-readable code, lower case, e.g. `sandbox_not_found`. @default the code of the class */
  code?: string;
  /** HTTP status of the answer; undefined when the error arose in the client. */
  status?: number;
  /** Id of the failed request in the server's logs. */
  requestId?: string;
  /** Whether the server says that the same request may work later. */
  retryable?: boolean;
  /** What to do next, in a sentence. */
  suggestedAction?: string;
  /** Free-form facts about the failure, such as the offending field and its bound. */
  details?: Record<string, unknown>;
  /** Error that led to this one. */
  cause?: unknown;
}

/**
 * Base of every error of this package.
 *
 * Thrown itself for codes without a class of their own, among them `transport_error` (the server was not reached or the connection broke: check `baseUrl` and that the server runs),
 * `exec_failed` (the command could not be started: try again), `exec_timeout` (raise `timeoutSecs`) and
 * `invalid_response` (client and server disagree: compare their versions).
 */
export class SandboxError extends Error {
  override readonly name: string = 'SandboxError';
  readonly code: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean | undefined;
  readonly suggestedAction: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code ?? 'unknown';
    this.status = fields.status;
    this.requestId = fields.requestId;
    this.retryable = fields.retryable;
    this.suggestedAction = fields.suggestedAction;
    this.details = fields.details;
  }
}
