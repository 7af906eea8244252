import type { BuildPhase, TemplateErrorDetail } from '@nullspace/contract';

/** Why a build cannot go on, as its caller sees it. */
export class BuildFailure extends Error {
  readonly detail: TemplateErrorDetail;

  constructor(
    phase: BuildPhase,
    message: string,
    options: {
      code?: string;
      action?: string;
      retryable?: boolean;
      stepIndex?: number | undefined;
      details?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'BuildFailure';
    this.detail = {
      code: options.code ?? 'build_error',
      message,
      suggested_action: options.action ?? 'Correct the definition of the template and build again.',
      phase,
      retryable: options.retryable ?? false,
      ...(options.stepIndex === undefined ? {} : { step_index: options.stepIndex }),
      ...(options.details ? { details: options.details } : {}),
    };
  }
}
