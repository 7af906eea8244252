import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended, Engine, RestoreRequest, SaveOptions, StartRequest } from '../engine.ts';
import { RuntimeFailure, SnapshotError } from '../errors.ts';
import { requireInstanceId } from '../instance-id.ts';
import { abortable } from '../processes/abortable.ts';
import { checkFit, type EngineIdentity } from '../snapshots/check-fit.ts';
import { readManifest } from '../snapshots/manifest.ts';
import { saveFolder } from '../snapshots/save-folder.ts';
import { verifyFiles } from '../snapshots/verify.ts';

interface FakeInstance {
  request: StartRequest;
  running: boolean;
  /** Left so by a save until `thaw`. */
  frozen: boolean;
  /** What a snapshot of kind "memory" brings back. */
  memory: Record<string, string>;
  /** What both kinds bring back. */
  files: Record<string, string>;
  ended: PromiseWithResolvers<Ended>;
}

/** Instances in memory. Engines that share one see each other's, as two processes on one machine would. */
export type FakeMachine = Map<string, FakeInstance>;

/** What a fake instance holds. */
export type FakeContent = Pick<FakeInstance, 'memory' | 'files' | 'frozen'>;

export interface FakeEngineOptions {
  /** @default a machine of its own */
  machine?: FakeMachine;
  /** @default "fake 1" */
  build?: string;
  /** Called for each start and restore: what it throws fails the start, and the start takes as long as it does. */
  onStart?: (request: StartRequest | RestoreRequest) => Promise<void> | void;
  /** Called for each kill, in the same way. */
  onKill?: (id: string) => Promise<void> | void;
  /** Called for each save while the instance stands still, in the same way. */
  onSave?: (id: string, temporary: string) => Promise<void> | void;
  /** Called for each thaw, in the same way. */
  onThaw?: (id: string) => Promise<void> | void;
}

export interface FakeEngine extends Engine {
  /** Lets an instance end by itself. */
  end(id: string, ended: Ended): void;
  /** What an instance holds, to be read and changed. */
  content(id: string): FakeContent;
}

const STATE_FILE = 'state.json';

/** An engine without isolation, for tests of what stands above it. */
export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const { machine = new Map() as FakeMachine, build = 'fake 1', onStart, onKill, onSave, onThaw } = options;
  const here: EngineIdentity = { engine: 'fake', engineBuild: build, cpuFeatures: [] };
  const starting = new Map<string, { abort: AbortController; done: Promise<void> }>();

  function end(id: string, ended: Ended): void {
    const instance = machine.get(id);
    if (!instance?.running) return;
    instance.running = false;
    instance.ended.resolve(ended);
  }

  async function start(request: StartRequest | RestoreRequest): Promise<void> {
    const { id } = request;
    requireInstanceId(id);
    if (machine.has(id) || starting.has(id)) throw new RuntimeFailure(`Instance ${id} exists already.`);
    const abort = new AbortController();
    const done = Promise.withResolvers<void>();
    starting.set(id, { abort, done: done.promise });
    try {
      const content = await abortable(boot(request), abort.signal);
      machine.set(id, {
        request,
        running: true,
        frozen: false,
        ...content,
        ended: Promise.withResolvers(),
      });
    } finally {
      starting.delete(id);
      done.resolve();
    }
  }

  async function boot(
    request: StartRequest | RestoreRequest,
  ): Promise<Pick<FakeInstance, 'memory' | 'files'>> {
    const content = 'snapshot' in request ? await load(request) : { memory: {}, files: {} };
    await access(request.image);
    await onStart?.(request);
    return content;
  }

  async function load(request: RestoreRequest): Promise<Pick<FakeInstance, 'memory' | 'files'>> {
    const manifest = await readManifest(request.snapshot);
    checkFit(manifest, here, request);
    if (!request.verified) await verifyFiles(request.snapshot, manifest.files);
    return JSON.parse(await readFile(join(request.snapshot, STATE_FILE), 'utf8'));
  }

  async function save(id: string, folder: string, { kind, afterwards, imageDigest, fleeting }: SaveOptions) {
    const instance = machine.get(id);
    if (!instance?.running) {
      throw new SnapshotError('snapshot_failed', `Instance ${id} does not run, so it cannot be saved.`);
    }
    const began = performance.now();
    const { limits } = instance.request;
    const facts = () => ({ kind, engine: 'fake', engineBuild: build, cpuFeatures: [], imageDigest, limits });
    instance.frozen = true;
    try {
      const manifest = await saveFolder(folder, { facts, fleeting }, async (temporary) => {
        const { memory, files } = instance;
        const content = { memory: kind === 'memory' ? memory : {}, files };
        await writeFile(join(temporary, STATE_FILE), JSON.stringify(content));
        await onSave?.(id, temporary);
        if (!instance.running) throw new RuntimeFailure(`Instance ${id} ended while it was saved.`);
      });
      instance.frozen = afterwards === 'frozen';
      return { manifest, frozenMs: performance.now() - began };
    } catch (error) {
      instance.frozen = false;
      throw error;
    }
  }

  async function kill(id: string): Promise<void> {
    const underway = starting.get(id);
    underway?.abort.abort(new RuntimeFailure(`Instance ${id} was killed while it started.`));
    await underway?.done;
    await onKill?.(id);
    end(id, { cause: 'killed', message: 'The instance was ended on request.' });
    machine.delete(id);
  }

  return {
    name: 'fake',
    version: async () => build,
    probe: async () => [],
    open() {},
    async close() {},
    start,
    restore: start,
    saveSnapshot: save,
    async thaw(id) {
      await onThaw?.(id);
      const instance = machine.get(id);
      if (instance) instance.frozen = false;
    },
    async sumSnapshot() {},
    async inspectSnapshot(folder, { verify = false } = {}) {
      const manifest = await readManifest(folder);
      if (verify) await verifyFiles(folder, manifest.files);
      return manifest;
    },
    kill,
    list: async () => [...machine].map(([id, { running }]) => ({ id, running })),
    async wait(id, signal) {
      const instance = machine.get(id);
      if (!instance) return { cause: 'killed', message: 'There is no such instance.' };
      return await abortable(instance.ended.promise, signal);
    },
    usage: async (id) =>
      machine.has(id) ? { cpuUsec: 1000, memoryBytes: 16 * 1024 * 1024, processes: 20 } : undefined,
    async clean(keep) {
      for (const id of [...machine.keys()]) if (!keep.has(id)) await kill(id);
    },
    end,
    content(id) {
      const instance = machine.get(id);
      if (!instance) throw new RuntimeFailure(`There is no instance ${id}.`);
      return instance;
    },
  };
}
