import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { CHUNK_BYTES, checksum } from '../../src/snapshots/checksum.ts';
import { checksumAside } from '../../src/snapshots/checksum-aside.ts';

/** A file with holes and a byte in every tenth chunk. */
async function makeFile(test: TestContext, size: number) {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-checksum-'));
  test.after(async () => await rm(folder, { recursive: true }));
  const file = await open(join(folder, 'file'), 'w+');
  test.after(async () => await file.close());
  await file.truncate(size);
  for (let at = 0; at < size; at += 10 * CHUNK_BYTES) await file.write(Buffer.from([at % 251]), 0, 1, at);
  return file;
}

it('is the known CRC-32 of each piece', async (test) => {
  const file = await makeFile(test, 0);
  await file.write('123456789');
  assert.deepEqual(await checksum(file.fd, { start: 0, end: 10 }), ['cbf43926']);
  await file.truncate(0);
  assert.deepEqual(await checksumAside(file), []);
});

it('is the same in place, in one thread and in two', async (test) => {
  for (const size of [CHUNK_BYTES, 33 * 1024 * 1024, 300 * 1024 * 1024 + 1]) {
    const file = await makeFile(test, size);
    const expected = await checksum(file.fd, { start: 0, end: Number.POSITIVE_INFINITY });
    assert.equal(expected.length, Math.ceil(size / CHUNK_BYTES));
    assert.deepEqual(await checksumAside(file), expected);
    assert.deepEqual(await checksumAside(file, { behind: true }), expected);
  }
});

it('ends with its signal', async (test) => {
  const file = await makeFile(test, 300 * 1024 * 1024);
  const abort = new AbortController();
  const made = checksumAside(file, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await assert.rejects(made, (error: Error) => error.message === 'enough' || error.name === 'AbortError');
});
