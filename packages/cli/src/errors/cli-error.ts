/** A failure that is shown as it is: no stack, the exit code follows from the code. */
export class CliError extends Error {
  /** Stable code, for example `invalid_request` or `cli_error`. */
  readonly code: string;
  /** What the caller can do next, as a sentence. */
  readonly suggestedAction?: string;
  readonly details?: Record<string, unknown>;

  constructor(
    message: string,
    options: {
      code?: string;
      suggestedAction?: string;
      details?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'CliError';
    this.code = options.code ?? 'cli_error';
    this.suggestedAction = options.suggestedAction;
    this.details = options.details;
  }
}

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends CliError {
  constructor(message: string, options: { suggestedAction?: string; cause?: unknown } = {}) {
    super(message, { ...options, code: 'invalid_request' });
    this.name = 'UsageError';
  }
}
