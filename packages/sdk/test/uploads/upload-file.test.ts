import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Sandbox, SandboxError, UploadExpiredError, type UploadProgress } from '../../src/index.ts';
import { failure, json, startApiServer } from '../support/api-server.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { uploadServer } from '../support/upload-server.ts';

const text = Array.from({ length: 25 }, (_, number) => String(number)).join(' ');
const digest = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');

async function connect(context: TestContext, partSize?: number) {
  const { state, respond } = uploadServer(partSize);
  const api = await startApiServer(context, respond);
  const { files } = await Sandbox.connect('sb_1', api.connection);
  api.received.length = 0;
  return { files, state, received: api.received };
}

const joined = (parts: Map<number, Buffer>) =>
  Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)).toString();

describe('an upload', () => {
  test('of little goes in one request, to the name of the source', async (context) => {
    const { files, state, received } = await connect(context);
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'ü.txt'), text);
    const progress: UploadProgress[] = [];
    const result = await files.upload(join(folder, 'ü.txt'), undefined, {
      user: 'user',
      onProgress: (now) => progress.push(now),
    });
    assert.equal(state.direct?.toString(), text);
    assert.equal(received[0]!.path, '/v1/sandboxes/sb_1/file?path=%C3%BC.txt&user=user');
    assert.deepEqual(result, {
      kind: 'file',
      path: '/workspace/direct',
      bytes: text.length,
      files: 1,
      transport: 'direct',
      resumed: false,
      uploadId: undefined,
    });
    assert.deepEqual(progress.at(-1), {
      phase: 'completed',
      bytesDone: text.length,
      bytesTotal: text.length,
      uploadId: undefined,
    });
  });

  test('takes bytes, Blobs, streams and iterables, and a folder as destination', async (context) => {
    const { files, state, received } = await connect(context);
    async function* pieces() {
      yield new TextEncoder().encode(text);
    }
    const named = new File([text], 'b.txt');
    for (const source of [new TextEncoder().encode(text), new Blob([text]).stream(), pieces()]) {
      await files.upload(source, '/a');
      assert.equal(state.direct?.toString(), text);
    }
    await files.upload(named, '/data/');
    assert.match(received.at(-2)!.path, /path=%2Fdata%2Fb\.txt$/);
    await assert.rejects(files.upload(new Blob([text])), { code: 'invalid_request' });
    await assert.rejects(files.upload(new Blob([text]), '/data/'), { code: 'invalid_request' });
    await assert.rejects(files.upload('/no/such/file', '/a'), { code: 'invalid_request' });
    await assert.rejects(files.upload(7 as never, '/a'), { code: 'invalid_request' });
  });

  test('in parts has a checksum for each and for all, a few at once', async (context) => {
    const { files, state, received } = await connect(context);
    let atOnce = 0;
    let most = 0;
    state.intercept = (number, response) => {
      most = Math.max(most, ++atOnce);
      setTimeout(() => {
        atOnce--;
        state.parts.set(number, received.find(({ path }) => path.endsWith(`/parts/${number}`))!.raw);
        json(response, 200, state.session);
      }, 5);
      return true;
    };
    const result = await files.upload(new Blob([text]), 'a', { resumable: true, concurrency: 3 });
    assert.equal(joined(state.parts), text);
    assert.equal(state.checksum, digest(text));
    assert.ok(most <= 3, `${most} at once`);
    assert.equal(result.path, '/workspace/a');
    assert.equal(result.uploadId, 'up_1');
    const create = received.find(({ path }) => path.endsWith('/uploads'))!;
    assert.ok(create.headers['idempotency-key']);
    assert.deepEqual(create.body, {
      kind: 'file',
      source_kind: 'restartable_file',
      target_path: 'a',
      content_length: text.length,
      conflict: 'merge',
      archive_format: null,
      checksum_algorithm: 'sha256',
      whole_checksum_sha256: null,
      metadata: {},
    });
    for (const part of received.filter(({ path }) => path.includes('/parts/')))
      assert.equal(part.headers['x-nullspace-part-sha256'], digest(part.raw));
  });

  test('above 8 MiB goes in parts by itself; a stream is spooled when that is asked for', async (context) => {
    const { files, state } = await connect(context, 8 * 1024 * 1024);
    const large = Buffer.alloc(8 * 1024 * 1024 + 1, 'x');
    assert.equal((await files.upload(large, 'a')).transport, 'resumable');
    assert.equal(state.checksum, digest(large));
    state.parts.clear();
    const stream = new Blob([text]).stream();
    assert.equal((await files.upload(stream, 'a', { resumable: true })).transport, 'resumable');
    assert.equal(joined(state.parts), text);
    assert.equal(state.session.source_kind, 'spooled_stream');
  });

  test('of nothing is complete without a part', async (context) => {
    const { files, state } = await connect(context);
    await files.upload(new Blob([]), 'a', { resumable: true });
    assert.equal(state.parts.size, 0);
    assert.equal(state.checksum, digest(''));
  });

  test('sends a part again that was lost, damaged or not taken', async (context) => {
    const { files, state } = await connect(context);
    const failures = [
      (response: Parameters<typeof state.intercept>[1]) => response.destroy(),
      (response: Parameters<typeof state.intercept>[1]) => json(response, 503, failure('host_unavailable')),
      (response: Parameters<typeof state.intercept>[1]) =>
        json(response, 422, {
          ...failure('file_upload_error'),
          error_detail: { reason: 'invalid_part_checksum', message: 'x', retryable: true },
        }),
    ];
    state.intercept = (number, response) => {
      const fail = number === 1 ? failures.shift() : undefined;
      fail?.(response);
      return fail !== undefined;
    };
    const phases = new Set<string>();
    await files.upload(new Blob([text]), 'a', {
      resumable: true,
      onProgress: ({ phase }) => phases.add(phase),
    });
    assert.equal(joined(state.parts), text);
    assert.ok(phases.has('retrying'));
  });

  test('that breaks off names its session, and is resumed from the first missing part', async (context) => {
    const { files, state, received } = await connect(context);
    state.intercept = (number, response) => {
      if (number !== 3) return false;
      json(response, 403, failure('permission_denied'));
      return true;
    };
    let uploadId = '';
    // One at a time, so that none is still on its way when it is resumed.
    const options = { resumable: true, concurrency: 1 } as const;
    await assert.rejects(files.upload(new Blob([text]), 'a', options), (error: unknown) => {
      assert.ok(error instanceof SandboxError);
      uploadId = String(error.details?.upload_id);
      return error.code === 'permission_denied';
    });
    assert.equal(uploadId, 'up_1');
    state.intercept = () => false;
    state.session = { ...state.session, next_part: 3, status: 'uploading' };
    received.length = 0;
    const result = await files.resumeUpload(uploadId, new Blob([text]));
    assert.equal(result.resumed, true);
    assert.equal(state.checksum, digest(text));
    assert.ok(!received.some(({ path }) => /parts\/[012]$/.test(path)));
    await assert.rejects(files.resumeUpload(uploadId, new Blob([`${text}!`])), { code: 'invalid_request' });
    state.session = { ...state.session, status: 'expired' };
    await assert.rejects(files.resumeUpload(uploadId, new Blob([text])), UploadExpiredError);
  });

  test('ends with its signal, and with an error of its progress callback', async (context) => {
    const { files, state } = await connect(context);
    const controller = new AbortController();
    state.intercept = () => {
      controller.abort(new Error('enough'));
      return true;
    };
    const options = { resumable: true, signal: controller.signal } as const;
    await assert.rejects(files.upload(new Blob([text]), 'a', options), /enough/);
    state.intercept = () => false;
    const onProgress = () => {
      throw new Error('no more');
    };
    await assert.rejects(files.upload(new Blob([text]), 'a', { resumable: true, onProgress }), /no more/);
  });

  test('of a local directory is never taken for a file', async (context) => {
    const { files, state } = await connect(context);
    const folder = temporaryFolder(context);
    mkdirSync(join(folder, 'sub'));
    const result = await files.upload(folder, 'd');
    assert.equal(result.kind, 'directory');
    assert.equal(state.session.kind, 'directory_tar');
    await assert.rejects(files.upload(folder, 'd', { resumable: false }), { code: 'invalid_request' });
  });
});
