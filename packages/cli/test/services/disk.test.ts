import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { host } from '@nullspace/proto';
import { runCli } from '../support/run.ts';

const asRoot = { skip: process.getuid?.() !== 0 && 'needs root' };

async function serveHost(t: TestContext): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'nullspace-disk-'));
  mkdirSync(join(dataDir, 'run'));
  const uses = [
    { kind: 'image', id: 'sha256-aa', bytes: 3n * 1024n * 1024n },
    { kind: 'snapshot', id: 'snap_1', bytes: 512n * 1024n },
  ];
  const describeDisk = () => ({ freeBytes: 1024n ** 3n, totalBytes: 2n * 1024n ** 3n, uses });
  const server = createServer(
    connectNodeAdapter({ routes: (router) => router.service(host.HostService, { describeDisk }) }),
  );
  server.listen(join(dataDir, 'run/host.sock'));
  await once(server, 'listening');
  t.after(() => {
    server.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return dataDir;
}

test('what uses the disk is a table, and an object for programs', asRoot, async (t) => {
  const dataDir = await serveHost(t);
  const table = await runCli(['host', 'df', '--data-dir', dataDir]);
  assert.equal(table.code, 0);
  assert.match(table.stdout, /snapshot │ snap_1 +│ 0\.5 MiB/);
  assert.match(table.stdout, /1024\.0 MiB of 2048\.0 MiB free/);
  const json = await runCli(['host', 'df', '--data-dir', dataDir, '--json']);
  assert.deepEqual(JSON.parse(json.stdout), {
    free_bytes: 1024 ** 3,
    total_bytes: 2 * 1024 ** 3,
    uses: [
      { kind: 'image', id: 'sha256-aa', bytes: 3 * 1024 * 1024 },
      { kind: 'snapshot', id: 'snap_1', bytes: 512 * 1024 },
    ],
  });
});

test('a host that is away is named', asRoot, async () => {
  const { code, stderr } = await runCli(['host', 'df', '--data-dir', '/nonexistent/nullspace']);
  assert.notEqual(code, 0);
  assert.match(stderr, /does not answer on \/nonexistent\/nullspace\/run\/host\.sock/);
});
