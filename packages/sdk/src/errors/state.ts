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

/**
 * Thrown when the sandbox is paused, or was paused while the call was under way. Go on with `Sandbox.connect(id)`,
 * which resumes it. A command that was cut off goes on then: `commands.connect(error.pid, { offsets: error.offsets })`
 * of the new handle gives what it writes from there.
 */
export class SandboxPausedError extends ConflictError {
  override readonly name: string = 'SandboxPausedError';
  /** Snapshot to resume. */
  readonly snapshotId: string | undefined;
  /** The command that was followed; undefined for other calls. */
  readonly pid: number | undefined;
  /** How far its output was sent, in bytes. */
  readonly offsets: { stdout: number; stderr: number } | undefined;

  constructor(message = 'The sandbox is paused', fields: ErrorFields = {}) {
    const next = 'Resume it with Sandbox.connect(id) or Sandbox.resume(snapshotId).';
    super(message, { ...fields, code: 'sandbox_not_ready', suggestedAction: fields.suggestedAction ?? next });
    const { snapshot_id, pid, stdout_offset, stderr_offset } = fields.details ?? {};
    this.snapshotId = typeof snapshot_id === 'string' ? snapshot_id : undefined;
    this.pid = typeof pid === 'number' ? pid : undefined;
    if (typeof stdout_offset === 'number' && typeof stderr_offset === 'number')
      this.offsets = { stdout: stdout_offset, stderr: stderr_offset };
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
