import type { Settings } from '@nullspace/configuration';
import type { TemplateBuildBody } from '@nullspace/contract';
import { atMost } from '../../at-most.ts';
import { BuildFailure } from '../build-failure.ts';
import type { BuildDefinition, BuildSecrets } from './definition.ts';

/**
 * Takes a request apart into what is kept and what is not.
 *
 * @throws {ApiError} `invalid_request` for a shape over the bounds of this server.
 * @throws {BuildFailure} For a context that was not uploaded, or is no tree.
 */
export function readRequest(
  body: TemplateBuildBody,
  settings: Pick<Settings, 'max_vcpus' | 'max_memory_mb' | 'max_disk_mb'>,
): { definition: BuildDefinition; secrets: BuildSecrets } {
  const config = body.build_config ?? { vcpus: 2, memory_mib: 512 };
  atMost('build_config.vcpus', config.vcpus, settings.max_vcpus);
  atMost('build_config.memory_mib', config.memory_mib, settings.max_memory_mb);
  atMost('build_config.disk_mb', config.disk_mb ?? 0, settings.max_disk_mb);
  const files = body.build_context?.files ?? [];
  for (const { path } of files) requireRelative(path);
  const secrets = new Map(body.build_secrets?.map(({ id, value }) => [id, value]));
  return {
    definition: {
      base: body.base_image,
      dockerfile: body.dockerfile,
      steps: body.steps ?? [],
      buildEnvs: body.build_envs ?? {},
      startCmd: body.start_cmd,
      runtime: body.runtime_config ?? {},
      files,
      config,
      skipCache: body.skip_cache ?? false,
      secretIds: [...secrets.keys()],
      needsAuth: body.base_image_auth !== undefined,
    },
    secrets: { secrets, auth: body.base_image_auth },
  };
}

function requireRelative(path: string): void {
  const parts = path.split('/');
  const isTree = !path.startsWith('/') && !path.includes('\0') && !parts.includes('..');
  if (isTree) return;
  throw new BuildFailure('preflight', `build_context: ${path.slice(0, 200)} lies outside of the context`, {
    code: 'invalid_request',
    action: 'Name the files of the context by paths relative to its root, without "..".',
    details: { field: 'build_context.files' },
  });
}

/** @throws {BuildFailure} When a file of the context has no uploaded content. */
export function requireContent(definition: BuildDefinition): void {
  const missing = definition.files.find(
    ({ entry_type, blob_id }) => entry_type === 'file' && blob_id === undefined,
  );
  if (!missing) return;
  throw new BuildFailure('preflight', `build_context: ${missing.path} has no blob_id`, {
    code: 'invalid_request',
    action: 'Ask POST /v1/templates/blobs/preflight, upload what is missing, and send the blob ids.',
    details: { field: 'build_context.files' },
  });
}
