import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstalledImages } from '../../src/fleet/installed-images.ts';

function makeImages(answers: string[][]) {
  let asked = 0;
  const images = new InstalledImages(async () => {
    const names = answers[Math.min(asked++, answers.length - 1)]!;
    if (names.includes('away')) throw new Error('the host is away');
    return names.map((name) => ({ name, digest: `sha256-${name}` }));
  });
  return { images, asked: () => asked };
}

test('creates that follow one another ask the host once', async () => {
  const { images, asked } = makeImages([['base']]);
  assert.deepEqual(
    (await Promise.all([images.find('base'), images.find('base')])).map((image) => image?.digest),
    ['sha256-base', 'sha256-base'],
  );
  assert.equal(asked(), 1);
});

test('an image that has just been installed is found', async () => {
  const { images } = makeImages([['base'], ['base', 'fresh']]);
  await images.find('base');
  assert.equal((await images.find('fresh'))?.name, 'fresh');
});

test('the list is what the host says now', async () => {
  const { images } = makeImages([['base'], []]);
  await images.find('base');
  assert.deepEqual(await images.list(), []);
  assert.equal(await images.find('base'), undefined);
});

test('a host that was away is asked again', async () => {
  const { images } = makeImages([['away'], ['base']]);
  await assert.rejects(images.find('base'), /away/);
  assert.equal((await images.find('base'))?.name, 'base');
});
