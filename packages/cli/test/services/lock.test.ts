import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { identify } from '../../src/services/identity.ts';
import { withServiceLock } from '../../src/services/lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'nullspace-lock-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('actions run one after another', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    [1, 2, 3].map(() =>
      withServiceLock(folder, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      }),
    ),
  );
  assert.equal(most, 1);
});

test('the lock of a dead holder is taken over, that of a living one is not', async () => {
  const file = join(folder, 'services.lock');
  const self = identify(process.pid)!;
  writeFileSync(file, JSON.stringify({ ...self, startTicks: self.startTicks - 1 }));
  assert.equal(await withServiceLock(folder, async () => 'done'), 'done');
  writeFileSync(file, JSON.stringify(self));
  await assert.rejects(
    withServiceLock(folder, async () => 'done', { patienceMs: 1 }),
    new RegExp(`process ${process.pid}`),
  );
  rmSync(file);
});

test('a failed action gives the lock back', async () => {
  await assert.rejects(
    withServiceLock(folder, async () => {
      throw new Error('broken');
    }),
    /broken/,
  );
  assert.equal(await withServiceLock(folder, async () => 'done', { patienceMs: 1 }), 'done');
});
