import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import {
  createFakeEngine,
  createFakeNetwork,
  type FakeMachine,
  type NetworkPolicy,
} from '../../src/index.ts';
import { testEngine } from '../conformance/engine.ts';
import { testNetwork } from '../conformance/network.ts';
import { testSnapshots } from '../conformance/snapshots.ts';

async function openBench(onStart?: () => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-fake-'));
  const image = join(folder, 'image.erofs');
  await writeFile(image, '');
  const machine: FakeMachine = new Map();
  const network = createFakeNetwork();
  const engine = createFakeEngine({ machine, onStart });
  return {
    engine,
    folder,
    reopen: () => createFakeEngine({ machine }),
    async request(id: string) {
      const own = join(folder, id);
      await mkdir(own);
      const slot = await network.acquire({ internetAccess: true });
      const limits = { vcpus: 1, memoryMb: 256, diskMb: 1024 };
      return { id, image, folder: own, limits, slot, hostname: id, env: {} };
    },
    answers: async () => {},
    endByItself: async (id: string) => engine.end(id, { cause: 'exit', message: 'ended' }),
    close: async () => await rm(folder, { recursive: true }),
  };
}

testEngine('fake', openBench);

testSnapshots('fake', async () => {
  const bench = await openBench();
  const { engine } = bench;
  return {
    ...bench,
    restored: async () => {},
    isFrozen: async ({ id }) => engine.content(id).frozen,
    async remember({ id }, { memory, files }) {
      engine.content(id).memory.kept = memory;
      engine.content(id).files.kept = files;
    },
    async recall({ id }) {
      const { memory, files } = engine.content(id);
      return { memory: memory.kept ?? '', files: files.kept ?? '' };
    },
  };
});

const slots = new Map<number, NetworkPolicy>();
testNetwork('fake', () => createFakeNetwork({ range: '10.212.0.0/28', slots }));

it('fails a start as it is told to', async (test) => {
  const bench = await openBench(async () => {
    throw new Error('no room');
  });
  test.after(bench.close);
  await assert.rejects(bench.engine.start(await bench.request('a1')), /no room/);
  assert.deepEqual(await bench.engine.list(), []);
});
