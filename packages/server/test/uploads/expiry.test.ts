import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { limits } from '@nullspace/contract';
import type { Context } from '../../src/context.ts';
import type { Store } from '../../src/store/store.ts';
import { Staging } from '../../src/uploads/staging.ts';
import { sweepUploads } from '../../src/uploads/sweep-uploads.ts';
import { Uploads } from '../../src/uploads/uploads.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { UploadClient } from '../fixtures/upload-client.ts';

const KEEP_MS = limits.upload_keep_secs * 1000;

describe('uploads that nobody goes on with', () => {
  let server: TestServer;
  let client: UploadClient;
  before(async () => {
    server = await startTestServer();
    client = new UploadClient(server, await server.createSandbox());
  });
  after(() => server.close());

  const sweep = (now: number) => {
    const staging = new Staging(join(server.dataDir, 'server', 'uploads'));
    const context = { store: server.store as Store } as Context;
    return sweepUploads(new Uploads(context, staging), now);
  };

  test('expire after 24 hours, counted from their last part', async () => {
    const upload = await client.open({ content_length: 3 });
    const { body: created } = await client.read(upload);
    assert.equal(Date.parse(created.expires_at) - Date.parse(created.created_at), KEEP_MS);
    const { body: part } = await client.part(upload, 0, Buffer.from('abc'));
    assert.ok(Date.parse(part.expires_at) > Date.parse(created.expires_at));
    await sweep(Date.parse(part.expires_at) - 1);
    assert.equal((await client.read(upload)).body.status, 'staged');
    await sweep(Date.parse(part.expires_at));
    assert.equal((await client.read(upload)).body.status, 'expired');
    expectError(await client.complete(upload), 'upload_expired');
    expectError(await client.part(upload, 0, Buffer.from('abc')), 'upload_expired');
  });

  test('leave nothing on the disk, and neither do unknown ones', async () => {
    const folder = join(server.dataDir, 'server', 'uploads');
    const upload = await client.open({ content_length: 3 });
    await client.part(upload, 0, Buffer.from('abc'));
    mkdirSync(join(folder, 'up_unknown'));
    await sweep(Date.now());
    assert.ok(existsSync(join(folder, upload)));
    assert.ok(!existsSync(join(folder, 'up_unknown')));
    await sweep(Date.now() + 2 * KEEP_MS);
    assert.ok(!existsSync(join(folder, upload)));
  });

  test('are forgotten a week after their end', async () => {
    const upload = await client.open({ content_length: 0 });
    await client.abort(upload);
    await sweep(Date.now() + 8 * KEEP_MS);
    expectError(await client.read(upload), 'upload_not_found');
  });
});

test('a part appears whole or not at all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-staging-'));
  try {
    const staging = new Staging(folder);
    async function* broken() {
      yield Buffer.from('ab');
      throw new Error('cut off');
    }
    const expected = { size: 3, sha256: undefined };
    await assert.rejects(staging.receive('up_1', Readable.from(broken()), expected), /cut off/);
    assert.equal((await staging.list('up_1')).size, 0);
    const received = await staging.receive('up_1', Readable.from([Buffer.from('abc')]), expected);
    assert.equal((await staging.list('up_1')).size, 0);
    await received.keepAs(4);
    assert.deepEqual([...(await staging.list('up_1')).keys()], [4]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
