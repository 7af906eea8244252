import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../fixtures/until.ts';

const run = promisify(execFile);
const bin = resolve(import.meta.dirname, '../../bin');

describe('server and admin as processes', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'nullspace-bin-'));
  const env = {
    ...process.env,
    NULLSPACE_DATA_DIR: dataDir,
    NULLSPACE_PORT: '0',
    NULLSPACE_METRICS_PORT: '0',
  };
  let child: ChildProcess;
  let ready: { url: string; metrics_url: string };
  before(async () => {
    child = spawn(process.execPath, [join(bin, 'server.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout! })) {
      const entry = JSON.parse(line);
      if (entry.msg === 'ready') {
        ready = entry;
        break;
      }
    }
    child.stdout!.resume();
  });
  after(() => {
    child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  const admin = (...args: string[]) => run(process.execPath, [join(bin, 'admin.ts'), ...args], { env });
  const status = async (key: string) =>
    (await fetch(`${ready.url}/v1/sandboxes`, { headers: { authorization: `Bearer ${key}` } })).status;

  test('keys are made, listed and revoked while the server runs', async () => {
    const made = JSON.parse((await admin('keys', 'create', '--name', 'ci', '--json')).stdout);
    assert.match(made.key, /^ns_live_/);
    assert.equal(made.tenant, 'default');
    assert.equal(await status(made.key), 200);
    const { stdout } = await admin('keys', 'list', '--json');
    const [listed] = JSON.parse(stdout);
    assert.equal(listed.id, made.id);
    assert.equal(stdout.includes(made.key), false);
    assert.ok(JSON.parse((await admin('keys', 'revoke', made.id, '--json')).stdout).revoked_at);
    await until(async () => (await status(made.key)) === 401);
  });

  for (const args of [
    ['keys'],
    ['keys', 'make'],
    ['keys', 'create', '--tenant', 'a\nb'],
    ['keys', 'revoke', 'key_no'],
  ]) {
    test(`${JSON.stringify(args)} is refused`, async () => {
      await assert.rejects(admin(...args), (error: { code: number; stderr: string }) => {
        assert.ok(error.code === 1 || error.code === 2);
        assert.ok(error.stderr.length > 10 && !error.stderr.includes('    at '), error.stderr);
        return true;
      });
    });
  }

  test('a wrong setting is named and the process does not start', async () => {
    await assert.rejects(
      run(process.execPath, [join(bin, 'server.js'), '--port', 'x'], { env }),
      (error: { code: number; stderr: string }) => error.code === 2 && error.stderr.includes('--port'),
    );
  });

  test('SIGTERM ends it cleanly', async () => {
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});
