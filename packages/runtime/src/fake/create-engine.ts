import { randomUUID } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ended, Engine, RestoreRequest, StartRequest } from '../engine.ts';
import { RuntimeFailure } from '../errors.ts';
import { requireInstanceId } from '../instance-id.ts';
import { abortable } from '../processes/abortable.ts';

interface FakeInstance {
  request: StartRequest;
  running: boolean;
  ended: PromiseWithResolvers<Ended>;
}

/** Instances in memory. Engines that share one see each other's, as two processes on one machine would. */
export type FakeMachine = Map<string, FakeInstance>;

export interface FakeEngineOptions {
  /** @default a machine of its own */
  machine?: FakeMachine;
  /** Called for each start and restore: what it throws fails the start, and the start takes as long as it does. */
  onStart?: (request: StartRequest) => Promise<void> | void;
  /** Called for each kill, in the same way. */
  onKill?: (id: string) => Promise<void> | void;
}

export interface FakeEngine extends Engine {
  /** Lets an instance end by itself. */
  end(id: string, ended: Ended): void;
}

const CHECKPOINT_FILE = 'fake-checkpoint.json';

/** An engine without isolation, for tests of what stands above it. */
export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const { machine = new Map() as FakeMachine, onStart, onKill } = options;
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
      await abortable(boot(request), abort.signal);
      machine.set(id, { request, running: true, ended: Promise.withResolvers() });
    } finally {
      starting.delete(id);
      done.resolve();
    }
  }

  async function boot(request: StartRequest | RestoreRequest): Promise<void> {
    if ('checkpoint' in request) await readFile(join(request.checkpoint, CHECKPOINT_FILE));
    await access(request.image);
    await onStart?.(request);
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
    version: async () => 'fake 1',
    probe: async () => [],
    start,
    restore: start,
    async checkpoint(id, folder, { leaveRunning }) {
      if (!machine.get(id)?.running) {
        throw new RuntimeFailure(`Instance ${id} does not run, so it cannot be saved.`);
      }
      await writeFile(join(folder, CHECKPOINT_FILE), JSON.stringify({ id, token: randomUUID() }));
      if (!leaveRunning) await kill(id);
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
  };
}
