import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { limits } from '@nullspace/contract';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { waitForBuild } from './fixtures.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const base = '/v1/templates';

describe('the context of a build', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ tenant_max_context_mb: 1 });
  });
  after(() => server.close());

  const fileOf = (text: string, path = 'a.txt') => ({
    ...{ path, entry_type: 'file', sha256: sha256(text), size_bytes: text.length },
  });
  const preflight = async (files: object[], key = server.key) =>
    server.call('POST', `${base}/blobs/preflight`, { files }, { key });
  const put = (id: string, content: string, key = server.key) => {
    const headers = { 'content-type': 'application/octet-stream' };
    return server.call('PUT', `${base}/blobs/${id}`, content, { headers, key });
  };
  const build = (files: object[], key = server.key) =>
    server.call(
      'POST',
      `${base}/builds`,
      { name: 'n', base_image: 'base', steps: [], build_context: { files } },
      { key },
    );
  const left = () => {
    const folder = join(server.dataDir, 'server/blobs');
    const tenants = existsSync(folder) ? readdirSync(folder) : [];
    return tenants.flatMap((tenant) => readdirSync(join(folder, tenant)));
  };

  test('takes no content but the one that its digest names, and keeps nothing of another', async () => {
    const [file] = (await preflight([fileOf('right')])).body.files;
    assert.equal(file.missing, true);
    for (const [id, content] of [
      [file.blob_id, 'wrong'],
      [file.blob_id, ''],
      ['blob_of-nobody', 'right'],
    ]) {
      const refused = await put(id, content);
      expectError(refused, 'blob_mismatch');
      assert.equal(refused.status, 422);
    }
    assert.deepEqual(left(), []);
    assert.equal((await preflight([fileOf('right')])).body.files[0].missing, true);
    assert.equal((await put(file.blob_id, 'right')).status, 204);
    assert.equal((await preflight([fileOf('right')])).body.files[0].missing, false);
    assert.deepEqual(left(), [file.blob_id]);
  });

  test('of one tenant is not there for another, who may know its digest', async () => {
    const [file] = (await preflight([fileOf('mine')])).body.files;
    await put(file.blob_id, 'mine');
    const key = await server.makeKey('second');
    assert.equal((await preflight([fileOf('mine')], key)).body.files[0].missing, true);
    const entry = { path: 'a.txt', entry_type: 'file', blob_id: file.blob_id };
    const refused = await build([entry], key);
    expectError(refused, 'build_error');
    assert.equal(refused.body.error.details.reason, 'missing_blob');
  });

  test('is refused before anything is made when it leads out of its folder or has no content', async () => {
    const blob_id = `blob_${sha256('right')}`;
    const before = [...server.host.calls];
    for (const entry of [
      ...['/etc/passwd', '../up', 'a/../../up', 'a\0b'].map((path) => ({ path, blob_id })),
      { path: 'nothing' },
      // What published clients send when the preflight failed.
      { path: 'private', _local_path: '/etc/passwd', _size_bytes: 1, _sha256: sha256('x') },
    ]) {
      const refused = await build([{ entry_type: 'file', ...entry }]);
      assert.equal(refused.status, 400, refused.text);
      expectError(refused, 'invalid_request');
    }
    assert.deepEqual(server.host.calls, before);
    expectError(await server.call('GET', `${base}/refs/n/builds`), 'template_not_found');
  });

  test('is counted by what was sent for the build and what was there', async () => {
    const send = async (files: object[]) => {
      const { body } = await preflight(files);
      for (const { blob_id, missing, path } of body.files) if (missing) await put(blob_id, path.slice(1));
      const entries = body.files.map(({ path, blob_id }: Record<string, string>) => ({
        ...{ path, entry_type: 'file', blob_id },
      }));
      const started = await build([...entries, { path: 'folder', entry_type: 'dir' }]);
      const { cache_summary } = await waitForBuild(server, started.body.build_id);
      const { file_blob_hits, file_blob_misses, file_blob_bypasses, file_blob_stores } = cache_summary!;
      return [file_blob_hits, file_blob_misses, file_blob_bypasses, file_blob_stores];
    };
    // The content of each is its name after the first letter, so that two have the same.
    const [one, same, other, third] = ['aone', 'bone', 'aother', 'athird'].map((path) =>
      fileOf(path.slice(1), path),
    );
    assert.deepEqual(await send([one!, same!, other!]), [0, 2, 0, 2]);
    assert.deepEqual(await send([one!, same!, third!]), [1, 1, 0, 1]);
    assert.deepEqual(await send([one!, { ...other!, force_upload: true }]), [1, 0, 1, 1]);
  });

  test('may have a hundred thousand files, and no more entries than its bound', async () => {
    const text = 'the same everywhere';
    const many = Array.from({ length: 100_000 }, (_, index) => fileOf(text, `d${index % 100}/f${index}`));
    const answer = await preflight(many);
    assert.equal(answer.status, 200, answer.text.slice(0, 500));
    assert.equal(answer.body.files.length, many.length);
    const { blob_id } = answer.body.files[0];
    assert.equal((await put(blob_id, text)).status, 204);
    const files = many.map(({ path }) => ({ path, entry_type: 'file', blob_id }));
    const planned = await server.call('POST', `${base}/plan`, {
      base_image: 'base',
      steps: [{ action: 'copy', sources: ['d7'], dst: '/srv' }],
      build_context: { files },
    });
    assert.equal(planned.body.context_manifest.file_count, 100_000);
    const over = Array.from({ length: limits.context_entries + 1 }, (_, index) => ({
      ...{ path: `${index}`, entry_type: 'dir' },
    }));
    for (const refused of [await preflight(over), await build(over)]) {
      expectError(refused, 'invalid_request', [/files/, new RegExp(String(limits.context_entries))]);
      assert.equal(refused.status, 400);
    }
  });

  test('takes no more disk than the tenant may use', async () => {
    const text = 'x'.repeat(2 * 1024 * 1024);
    const before = left();
    const [file] = (await preflight([fileOf(text)])).body.files;
    const refused = await put(file.blob_id, text);
    expectError(refused, 'quota_exceeded', [/1048576/]);
    assert.deepEqual(left(), before);
  });
});
