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
import type { LayerPoint } from './build-sandbox.ts';
import { countBlobs } from './count-blobs.ts';
import { StageRunner } from './stage-runner.ts';
import { startService } from './start-service.ts';

const ASSEMBLE_MS = 900_000;
const MAKE_TRIES = 5;

/**
 * Builds what a definition says: its stages, the root image of the last one, and the snapshot of what it starts. An
 * equal build that has been made is taken instead. The result is kept for later builds under `resultId`.
 *
 * @throws {BuildFailure} Or what went wrong in the server or the host.
 */
export async function runBuild(
  env: BuildEnv,
  oneAtATime: (key: string) => Promise<() => void>,
): Promise<{ result: BuildResult; resultId: string }> {
  const { context, definition, blobs, tenantId } = env;
  await requireBlobs(definition, { blobs, tenantId });
  await countBlobs(env);
  const stages = planStages(definition);
  // An index counts all stages, and what comes before their steps in a Dockerfile.
  const indices = stages.flatMap(({ instructions }) => instructions.map(({ index }) => index));
  env.log.totalSteps = Math.max(-1, ...indices) + 1;
  const runner = new StageRunner(env, stages);
  const last = await runner.resolve(stages.length - 1);
  context.reach('build.base_resolved');
  const key = finalKey(env, last.key, last.state);
  const leave = await oneAtATime(key);
  try {
    const id = `fin_${key}`;
    const made = await findFinal(env, id, await runner.findBypass());
    if (made) return { result: made, resultId: id };
    const result = await make(env, runner, stages.length - 1, key);
    await keepFinal(env, id, result);
    context.reach('build.result_kept');
    return { result, resultId: id };
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
  id: string,
  boundary: Operation['bypass'],
): Promise<BuildResult | undefined> {
  const { definition, counts, log } = env;
  const cache = { kind: 'cache', cache_kind: 'final_artifact', cache_subject: id.slice(4, 20) } as const;
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
  const found = await useFinal(env, id);
  const status = found ? 'hit' : 'miss';
  counts.add('final_artifact', status);
  const reason = found ? {} : ({ cache_reason: 'missing_or_incompatible' } as const);
  const message = found ? 'Nothing has changed since an earlier build' : 'There is no equal build';
  log.add({ ...cache, cache_status: status, ...reason, message });
  return found;
}

/** A kept result, if the host still has what it names; else it is forgotten. */
async function useFinal({ context, buildId }: BuildEnv, id: string): Promise<BuildResult | undefined> {
  const { store, fleet, builds } = context;
  const found = await store.useLayer({ id, now: Date.now() });
  if (!found) return undefined;
  const result = found.value as unknown as BuildResult;
  const snapshotIds = result.snapshotId === null ? [] : [result.snapshotId];
  const missing = await fleet.call((client) => client.findMissing({ snapshotIds }));
  if (missing.snapshotIds.length === 0 && (await builds.artifacts.hold(context, { ...result, buildId }))) {
    return result;
  }
  await store.deleteLayer(id);
  return undefined;
}

async function keepFinal(
  { context, tenantId, counts }: BuildEnv,
  id: string,
  result: BuildResult,
): Promise<void> {
  const now = Date.now();
  await context.store.beginLayer({ id, tenantId, kind: 'final', createdAt: now });
  await context.store.finishLayer({ id, value: result as unknown as JsonValue, sizeBytes: 0, now });
  counts.add('final_artifact', 'stored');
}

async function make(env: BuildEnv, runner: StageRunner, stage: number, key: string): Promise<BuildResult> {
  const { definition, shape, log, signal } = env;
  const { state } = await runner.resolve(stage);
  const { point, image, sizeBytes } = await runner.withLayers(stage, async (point) => {
    signal.throwIfAborted();
    log.add({ kind: 'message', phase: 'finalize', message: 'Making the image' });
    return { point, ...(await assemble(env, point)) };
  });
  env.context.reach('build.image_assembled');
  const { runtime } = definition;
  const envs = { ...state.envs, ...runtime.default_envs };
  const user = runtime.default_user ?? state.user;
  const workdir = runtime.default_workdir ?? state.workdir;
  const { startCmd = state.start } = definition;
  // The probe of the template below knows the service of that template alone.
  const inherited = definition.startCmd === undefined ? state.readiness : null;
  const readiness = runtime.readiness ?? inherited ?? undefined;
  const service = { command: startCmd, readiness, user, workdir, envs };
  const hasService = startCmd !== '' || readiness !== undefined;
  const started = { ...point, image, snapshotId: null };
  return {
    image,
    sizeBytes,
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

/** The root image of the files at a point, held until the build ends. */
async function assemble(
  { context, buildId, signal }: BuildEnv,
  { image, snapshotId }: LayerPoint,
): Promise<{ image: string; sizeBytes: number }> {
  // The image that a build begins from is held already.
  if (snapshotId === null) return { image, sizeBytes: 0 };
  for (let tries = 1; ; tries++) {
    const made = await context.fleet.call((client) =>
      client.assembleImage({ snapshotId }, { timeoutMs: ASSEMBLE_MS, signal }),
    );
    // An equal image may be freed with its template in this moment.
    if (await context.builds.artifacts.hold(context, { image: made.image, buildId })) {
      return { image: made.image, sizeBytes: Number(made.sizeBytes) };
    }
    if (tries === MAKE_TRIES) throw new Error(`the host lost image ${made.image} ${tries} times`);
  }
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
