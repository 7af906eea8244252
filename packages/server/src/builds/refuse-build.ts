import { ApiError } from '../api-error.ts';
import { BuildFailure } from './build-failure.ts';

/** Codes of failures that are answered as they are; every other one is a build error. */
const answered = ['invalid_request', 'template_not_found', 'conflict', 'forbidden'] as const;

/** A failure that is found before the build has begun, as an answer. */
export function refuseBuild(error: unknown): never {
  if (!(error instanceof BuildFailure)) throw error;
  const { detail } = error;
  const code = answered.find((known) => known === detail.code) ?? 'build_error';
  const values = { problem: error.message, template: String(detail.details?.template ?? ''), why: '' };
  throw new ApiError(code, values, {
    ...(detail.details ? { details: detail.details } : {}),
    errorDetail: { ...detail },
    cause: error.cause,
  });
}
