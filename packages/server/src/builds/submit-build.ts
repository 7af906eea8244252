import type { TemplateBuildBody } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { makeId, randomWord } from '../make-id.ts';
import type { BuildSource, StoredBuild } from '../store/templates/template.ts';
import { nameTaken, requireFreeName } from '../templates/claim-name.ts';
import type { BuildDefinition, BuildSecrets } from './definition/definition.ts';
import { describeSource } from './definition/describe-source.ts';
import { readRequest, requireContent } from './definition/read-request.ts';
import { requireBlobs } from './definition/require-blobs.ts';
import { planStages } from './plan/plan-stages.ts';
import { refuseBuild } from './refuse-build.ts';

/**
 * Checks the request of a build whole, and queues it.
 *
 * @throws {ApiError} `invalid_request`, `build_error`, `conflict`, `quota_exceeded`.
 */
export async function submitBuild(
  context: Context,
  { tenantId, body }: { tenantId: string; body: TemplateBuildBody },
): Promise<StoredBuild> {
  try {
    const { definition, secrets } = readRequest(body, context.settings);
    const name = body.name ?? `template-${randomWord(12)}`;
    requireFreeName(name);
    requireContent(definition);
    planStages(definition);
    await requireBlobs(definition, { blobs: context.builds.blobs, tenantId });
    return await queueBuild(context, {
      tenantId,
      name,
      tags: body.tags ?? ['default'],
      backend: body.build_backend ?? (definition.dockerfile === undefined ? 'native' : 'buildkit'),
      definition,
      secrets,
      claimToken: body.claim_token,
    });
  } catch (error) {
    return refuseBuild(error);
  }
}

export async function queueBuild(
  context: Context,
  request: {
    tenantId: string;
    name: string;
    tags: string[];
    backend: StoredBuild['backend'];
    definition: BuildDefinition;
    secrets: BuildSecrets;
    claimToken?: string | undefined;
    retry?: { of: string; original: string };
  },
): Promise<StoredBuild> {
  const { tenantId, name, definition, secrets, claimToken, retry } = request;
  const maxUnfinished = context.settings.tenant_max_queued_builds;
  const { source, digests } = describeSource(definition);
  const result = await context.store.insertBuild({
    build: {
      id: makeId('template_build'),
      tenantId,
      backend: request.backend,
      source: source satisfies BuildSource,
      tags: [...new Set(request.tags)],
      about: {
        ...digests,
        config: definition.config,
        ...(retry ? { retryOf: retry.of, original: retry.original } : {}),
      },
      createdAt: Date.now(),
    },
    template: { id: makeId('template'), name },
    definition,
    claimToken,
    maxUnfinished,
  });
  if (result.outcome === 'claimed') throw nameTaken(name);
  if (result.outcome === 'too_many') {
    const problem = `This tenant has ${result.count} builds that wait or run and may have ${maxUnfinished}`;
    throw new ApiError(
      'quota_exceeded',
      { problem },
      { details: { limit: maxUnfinished, count: result.count } },
    );
  }
  context.builds.add(result.build, secrets);
  return result.build;
}
