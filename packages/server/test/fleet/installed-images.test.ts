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

test('what is a moment old is answered at once and asked for anew behind that', async (context) => {
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { images, asked } = makeImages([['base'], ['base', 'fresh'], ['base']]);
  await images.find('base');
  now = 1500;
  await Promise.all([images.find('base'), images.find('base')]);
  // Not while those who noticed it are at work.
  assert.equal(asked(), 1);
  context.mock.timers.tick(100);
  assert.equal(asked(), 2);
  await new Promise(setImmediate);
  // It is known from the second answer.
  assert.equal((await images.find('fresh'))?.name, 'fresh');
  assert.equal(asked(), 2);
});

test('what is old is not believed', async (context) => {
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const { images } = makeImages([['base'], []]);
  await images.find('base');
  now = 10_000;
  assert.equal(await images.find('base'), undefined);
});

test('a host that is away when it is asked behind an answer is no failure', async (context) => {
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { images, asked } = makeImages([['base'], ['away'], ['base']]);
  await images.find('base');
  now = 1500;
  assert.equal((await images.find('base'))?.name, 'base');
  context.mock.timers.tick(100);
  await new Promise(setImmediate);
  assert.equal((await images.find('base'))?.name, 'base');
  context.mock.timers.tick(100);
  assert.equal(asked(), 3);
});
