import { type ErrorFields, SandboxError } from './sandbox-error.ts';

/** Where and why a template build failed. */
export interface BuildFailure {
  code: string;
  phase:
    | 'auth'
    | 'preflight'
    | 'blob_upload'
    | 'prepare'
    | 'build_step'
    | 'readiness'
    | 'snapshot'
    | 'finalize'
    | 'interrupted';
  message: string;
  retryable: boolean;
  suggestedAction: string;
  /** Number of the failed step, from 0. */
  stepIndex?: number;
  attempt?: number;
  maxAttempts?: number;
  cacheSubject?: string;
  buildId?: string;
  requestId?: string;
  details?: Record<string, unknown>;
}

/** Thrown when a template build fails. `failure` names the phase and step; correct the definition and build again. */
export class BuildError extends SandboxError {
  override readonly name: string = 'BuildError';
  readonly failure: BuildFailure | undefined;

  constructor(message = 'Build failed', fields: ErrorFields & { failure?: BuildFailure } = {}) {
    super(message, { ...fields, code: 'build_error' });
    this.failure = fields.failure;
  }
}
