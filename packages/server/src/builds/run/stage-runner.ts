import { readHostError } from '@nullspace/host';
import { type BaseImage, resolveBase } from '../base/resolve-base.ts';
import { BuildFailure } from '../build-failure.ts';
import { ContextTree } from '../plan/context-tree.ts';
import { planTriggers } from '../plan/dockerfile/plan-dockerfile.ts';
import { type EvaluatedStage, evaluateStage } from '../plan/evaluate-stage.ts';
import type { Stage } from '../plan/instruction.ts';
import { layerId } from '../plan/layer-key.ts';
import type { Operation } from '../plan/operation.ts';
import { type BuildEnv, lifetimeMs } from './build-env.ts';
import { BuildSandbox, type LayerPoint } from './build-sandbox.ts';
import { performOperation } from './perform-operation.ts';

/** How often a stage is built again when layers go while they are used. */
const LOST_TRIES = 5;

interface ResolvedStage extends EvaluatedStage {
  /** The image under its first operation. */
  base: BaseImage;
}

/** Runs the stages of a build, each at most once and only when its files are needed. */
export class StageRunner {
  readonly #env: BuildEnv;
  readonly #stages: Stage[];
  readonly #context: ContextTree;
  readonly #resolved = new Map<string | number, Promise<ResolvedStage>>();
  readonly #built = new Map<string | number, Promise<LayerPoint>>();

  constructor(env: BuildEnv, stages: Stage[]) {
    this.#env = env;
    this.#stages = stages;
    this.#context = new ContextTree(env.definition.files);
  }

  /** What a stage will be, without running any of it. A text names an image that is copied from. */
  resolve(stage: string | number): Promise<ResolvedStage> {
    const known = this.#resolved.get(stage);
    if (known) return known;
    const resolving = this.#resolve(stage);
    this.#resolved.set(stage, resolving);
    return resolving;
  }

  /** The files of a stage, built if they are not in the cache. */
  build(stage: string | number): Promise<LayerPoint> {
    const known = this.#built.get(stage);
    if (known) return known;
    const building = this.#build(stage);
    this.#built.set(stage, building);
    return building;
  }

  /** Does something with the files of a stage; layers that the host loses meanwhile are made again. */
  async withLayers<Result>(
    stage: string | number,
    work: (point: LayerPoint) => Promise<Result>,
  ): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await work(await this.build(stage));
      } catch (error) {
        if (!isLayerLost(error) || tries === LOST_TRIES) throw error;
        this.#built.clear();
      }
    }
  }

  /** Why the result of the whole build is not to be taken from the cache; undefined: it may be. */
  async findBypass(): Promise<Operation['bypass']> {
    const resolved = await Promise.all(this.#resolved.values());
    return resolved.flatMap(({ operations }) => operations).find(({ bypass }) => bypass)?.bypass;
  }

  async #resolve(name: string | number): Promise<ResolvedStage> {
    if (typeof name === 'string') {
      const base = await this.#resolveImage(name);
      return { base, operations: [], state: base.state, key: base.key };
    }
    const stage = this.#stages[name];
    if (!stage) throw new BuildFailure('prepare', `There is no stage ${name}`);
    const base =
      typeof stage.base === 'number' ? await this.resolve(stage.base) : await this.resolve(stage.base);
    const { triggers, point } = base.base;
    const isFirst = typeof stage.base === 'string' && triggers.length > 0 && stage.place !== undefined;
    const instructions = isFirst
      ? [...planTriggers(triggers, stage.place!), ...stage.instructions]
      : stage.instructions;
    const evaluated = await evaluateStage(
      { ...stage, instructions },
      { key: base.key, state: base.state, imageEnv: point.imageEnv },
      {
        context: this.#context,
        skipCache: this.#env.definition.skipCache,
        keyOfStage: async (from) => (await this.resolve(from)).key,
      },
    );
    return { ...evaluated, base: base.base };
  }

  #resolveImage(ref: string): Promise<BaseImage> {
    const { context, buildId, tenantId, secrets, log, signal, definition } = this.#env;
    const refresh = definition.skipCache;
    return resolveBase(context, { ref, buildId, tenantId, secrets, refresh, log, signal });
  }

  async #build(name: string | number): Promise<LayerPoint> {
    const { operations, base } = await this.resolve(name);
    const stage = typeof name === 'number' ? this.#stages[name]! : undefined;
    const below =
      stage && typeof stage.base === 'number' ? () => this.build(stage.base) : async () => base.point;
    // A layer that the host has lost is forgotten, and made again.
    for (let tries = 1; ; tries++) {
      try {
        return await this.#buildFrom(operations, base.point, below);
      } catch (error) {
        if (!isLayerLost(error) || tries === LOST_TRIES) throw error;
      }
    }
  }

  async #buildFrom(
    operations: Operation[],
    image: LayerPoint,
    below: () => Promise<LayerPoint>,
  ): Promise<LayerPoint> {
    const cached = await this.#findCached(operations);
    this.#tellCache(operations, cached);
    let point = cached < 0 ? await below() : { ...image, snapshotId: this.#layerOf(operations[cached]!) };
    const left = operations.slice(cached + 1);
    if (left.length === 0) return point;
    const sandbox = await this.#startSandbox(point);
    try {
      for (const operation of left) {
        point = { ...image, snapshotId: await this.#runOne(sandbox, operation) };
      }
      return point;
    } finally {
      await sandbox.close();
    }
  }

  async #startSandbox(point: LayerPoint): Promise<BuildSandbox> {
    const { context, shape, signal } = this.#env;
    return BuildSandbox.start(context, { point, shape, lifetimeMs: lifetimeMs(this.#env), signal });
  }

  /** Runs an operation and saves what the files are then. Returns the id of the layer. */
  async #runOne(sandbox: BuildSandbox, operation: Operation): Promise<string> {
    const { context, tenantId, log, counts, signal } = this.#env;
    const { store, fleet, builds, reach } = context;
    const { index, display } = operation;
    signal.throwIfAborted();
    log.add({ kind: 'message', phase: 'build_step', step_index: index, message: display });
    try {
      await performOperation(this.#env, sandbox, operation, (from) => this.#openStage(from));
      reach('build.step_done');
      const id = this.#layerOf(operation);
      await builds.artifacts.inTurn(id, async () => {
        // Another build may have made it meanwhile; one that is not to be taken from the cache is replaced.
        if (operation.bypass === undefined && (await this.#isKept(id))) return;
        await store.beginLayer({ id, tenantId, kind: 'layer', createdAt: Date.now() });
        // What a server that was killed has left under this id is not known to be whole.
        await fleet.call((client) => client.deleteSnapshot({ snapshotId: id }));
        const sizeBytes = await sandbox.save(id, 'filesystem');
        reach('build.layer_saved');
        await store.finishLayer({ id, value: null, sizeBytes, now: Date.now() });
      });
      counts.add('layer', 'stored');
      const cache = { cache_kind: 'layer', cache_status: 'stored', cache_subject: display } as const;
      log.add({ kind: 'cache', level: 'debug', step_index: index, message: 'Layer stored', ...cache });
      return id;
    } catch (error) {
      throw await sandbox.explain(error, index);
    }
  }

  /** A sandbox with the files of another stage, to copy from. */
  async #openStage(from: string | number): Promise<BuildSandbox> {
    return this.#startSandbox(await this.build(from));
  }

  /** Place of the last operation whose layer is there, with no boundary before it; -1: none. */
  async #findCached(operations: Operation[]): Promise<number> {
    const end = operations.findIndex(({ bypass }) => bypass !== undefined);
    for (let at = (end < 0 ? operations.length : end) - 1; at >= 0; at--) {
      if (await this.#isKept(this.#layerOf(operations[at]!))) return at;
    }
    return -1;
  }

  /** Whether a layer can be used. One that the host has lost is a miss. */
  async #isKept(id: string): Promise<boolean> {
    const { store, fleet } = this.#env.context;
    if (!(await store.useLayer({ id, now: Date.now() }))) return false;
    const missing = await fleet.call((client) => client.findMissing({ snapshotIds: [id] }));
    if (missing.snapshotIds.length === 0) return true;
    this.#env.log.add({
      kind: 'warning',
      level: 'warn',
      message: 'The host has lost a layer; it is built again',
    });
    return false;
  }

  #tellCache(operations: Operation[], cached: number): void {
    const { log, counts } = this.#env;
    for (const [at, { index, display, bypass }] of operations.entries()) {
      const status = at <= cached ? 'hit' : bypass === undefined ? 'miss' : 'bypass';
      counts.add('layer', status);
      log.add({
        kind: 'cache',
        level: 'debug',
        step_index: index,
        cache_kind: 'layer',
        cache_status: status,
        cache_subject: display.slice(0, 200),
        ...(status === 'hit' ? {} : { cache_reason: bypass ?? 'missing_or_incompatible' }),
        message: status === 'hit' ? `Cached: ${display}` : `Not cached: ${display}`,
      });
    }
  }

  #layerOf({ key }: Operation): string {
    return layerId(this.#env.tenantId, key);
  }
}

function isLayerLost(error: unknown): boolean {
  const code = readHostError(error)?.code;
  return code === 'snapshot_not_found' || code === 'snapshot_corrupt';
}
