import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const program = join(import.meta.dirname, '../../bin/server.js');

test('the server keeps its own code in its compile cache, and no library', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-compiled-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: '',
    NULLSPACE_COMPILE_CACHE: folder,
    NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
  };
  const start = () => {
    const options = { encoding: 'utf8', env, maxBuffer: 2 ** 26 } as const;
    const { status, stderr } = spawnSync(process.execPath, [program, 'compile'], options);
    assert.equal(status, 0, stderr);
    return stderr;
  };
  start();
  // What Node says of its cache: a line for each file that it looks for.
  const read = start()
    .split('\n')
    .filter((line) => line.includes(' reading cache from '));
  const own = read.filter((line) => line.includes('/packages/server/src/start-server.ts'));
  assert.ok(own.length > 0 && own.every((line) => line.includes('success')), own.join('\n'));
  assert.deepEqual(
    read.filter((line) => line.includes('/node_modules/')),
    [],
  );
});
