import { type ErrorFields, SandboxError } from './sandbox-error.ts';

/**
 * Thrown when the named sandbox, template, process or file does not exist, has ended, or belongs to another tenant.
 * Check the id or path; an ended sandbox cannot come back, create another.
 */
export class NotFoundError extends SandboxError {
  override readonly name: string = 'NotFoundError';

  constructor(message = 'Not found', fields: ErrorFields = {}) {
    super(message, { ...fields, code: fields.code ?? 'not_found' });
  }
}

/**
 * Thrown when the resource is in a state that does not allow the call, such as a sandbox that is not running.
 * Read its state and try again when that has changed.
 */
export class ConflictError extends SandboxError {
  override readonly name: string = 'ConflictError';

  constructor(message = 'Conflict', fields: ErrorFields = {}) {
    super(message, { ...fields, code: fields.code ?? 'conflict' });
  }
}

/** Thrown when the server does not offer the feature that its message names. Upgrade the server or do without. */
export class NotImplementedError extends SandboxError {
  override readonly name: string = 'NotImplementedError';

  constructor(message = 'Feature not available on this server', fields: ErrorFields = {}) {
    super(message, { ...fields, code: 'not_implemented' });
  }
}

/**
 * Thrown when an argument is wrong; nothing was changed. The message names the field and its bound, `details` lists
 * every issue. Correct the field and call again.
 */
export class InvalidRequestError extends SandboxError {
  override readonly name: string = 'InvalidRequestError';

  constructor(message = 'Invalid request', fields: ErrorFields = {}) {
    super(message, { ...fields, code: fields.code ?? 'invalid_request' });
  }
}
