import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LockedError, lockFile } from '../../src/process/lock.ts';

const module = new URL('../../src/process/lock.ts', import.meta.url).href;

test('a lock keeps others out until it is given back or its process dies', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'lock');
  const lock = await lockFile(path, { wait: false });
  await assert.rejects(lockFile(path, { wait: false }), LockedError);
  lock[Symbol.dispose]();
  const script = `import { lockFile } from ${JSON.stringify(module)};
    globalThis.lock = await lockFile(${JSON.stringify(path)}, { wait: false });
    console.log('locked'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  await assert.rejects(lockFile(path, { wait: false }), LockedError);
  const waiting = lockFile(path, { wait: true });
  holder.kill('SIGKILL');
  (await waiting)[Symbol.dispose]();
});
