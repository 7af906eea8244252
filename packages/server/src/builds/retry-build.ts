import type { RegistryAuth, RetryBuildRequest } from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { StoredBuild } from '../store/templates/template.ts';
import { BuildFailure } from './build-failure.ts';
import type { BuildDefinition, BuildSecrets } from './definition/definition.ts';
import { requireBlobs } from './definition/require-blobs.ts';
import { findBuild } from './find-build.ts';
import { refuseBuild } from './refuse-build.ts';
import { queueBuild } from './submit-build.ts';

/**
 * Queues a new attempt from the stored definition of a build.
 *
 * @throws {ApiError} `build_error` or `invalid_request` when secrets or credentials are missing, or uploaded files are
 * no longer kept.
 */
export async function retryBuild(
  context: Context,
  { tenantId, buildId, body }: { tenantId: string; buildId: string; body: RetryBuildRequest | undefined },
): Promise<StoredBuild> {
  const build = await findBuild(context, { tenantId, buildId });
  const definition = (await context.store.readDefinition(build.id)) as BuildDefinition;
  const template = await context.store.findTemplate(build.templateId);
  const auth = body?.base_image_auth as RegistryAuth | undefined;
  const secrets: BuildSecrets = {
    secrets: new Map(body?.build_secrets?.map(({ id, value }) => [id, value])),
    auth,
  };
  try {
    requireAgain(definition, secrets);
    await requireBlobs(definition, { blobs: context.builds.blobs, tenantId });
    return await queueBuild(context, {
      tenantId,
      name: template?.name ?? '',
      tags: body?.tags ?? build.tags,
      backend: build.backend,
      definition,
      secrets,
      retry: { of: build.id, original: build.about.original ?? build.id },
    });
  } catch (error) {
    return refuseBuild(error);
  }
}

function requireAgain(definition: BuildDefinition, { secrets, auth }: BuildSecrets): void {
  const missing = definition.secretIds.filter((id) => !secrets.has(id));
  if (missing.length > 0) refuse(`build_secrets: ${missing.join(', ')} must be given again`, 'build_secrets');
  if (definition.needsAuth && !auth) refuse('base_image_auth: must be given again', 'base_image_auth');
}

function refuse(problem: string, field: string): never {
  throw new BuildFailure('auth', problem, {
    code: 'invalid_request',
    action: 'Secrets and credentials are not stored: send them with the retry.',
    details: { field },
  });
}
