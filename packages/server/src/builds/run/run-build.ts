import type { RuntimeDefaults } from '@nullspace/contract';
import type { JsonValue } from '../../store/records.ts';
import type { BuildResult } from '../../store/templates/template.ts';
import { BuildFailure } from '../build-failure.ts';
import { requireBlobs } from '../definition/require-blobs.ts';
import type { BuildState } from '../plan/build-state.ts';
import { keyOf } from '../plan/layer-key.ts';
import type { Operation } from '../plan/operation.ts';
import { planStages } from '../plan/plan-stages.ts';
import type { BuildEnv } from './build-env.ts';
import { StageRunner } from './stage-runner.ts';
import { startService } from './start-service.ts';

const ASSEMBLE_MS = 900_000;

/**
 * Builds what a definition says: its stages, the root image of the last one, and the snapshot of what it starts. An
 * equal build that has been made is taken instead.
 *
 * @throws {BuildFailure} Or what went wrong in the server or the host.
 */
export async function runBuild(
  env: BuildEnv,
  oneAtATime: (key: string) => Promise<() => void>,
): Promise<BuildResult> {
  const { definition, blobs, tenantId } = env;
  await requireBlobs(definition, { blobs, tenantId });
  const stages = planStages(definition);
  const runner = new StageRunner(env, stages);
  const last = await runner.resolve(stages.length - 1);
  const key = finalKey(env, last.key, last.state);
  const leave = await oneAtATime(key);
  try {
    const made = await findFinal(env, key, await runner.findBypass());
    if (made) return made;
    const result = await make(env, runner, stages.length - 1, key);
    await keepFinal(env, key, result);
    return result;
  } finally {
    leave();
  }
}

function finalKey({ tenantId, definition, shape }: BuildEnv, key: string, state: BuildState): string {
  const { startCmd, runtime } = definition;
  return keyOf('final', tenantId, key, state, startCmd ?? null, runtime, shape);
}

async function findFinal(
  env: BuildEnv,
  key: string,
  boundary: Operation['bypass'],
): Promise<BuildResult | undefined> {
  const { context, definition, counts, log } = env;
  const cache = { kind: 'cache', cache_kind: 'final_artifact', cache_subject: key.slice(0, 16) } as const;
  const bypass = definition.skipCache ? 'whole_build_skip_cache' : boundary;
  if (bypass !== undefined) {
    counts.add('final_artifact', 'bypass');
    log.add({
      ...cache,
      cache_status: 'bypass',
      cache_reason: bypass,
      message: 'The cache is not used',
    });
    return undefined;
  }
  const found = await context.store.useLayer({ id: `fin_${key}`, now: Date.now() });
  const status = found ? 'hit' : 'miss';
  counts.add('final_artifact', status);
  const reason = found ? {} : ({ cache_reason: 'missing_or_incompatible' } as const);
  const message = found ? 'Nothing has changed since an earlier build' : 'There is no equal build';
  log.add({ ...cache, cache_status: status, ...reason, message });
  return found ? (found.value as unknown as BuildResult) : undefined;
}

async function keepFinal(
  { context, tenantId, counts }: BuildEnv,
  key: string,
  result: BuildResult,
): Promise<void> {
  const id = `fin_${key}`;
  const now = Date.now();
  await context.store.beginLayer({ id, tenantId, kind: 'final', createdAt: now });
  await context.store.finishLayer({ id, value: result as unknown as JsonValue, sizeBytes: 0, now });
  counts.add('final_artifact', 'stored');
}

async function make(env: BuildEnv, runner: StageRunner, stage: number, key: string): Promise<BuildResult> {
  const { context, definition, shape, log, signal } = env;
  const { state } = await runner.resolve(stage);
  const point = await runner.build(stage);
  signal.throwIfAborted();
  log.add({ kind: 'message', phase: 'finalize', message: 'Making the image' });
  const snapshotId = point.snapshotId;
  const { image, sizeBytes } =
    snapshotId === null
      ? { image: point.image, sizeBytes: 0n }
      : await context.fleet.call((client) =>
          client.assembleImage({ snapshotId }, { timeoutMs: ASSEMBLE_MS, signal }),
        );
  const { runtime } = definition;
  const envs = { ...state.envs, ...runtime.default_envs };
  const user = runtime.default_user ?? state.user;
  const workdir = runtime.default_workdir ?? state.workdir;
  const command = definition.startCmd ?? state.start;
  const service = { command, readiness: runtime.readiness, user, workdir, envs };
  const hasService = command !== '' || runtime.readiness !== undefined;
  const started = { ...point, image, snapshotId: null };
  return {
    image,
    sizeBytes: Number(sizeBytes),
    snapshotId: hasService ? await startService(env, { point: started, key, service }) : null,
    imageEnv: point.imageEnv,
    envs,
    user,
    workdir,
    shape: { vcpus: shape.vcpus, memoryMb: shape.memoryMb, diskMb: shape.diskMb },
    runtimeDefaults: describeRuntime(service) as JsonValue,
    ociMetadata: state.metadata as JsonValue,
  };
}

function describeRuntime(service: Parameters<typeof startService>[1]['service']): RuntimeDefaults {
  const { command, readiness, user, workdir, envs } = service;
  return {
    default_env_keys: Object.keys(envs).sort(),
    ...(command === '' ? {} : { start_cmd: command }),
    ...(user === '' ? {} : { default_user: user }),
    ...(workdir === '' ? {} : { default_workdir: workdir }),
    ...(readiness ? { readiness } : {}),
  };
}

/** A failure without a cause that the caller could mend. */
export function internalFailure(cause: unknown): BuildFailure {
  return new BuildFailure('finalize', 'The build failed inside the server', {
    action: 'Build again; if it fails again, see the log of the server.',
    retryable: true,
    cause,
  });
}
