import { type ErrorFields, SandboxError } from './sandbox-error.ts';

/**
 * Thrown when the API key is missing, unknown or revoked, or a preview token is not valid.
 * Pass `apiKey`, set `NULLSPACE_API_KEY`, or make a key with `nullspace keys create`.
 */
export class AuthError extends SandboxError {
  override readonly name: string = 'AuthError';

  constructor(message = 'Invalid or missing API key', fields: ErrorFields = {}) {
    super(message, { ...fields, code: fields.code ?? 'unauthorized' });
  }
}

/**
 * Thrown when the key is valid but may not do this, or a file's permissions forbid it.
 * Use a key of the owning tenant, or another `user` or path.
 */
export class PermissionError extends SandboxError {
  override readonly name: string = 'PermissionError';

  constructor(message = 'Permission denied', fields: ErrorFields = {}) {
    super(message, { ...fields, code: fields.code ?? 'permission_denied' });
  }
}
