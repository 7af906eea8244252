import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { findImager } from '../fixtures/imager.ts';
import { importImage } from '../fixtures/import-image.ts';
import { makeSite } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { startRegistry } from '../fixtures/registry.ts';
import { makeTar } from '../fixtures/tar.ts';

const mib = 1024 * 1024;

/** Makes a folder one that holds this much. */
function limit(folder: string, size: string): Disposable {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=1777`, 'none', folder]);
  return { [Symbol.dispose]: () => execFileSync('umount', [folder]) };
}

function noise(bytes: number): Buffer {
  const chunks = Array.from({ length: bytes / 65_536 }, () => crypto.getRandomValues(new Uint8Array(65_536)));
  return Buffer.concat(chunks);
}

for (const full of ['layersDir', 'imagesDir'] as const) {
  test(`a disk that is full in ${full} is said so, and nothing of the import stays`, async (t) => {
    const registry = await startRegistry();
    t.after(() => registry.close());
    const layers = [makeTar([{ path: 'noise', content: noise(12 * mib) }])];
    const reference = await registry.push('large', { layers });
    const site = await makeSite(t, { insecure_registries: '127.0.0.1' });
    const { client, context } = await site.open({ imager: await findImager() });
    const folder = context.paths[full];
    using _limit = limit(folder, '8m');
    const error = await refusal(importImage(client, { reference }));
    assert.equal(error.code, 'disk_full');
    const left = (await readdir(folder)).filter((name) => !/^sha256-[0-9a-f]{64}$/.test(name));
    assert.deepEqual(left, []);
    // With room again it works.
    execFileSync('mount', ['-o', 'remount,size=64m', folder]);
    assert.match((await importImage(client, { reference })).done.image, /^sha256-/);
  });
}
