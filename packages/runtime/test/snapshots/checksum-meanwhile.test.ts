import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHUNK_BYTES, DOUBTFUL } from '../../src/snapshots/checksum.ts';
import { checksumAside } from '../../src/snapshots/checksum-aside.ts';
import { checksumMeanwhile } from '../../src/snapshots/checksum-meanwhile.ts';

const block = randomBytes(CHUNK_BYTES);

async function makeFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-checksum-'));
  test.after(async () => await rm(folder, { recursive: true }));
  return folder;
}

/** Writes blocks from front to back until checksums of some have had their time, and leaves one out. */
async function write(path: string, { gap }: { gap: number }): Promise<void> {
  await using file = await open(path, 'w');
  for (let index = 0; index < 40; index++) {
    if (index !== gap) await file.write(block, 0, block.length, index * CHUNK_BYTES);
    if (index > 20) await sleep(30);
  }
  await file.write(block, 0, block.length, gap * CHUNK_BYTES);
  await file.write(block, 0, 1000, 40 * CHUNK_BYTES);
}

it('knows checksums before the writing has ended, and doubts those of a gap', async (test) => {
  const folder = await makeFolder(test);
  const path = join(folder, 'pages');
  const small = writeFile(join(folder, 'small'), 'small');
  const known = await checksumMeanwhile(
    folder,
    Promise.all([write(path, { gap: 3 }), small]).then(() => {}),
  );
  const chunks = known.get('pages') ?? [];
  assert.ok(chunks.length >= 8, `${chunks.length} chunks are known`);
  assert.equal(known.get('small'), undefined);
  await using file = await open(path);
  const expected = await checksumAside(file);
  assert.equal(expected.length, 41);
  assert.deepEqual(
    chunks,
    expected.slice(0, chunks.length).map((chunk, index) => (index === 3 ? DOUBTFUL : chunk)),
  );
  assert.deepEqual(await checksumAside(file, { known: chunks }), expected);
});

it('takes no checksum of what is no longer there', async (test) => {
  const folder = await makeFolder(test);
  const path = join(folder, 'pages');
  const known = await checksumMeanwhile(folder, write(path, { gap: 39 }));
  await truncate(path, 2 * CHUNK_BYTES + 1);
  await using file = await open(path);
  assert.deepEqual(await checksumAside(file, { known: known.get('pages') }), await checksumAside(file));
});

it('fails as the writing does', async (test) => {
  const folder = await makeFolder(test);
  const writing = write(join(folder, 'pages'), { gap: 0 }).then(() => {
    throw new Error('broken');
  });
  await assert.rejects(checksumMeanwhile(folder, writing), /broken/);
  assert.ok((await stat(folder)).isDirectory());
});
