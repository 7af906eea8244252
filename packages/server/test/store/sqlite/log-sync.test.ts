import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { LogSync } from '../../../src/store/sqlite/log-sync.ts';

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-log-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('calls that come while the disk works share the next turn, and none is told by one that had begun', async (t) => {
  const path = join(await makeFolder(t), 'db');
  await writeFile(`${path}-wal`, 'x');
  const log = new LogSync(path);
  const told: string[] = [];
  const first = log.sync();
  void first.then(() => told.push('first'));
  // The turn of the first one has begun.
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  const later = [log.sync(), log.sync(), log.sync()];
  assert.notEqual(later[0], first);
  assert.deepEqual(new Set(later).size, 1);
  void later[0]!.then(() => told.push('later'));
  await Promise.all(later);
  assert.deepEqual(told, ['first', 'later']);
  await log.close();
});

test('a turn that failed is told to who asked for it, and the next one tries again', async (t) => {
  const path = join(await makeFolder(t), 'db');
  const log = new LogSync(path);
  await assert.rejects(log.sync(), { code: 'ENOENT' });
  await writeFile(`${path}-wal`, 'x');
  await log.sync();
  await log.close();
});
