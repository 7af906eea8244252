import type { PlanResult, TemplateBuildBody } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { describeSource, digestContext } from './definition/describe-source.ts';
import { readRequest } from './definition/read-request.ts';
import { checkSources } from './plan/check-sources.ts';
import { planStages } from './plan/plan-stages.ts';
import { refuseBuild } from './refuse-build.ts';
import { warningsOf } from './validate-build.ts';

/** Says what a build would do. Nothing is started, and no registry is asked. */
export async function planBuild({ settings }: Context, body: TemplateBuildBody): Promise<PlanResult> {
  try {
    const { definition } = readRequest(body, settings);
    const stages = planStages(definition);
    checkSources(stages, definition.files);
    const { source, digests } = describeSource(definition);
    return {
      build_plan: {
        stages: stages.map(({ base, name, instructions }) => ({
          base,
          ...(name === undefined ? {} : { name }),
          steps: instructions.map(({ kind, display, index, line }) => ({
            kind,
            description: display,
            step_index: index,
            ...(line === undefined ? {} : { line }),
          })),
        })),
        build_config: definition.config,
        snapshot: definition.startCmd !== undefined || definition.runtime.readiness !== undefined,
      },
      requires_base_image_auth: definition.needsAuth,
      build_backend: body.build_backend ?? (definition.dockerfile === undefined ? 'native' : 'buildkit'),
      source_type: source,
      source_digest: digests.sourceDigest!,
      ...(digests.dockerfileDigest === undefined ? {} : { dockerfile_digest: digests.dockerfileDigest }),
      warnings: warningsOf(body),
      ...(definition.files.length > 0 ? { context_manifest: manifestOf(definition.files) } : {}),
    };
  } catch (error) {
    return refuseBuild(error);
  }
}

function manifestOf(files: Parameters<typeof digestContext>[0]['files']): PlanResult['context_manifest'] {
  const context_digest = digestContext({ files });
  const file_count = files.filter(({ entry_type }) => entry_type === 'file').length;
  return {
    context_manifest_id: `ctx_${context_digest.slice('sha256:'.length, 39)}`,
    context_digest,
    file_count,
  };
}
