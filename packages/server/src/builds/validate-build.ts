import { type TemplateBuildBody, templateBuildRequest, type ValidateResult } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import { describeZodIssue } from '../app/describe-issue.ts';
import type { Context } from '../context.ts';
import { requireFreeName } from '../templates/claim-name.ts';
import { requireTemplate } from './base/resolve-base.ts';
import { BuildFailure } from './build-failure.ts';
import { readRequest } from './definition/read-request.ts';
import { checkSources } from './plan/check-sources.ts';
import { planStages } from './plan/plan-stages.ts';

const MOST_ISSUES = 20;

/** Says what is wrong with the request of a build; nothing is started. */
export async function validateBuild(
  context: Context,
  { tenantId, body }: { tenantId: string; body: unknown },
): Promise<ValidateResult> {
  const parsed = templateBuildRequest.safeParse(body);
  if (!parsed.success) {
    const errors = parsed.error.issues
      .slice(0, MOST_ISSUES)
      .map((issue) => describeZodIssue(issue, 'body'))
      .map(({ field, message }) => ({
        code: 'invalid_request',
        message: `${field}: ${message}`,
        phase: 'prepare',
      }));
    return { valid: false, errors, warnings: [] };
  }
  try {
    await check(context, { tenantId, body: parsed.data });
    return { valid: true, errors: [], warnings: warningsOf(parsed.data) };
  } catch (error) {
    if (error instanceof BuildFailure) {
      const { code, message, phase } = error.detail;
      return { valid: false, errors: [{ code, message, phase }], warnings: [] };
    }
    if (!(error instanceof ApiError)) throw error;
    return {
      valid: false,
      errors: [{ code: error.code, message: error.message, phase: 'prepare' }],
      warnings: [],
    };
  }
}

async function check(
  context: Context,
  { tenantId, body }: { tenantId: string; body: TemplateBuildBody },
): Promise<void> {
  const { definition } = readRequest(body, context.settings);
  if (body.name !== undefined) requireFreeName(body.name);
  const stages = planStages(definition);
  checkSources(stages, definition.files);
  for (const { base } of stages) {
    if (typeof base === 'string') await requireTemplate(context, { tenantId, ref: base });
  }
}

export function warningsOf(body: TemplateBuildBody): string[] {
  const hasProbe = body.runtime_config?.readiness !== undefined;
  return body.start_cmd !== undefined && !hasProbe
    ? ['start_cmd has no readiness probe: what it starts gets one second before it is saved']
    : [];
}
