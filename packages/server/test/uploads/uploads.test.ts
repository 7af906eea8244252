import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { limits } from '@nullspace/contract';
import { host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { type Answer, startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';
import { sha256, UploadClient } from '../fixtures/upload-client.ts';

const PART = limits.upload_part_bytes;

describe('uploads', () => {
  let server: TestServer;
  let id: string;
  let client: UploadClient;
  before(async () => {
    server = await startTestServer({ sandbox_max_staging_mb: 64, max_staging_mb: 81 });
    id = await server.createSandbox();
    client = new UploadClient(server, id);
  });
  after(() => server.close());

  const three = Buffer.alloc(2 * PART + 5).map((_, index) => (index * 7) % 251);
  const partOf = (number: number) => three.subarray(number * PART, (number + 1) * PART);
  const written = (path: string, sandboxId = id) => server.host.guestOf(sandboxId).files.contents.get(path);
  const reasonOf = ({ body }: Answer) => body.error.error_detail?.reason;
  const staged = (upload: string) => join(server.dataDir, 'server', 'uploads', upload);

  test('are described by a closed object from their beginning to their end', async () => {
    const created = await client.create({ target_path: 'a', content_length: 3 });
    const { session } = created.body;
    assert.match(session.upload_id, /^up_[a-z0-9]{20}$/);
    const { upload_id: upload } = session;
    assert.deepEqual(Object.keys(session).sort(), [
      'accepted_bytes',
      'archive_format',
      'checksum_algorithm',
      'conflict',
      'content_length',
      'created_at',
      'expires_at',
      'kind',
      'limits',
      'max_concurrency',
      'next_part',
      'part_count',
      'part_size',
      'reserved_staging_bytes',
      'source_kind',
      'status',
      'target_path',
      'updated_at',
      'upload_id',
      'user',
      'whole_checksum_sha256',
    ]);
    assert.deepEqual([session.status, session.next_part, session.part_count], ['created', 0, 1]);
    const part = (await client.part(upload, 0, Buffer.from('abc'))).body;
    assert.deepEqual([part.status, part.next_part, part.accepted_bytes], ['staged', null, 3]);
    const done = (await client.complete(upload)).body;
    assert.deepEqual(
      [done.session.status, done.published_bytes, done.published_file_count],
      ['completed', 3, 1],
    );
    assert.deepEqual([done.session.reserved_staging_bytes, done.session.accepted_bytes], [0, 3]);
    assert.equal(String(written('/workspace/a')), 'abc');
    assert.ok(!existsSync(staged(upload)));
    assert.deepEqual((await client.complete(upload)).body, done);
    assert.equal((await client.read(upload)).body.status, 'completed');
    expectError(await client.part(upload, 0, Buffer.from('abc')), 'upload_completed');
    expectError(await client.abort(upload), 'upload_completed');
  });

  test('take parts in any order, at once and again', async () => {
    const upload = await client.open({
      target_path: '/big',
      content_length: three.length,
      whole_checksum_sha256: sha256(three),
    });
    const [last, first] = await Promise.all([
      client.part(upload, 2, partOf(2)),
      client.part(upload, 0, partOf(0)),
      client.part(upload, 0, partOf(0)),
    ]);
    assert.deepEqual([last.status, first.status], [200, 200]);
    const { body } = await client.read(upload);
    assert.deepEqual([body.status, body.next_part, body.accepted_bytes], ['uploading', 1, PART + 5]);
    const early = await client.complete(upload);
    expectError(early, 'upload_missing_parts', [/first that is missing is 1/]);
    assert.deepEqual(early.body.error.error_detail.part_number, 1);
    await client.part(upload, 1, partOf(1));
    assert.equal((await client.part(upload, 2, partOf(2))).status, 200);
    assert.equal((await client.complete(upload, { whole_checksum_sha256: sha256(three) })).status, 200);
    assert.deepEqual(written('/big'), three);
  });

  test('refuse parts that are not what they must be, and keep what had arrived', async () => {
    const upload = await client.open({ target_path: '/x', content_length: PART + 1 });
    await client.part(upload, 1, Buffer.from('y'));
    const wrong = await client.part(upload, 1, Buffer.from('z'), sha256(Buffer.from('y')));
    expectError(wrong, 'upload_part_checksum', [/Part 1/]);
    const { request_id: _, details: __, ...detail } = wrong.body.error.error_detail;
    assert.deepEqual(detail, {
      reason: 'invalid_part_checksum',
      message: wrong.body.error.message,
      retryable: true,
      upload_id: upload,
      path: '/x',
      part_number: 1,
    });
    expectError(await client.part(upload, 0, Buffer.from('short')), 'upload_part_size');
    expectError(await client.part(upload, 1, Buffer.from('too long')), 'upload_part_size');
    expectError(await client.part(upload, 2, Buffer.from('y')), 'upload_part_range');
    expectError(await client.part(upload, 'x', Buffer.from('y')), 'invalid_request');
    expectError(await client.part(upload, 1, Buffer.from('y'), 'ABC'), 'invalid_request');
    assert.equal((await client.read(upload)).body.accepted_bytes, 1);
    assert.deepEqual(readdirSync(staged(upload)).length, 1);
    expectError(await client.part('up_unknown', 0, Buffer.from('y')), 'upload_not_found');
    assert.equal((await client.abort(upload)).status, 204);
    assert.equal((await client.abort(upload)).status, 204);
    assert.equal((await client.read(upload)).body.status, 'aborted');
    expectError(await client.part(upload, 1, Buffer.from('y')), 'upload_aborted');
    expectError(await client.complete(upload), 'upload_aborted');
  });

  test('whose whole is not what was announced leave the target as it was', async () => {
    server.host.guestOf(id).files.contents.set('/kept', Buffer.from('old'));
    const upload = await client.open({ target_path: '/kept', content_length: 3 });
    await client.part(upload, 0, Buffer.from('new'));
    const answer = await client.complete(upload, { whole_checksum_sha256: sha256(Buffer.from('other')) });
    expectError(answer, 'upload_whole_checksum');
    assert.equal(String(written('/kept')), 'old');
    assert.equal((await client.read(upload)).body.status, 'failed');
    const named = await client.open({
      target_path: '/kept',
      content_length: 3,
      whole_checksum_sha256: sha256(three),
    });
    await client.part(named, 0, Buffer.from('new'));
    const other = await client.complete(named, { whole_checksum_sha256: sha256(Buffer.from('new')) });
    expectError(other, 'invalid_request', [/whole_checksum_sha256/]);
  });

  test('a part that was damaged on the disk is missing again', async () => {
    const upload = await client.open({ target_path: '/healed', content_length: 3 });
    await client.part(upload, 0, Buffer.from('abc'));
    writeFileSync(join(staged(upload), readdirSync(staged(upload))[0]!), 'abX');
    expectError(await client.complete(upload), 'upload_missing_parts');
    assert.equal(written('/healed'), undefined);
    await client.part(upload, 0, Buffer.from('abc'));
    assert.equal((await client.complete(upload)).status, 200);
    assert.equal(String(written('/healed')), 'abc');
  });

  test('go on after a restart of the server', async () => {
    const upload = await client.open({ target_path: '/resumed', content_length: PART + 1 });
    await client.part(upload, 0, partOf(0));
    await server.restart();
    const { body } = await client.read(upload);
    assert.deepEqual([body.next_part, body.accepted_bytes], [1, PART]);
    await client.part(upload, 1, Buffer.from('z'));
    assert.equal((await client.complete(upload)).status, 200);
    assert.equal(written('/resumed')?.length, PART + 1);
  });

  test('are opened once for one idempotency key', async () => {
    const key = { 'idempotency-key': 'k1' };
    const body = { target_path: '/once', content_length: 1 };
    const first = await client.create(body, key);
    const again = await client.create(body, key);
    assert.equal(again.body.session.upload_id, first.body.session.upload_id);
    expectError(await client.create({ ...body, content_length: 2 }, key), 'idempotency_conflict');
    await client.abort(first.body.session.upload_id);
  });

  test('of nothing make an empty file', async () => {
    const upload = await client.open({ target_path: '/empty', content_length: 0 });
    assert.equal((await client.read(upload)).body.status, 'staged');
    assert.equal((await client.complete(upload)).body.published_bytes, 0);
    assert.equal(written('/empty')?.length, 0);
  });

  test('that must not replace are refused at their beginning and at their end', async () => {
    const body = { target_path: '/taken', content_length: 3, conflict: 'error' };
    const upload = await client.open(body);
    await client.part(upload, 0, Buffer.from('abc'));
    server.host.guestOf(id).files.contents.set('/taken', Buffer.from('mine'));
    expectError(await client.create(body), 'upload_target_conflict');
    const refused = await client.complete(upload);
    expectError(refused, 'upload_target_conflict');
    assert.equal(reasonOf(refused), 'target_conflict');
    assert.equal(String(written('/taken')), 'mine');
    server.host.guestOf(id).files.contents.delete('/taken');
    assert.equal((await client.complete(upload)).status, 200);
    expectError(await client.create({ target_path: '/workspace', content_length: 1 }), 'invalid_request');
  });

  test('of one path publish one whole file after the other', async () => {
    const [a, b] = await Promise.all(
      ['aaa', 'bbb'].map(async (text) => {
        const upload = await client.open({ target_path: '/both', content_length: 3 });
        await client.part(upload, 0, Buffer.from(text));
        return upload;
      }),
    );
    const answers = await Promise.all([client.complete(a!), client.complete(b!), client.complete(a!)]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.match(String(written('/both')), /^(aaa|bbb)$/);
  });

  test('into a full sandbox are open until there is room', async () => {
    const upload = await client.open({ target_path: '/full/x', content_length: 3 });
    await client.part(upload, 0, Buffer.from('abc'));
    expectError(await client.complete(upload), 'sandbox_disk_full');
    const { body } = await client.read(upload);
    assert.deepEqual([body.status, body.accepted_bytes], ['staged', 3]);
    await client.abort(upload);
  });

  for (const [code, reason] of [
    ['archive_invalid_path', 'directory_extract_invalid_path'],
    ['archive_invalid_link', 'directory_extract_invalid_symlink'],
    ['archive_unsupported_entry', 'directory_extract_unsupported_entry'],
    ['archive_invalid', 'directory_extract_unsupported_entry'],
    ['archive_too_large', 'directory_extract_unsupported_entry'],
  ]) {
    test(`of an archive with ${code} fail with ${reason}`, async () => {
      const bytes = Buffer.from(`refuse:${code}:`);
      const archive = { kind: 'directory_tar', source_kind: 'directory_archive', archive_format: 'tar' };
      const upload = await client.open({ ...archive, target_path: '/dir', content_length: bytes.length });
      await client.part(upload, 0, bytes);
      const answer = await client.complete(upload);
      assert.equal(answer.status, 422, answer.text);
      assert.equal(reasonOf(answer), reason);
      assert.equal((await client.read(upload)).body.status, 'failed');
    });
  }

  test('beyond what may be set aside are refused, and their room comes back', async () => {
    const size = 40 * 1024 * 1024;
    const large = await client.create({ content_length: 64 * 1024 * 1024 + 1 });
    expectError(large, 'upload_too_large', [/67108864/]);
    const first = await client.open({ content_length: size });
    const second = await client.create({ content_length: size });
    expectError(second, 'upload_staging_full', [/this sandbox/]);
    const neighbour = new UploadClient(server, await server.createSandbox());
    const other = await neighbour.open({ content_length: size });
    const third = new UploadClient(server, await server.createSandbox());
    expectError(await third.create({ content_length: size }), 'upload_staging_full', [/all sandboxes/]);
    await client.abort(first);
    assert.equal((await third.create({ content_length: size })).status, 201);
    await neighbour.abort(other);
  });

  test('of an ended sandbox and of another tenant are not found', async () => {
    const doomed = await server.createSandbox();
    const own = new UploadClient(server, doomed);
    const upload = await own.open({ content_length: 3 });
    await own.part(upload, 0, Buffer.from('abc'));
    const stranger = { key: await server.makeKey('second') };
    const foreign = await server.call('GET', `${own.base}/${upload}`, undefined, stranger);
    expectError(foreign, 'sandbox_not_found');
    expectError(await client.read(upload), 'upload_not_found');
    server.host.end(doomed, { state: host.State.DESTROYED, reason: 'manual' });
    await server.restart();
    expectError(await own.read(upload), 'sandbox_not_found');
    await until(() => !existsSync(staged(upload)));
  });

  test('wait for the resume of a paused sandbox', async () => {
    const paused = await server.createSandbox();
    const before = new UploadClient(server, paused);
    const upload = await before.open({ target_path: '/late', content_length: 3 });
    const { body } = await server.call('POST', `/v1/sandboxes/${paused}/hibernate`);
    assert.equal((await before.part(upload, 0, Buffer.from('abc'))).status, 200);
    expectError(await before.complete(upload), 'sandbox_paused');
    const resumed = await server.call('POST', `/v1/sandboxes/${body.id}/resume`);
    const later = new UploadClient(server, resumed.body.id);
    const completed = await later.complete(upload);
    assert.equal(completed.status, 200, completed.text);
    assert.equal(String(written('/late', resumed.body.id)), 'abc');
  });
});
