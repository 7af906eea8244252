import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { RuntimeFailure } from '../../src/index.ts';
import { inspectSnapshot } from '../../src/snapshots/inspect.ts';
import { saveFolder, temporaryOf } from '../../src/snapshots/save-folder.ts';

const facts = {
  kind: 'memory',
  engine: 'none',
  engineBuild: '1',
  cpuFeatures: [],
  imageDigest: 'x',
  limits: { vcpus: 1, memoryMb: 1, diskMb: 1 },
} as const;

async function makeTarget(test: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'nullspace-save-'));
  test.after(async () => await rm(parent, { recursive: true }));
  return join(parent, 'snapshot');
}

it('replaces what an earlier save left half written', async (test) => {
  const folder = await makeTarget(test);
  await mkdir(temporaryOf(folder));
  await writeFile(join(temporaryOf(folder), 'stale'), 'stale');
  const manifest = await saveFolder(folder, { facts: () => facts }, async (temporary) => {
    assert.ok(!existsSync(folder));
    await writeFile(join(temporary, 'data'), 'data');
  });
  assert.deepEqual((await readdir(folder)).sort(), ['data', 'manifest.json']);
  assert.equal(manifest.sizeBytes, 4);
  assert.deepEqual(await inspectSnapshot(folder, { verify: true }), manifest);
  assert.ok(!existsSync(temporaryOf(folder)));
});

it('leaves nothing of a save that failed, and says how much room was missing', async (test) => {
  const folder = await makeTarget(test);
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
  const expectedBytes = 10 * 1024 * 1024;
  const cases = [
    { cause: full, expected: { code: 'disk_full', missingBytes: expectedBytes - 1000 } },
    { cause: new RuntimeFailure('broken'), expected: { code: 'snapshot_failed', missingBytes: 0 } },
  ];
  for (const { cause, expected } of cases) {
    const saved = saveFolder(
      folder,
      { facts: () => facts, estimateBytes: async () => expectedBytes },
      async (temporary) => {
        await writeFile(join(temporary, 'data'), Buffer.alloc(1000));
        throw cause;
      },
    );
    await assert.rejects(saved, { ...expected, cause });
    assert.ok(!existsSync(folder) && !existsSync(temporaryOf(folder)));
  }
});

it('gives one that is used at once no checksums, so that it passes for no other', async (test) => {
  const folder = await makeTarget(test);
  const { files } = await saveFolder(folder, { facts: () => facts, fleeting: true }, async (temporary) => {
    await writeFile(join(temporary, 'data'), 'data');
  });
  assert.deepEqual(files, [{ name: 'data', sizeBytes: 4, chunks: [] }]);
  await assert.rejects(inspectSnapshot(folder, { verify: true }), {
    code: 'snapshot_corrupt',
    field: 'data',
  });
});
