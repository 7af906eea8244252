import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { findLate, PAGES, readsDirectly } from '../../src/gvisor/pages.ts';
import { SAVED_DISK } from '../../src/gvisor/saved-disk.ts';
import type { SnapshotManifest } from '../../src/index.ts';

const MIB = 1024 * 1024;

function describe(change: Partial<SnapshotManifest>, pagesBytes = 1024 * MIB): SnapshotManifest {
  return {
    version: 1,
    kind: 'memory',
    engine: 'gvisor',
    engineBuild: '1',
    cpuFeatures: [],
    imageDigest: 'x',
    limits: { vcpus: 1, memoryMb: 1, diskMb: 1 },
    createdUnixMs: 0,
    sizeBytes: pagesBytes,
    files: [{ name: PAGES, sizeBytes: pagesBytes, chunks: [] }],
    ...change,
  };
}

it('loads pages while the guest runs when they are many', () => {
  const nameLate = (manifest: SnapshotManifest) => findLate(manifest).map(({ name }) => name);
  assert.deepEqual(nameLate(describe({})), [PAGES]);
  assert.deepEqual(nameLate(describe({}, 256 * MIB)), []);
  assert.deepEqual(nameLate(describe({ kind: 'filesystem' })), []);
  const files = [PAGES, SAVED_DISK].map((name, index) => ({
    name,
    sizeBytes: 1 + index * 1024 * MIB,
    chunks: [],
  }));
  assert.deepEqual(nameLate(describe({ files })), [PAGES, SAVED_DISK]);
});

it('reads past the page cache from a disk that was quick, and from no other', async (test) => {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-pages-'));
  test.after(async () => await rm(folder, { recursive: true }));
  const quick = describe({ writtenMs: 2000 });
  assert.equal(await readsDirectly(quick, folder), false);
  await writeFile(join(folder, PAGES), 'pages');
  assert.equal(await readsDirectly(quick, folder), true);
  assert.equal(await readsDirectly(describe({ writtenMs: 10_000 }), folder), false);
  const small = { name: PAGES, sizeBytes: MIB, chunks: [] };
  const disk = { name: SAVED_DISK, sizeBytes: 2048 * MIB, chunks: [] };
  assert.equal(await readsDirectly(describe({ writtenMs: 100, files: [small, disk] }), folder), false);
  // One that was not brought to the disk says nothing of it.
  assert.equal(await readsDirectly(describe({}), folder), false);
});
