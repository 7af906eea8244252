import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { addImage } from '../../src/images/add.ts';
import { ImageCatalog } from '../../src/images/catalog.ts';

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-images-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function fakeImage(content: string): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.writeUInt32LE(0xe0f5e1e2, 1024);
  bytes.write(content, 2048);
  return bytes;
}

test('an added image is found by a host that runs already', async (t) => {
  const top = await makeFolder(t);
  const folder = join(top, 'images');
  const file = join(top, 'base.erofs');
  const catalog = new ImageCatalog(folder);
  assert.deepEqual(await catalog.list(), {});
  await writeFile(file, fakeImage('one'));
  const digest = `sha256-${createHash('sha256').update(fakeImage('one')).digest('hex')}`;
  const added = await addImage({ folder, name: 'base', file });
  assert.deepEqual(added, { digest, sizeBytes: 4096, copied: true });
  assert.equal(await catalog.locate(digest), join(folder, `${digest}.erofs`));
  assert.equal((await stat(join(folder, `${digest}.erofs`))).mode & 0o777, 0o444);
  assert.equal((await addImage({ folder, name: 'again', file })).copied, false);
  await writeFile(file, fakeImage('two'));
  const second = await addImage({ folder, name: 'base', file });
  const list = await catalog.list();
  assert.equal(list.base?.digest, second.digest);
  assert.equal(list.again?.digest, digest);
  await rm(join(folder, `${digest}.erofs`));
  await assert.rejects(catalog.locate(digest), { code: 'image_not_found' });
});

test('additions at the same moment are all kept', async (t) => {
  const folder = await makeFolder(t);
  const names = ['a', 'b', 'c', 'd'];
  const file = join(folder, 'source');
  await writeFile(file, fakeImage('one'));
  await Promise.all(names.map((name) => addImage({ folder, name, file })));
  assert.deepEqual(Object.keys(await new ImageCatalog(folder).list()).sort(), names);
});

test('what is no image is refused and nothing changes', async (t) => {
  const folder = await makeFolder(t);
  const file = join(folder, 'text');
  await writeFile(file, 'x'.repeat(5000));
  await assert.rejects(addImage({ folder, name: 'base', file }), /is no EROFS image/);
  await assert.rejects(addImage({ folder, name: '../x', file }), /must match/);
  await assert.rejects(addImage({ folder, name: 'base', file: join(folder, 'missing') }), /ENOENT/);
  assert.deepEqual((await readdir(folder)).sort(), ['lock', 'text']);
});
