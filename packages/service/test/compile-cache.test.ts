import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareCompileCache } from '../src/index.ts';

test('translated code lies where only its own account may write', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, (context) => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'nullspace-compiled-'));
  context.after(() => rmSync(cacheDir, { recursive: true }));
  const owner = { uid: 12_345, gid: 12_346 };
  const folders = [
    prepareCompileCache({ cacheDir, service: 'host' }),
    prepareCompileCache({ cacheDir, service: 'server', owner }),
    prepareCompileCache({ cacheDir, service: 'server' }),
  ];
  assert.equal(new Set(folders).size, 3);
  const seen = folders.map((folder) => statSync(folder));
  assert.deepEqual(
    seen.map(({ uid, mode }) => [uid, mode & 0o777]),
    [
      [0, 0o700],
      [owner.uid, 0o700],
      [0, 0o700],
    ],
  );
  assert.equal(statSync(join(cacheDir, 'compiled')).mode & 0o022, 0);

  chmodSync(folders[0]!, 0o777);
  prepareCompileCache({ cacheDir, service: 'host' });
  assert.equal(statSync(folders[0]!).mode & 0o777, 0o700);
});
