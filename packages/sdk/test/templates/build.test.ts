import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  AuthError,
  BuildError,
  type BuildLogEntry,
  NotFoundError,
  Template,
  TemplateBuild,
} from '../../src/index.ts';
import {
  always,
  failure,
  inTurn,
  json,
  type Received,
  type Respond,
  startApiServer,
} from '../support/api-server.ts';
import { buildRecord, contextFolder, logEntry, sendLog, templateRecord } from '../support/templates.ts';

const detail = {
  code: 'build_error',
  message: 'step 2 exited with 3',
  phase: 'build_step',
  retryable: false,
  suggested_action: 'Correct the command.',
  step_index: 2,
  details: { reason: 'build_step_nonzero_exit' },
};
const state = (status: string, entries: object[] = [], next = 0, changes: object = {}) => ({
  build: buildRecord({ status, ...changes }),
  entries,
  next_offset: next,
});
const log =
  (...entries: unknown[]): Respond =>
  (_, response) =>
    sendLog(response, ...entries);
const template = () => Template.fromTemplate('base').runCmd('true');
const done = logEntry(1, 'end', { result: templateRecord });

/** Answers a preflight; contents of four bytes are missing. */
function preflight({ body }: Received) {
  const { files } = body as {
    files: { path: string; entry_type: string; sha256: string; size_bytes: number }[];
  };
  return {
    files: files.map(({ path, entry_type, sha256, size_bytes }) => ({
      path,
      entry_type,
      ...(sha256 ? { blob_id: `blob_${sha256.slice(0, 8)}`, missing: size_bytes === 4 } : {}),
    })),
  };
}

describe('a build', () => {
  test('is followed to its end', async (context) => {
    const start = logEntry(0, 'start', { message: 'a\u2028b' });
    const api = await startApiServer(context, inTurn(log(start, done), always(200, state('ready'))));
    const seen: BuildLogEntry[] = [];
    const build = await Template.build(template(), 'review-api:stable', {
      ...api.connection,
      tags: ['v2'],
      vcpus: 4,
      memoryMb: 1024,
      diskMb: 9000,
      internetAccess: false,
      skipCache: true,
      onLogEntry: (entry) => seen.push(entry),
    });
    assert.deepEqual([build.id, build.status, build.info.templateId], ['tb_1', 'ready', 'tmpl_1']);
    assert.deepEqual(
      seen.map(({ message }) => message),
      ['a\u2028b', 'message 1'],
    );
    assert.equal(seen[1]!.result!.runtimeDefaults.startCmd, 'serve');
    assert.deepEqual(api.received[0]!.body, {
      base_image: 'nullspace/base:latest',
      steps: [{ action: 'run', command: 'true' }],
      name: 'review-api',
      tags: ['stable', 'v2'],
      build_config: { vcpus: 4, memory_mib: 1024, disk_mb: 9000, internet_access: false },
      skip_cache: true,
    });
  });

  test('sends each content once and only when it is missing', async (context) => {
    const folder = contextFolder(context, {
      'a.txt': 'same',
      'b.txt': 'same',
      'c.txt': 'other',
      'd/e.txt': '',
    });
    const api = await startApiServer(context, (received, response) => {
      if (received.path.endsWith('/preflight')) return json(response, 200, preflight(received));
      if (received.method === 'PUT') return json(response, 204);
      if (received.method === 'POST') return sendLog(response, done);
      json(response, 200, state('ready'));
    });
    const told: number[][] = [];
    const made = Template.fromImage('a', { fileContextPath: folder })
      .copy(['a.txt', 'b.txt', 'd'], '/x/')
      .copy('c.txt', '/y', { forceUpload: true });
    await Template.build(made, 'n', {
      ...api.connection,
      onUploadProgress: (now) =>
        told.push([now.uploadedFiles, now.totalFiles, now.uploadedBytes, now.totalBytes]),
    });
    const digest = createHash('sha256').update('same').digest('hex');
    const [asked, put, sent] = api.received;
    const { files: described } = asked!.body as { files: object[] };
    assert.deepEqual(described[0], {
      path: 'builder-context/step-0/src-0/a.txt',
      entry_type: 'file',
      mode: '0644',
      sha256: digest,
      size_bytes: 4,
    });
    assert.deepEqual(
      described.map((file) => 'force_upload' in file),
      [false, false, false, false, true],
    );
    assert.deepEqual(
      [put!.method, put!.path, put!.body, put!.headers['content-length'], put!.headers['transfer-encoding']],
      ['PUT', `/v1/templates/blobs/blob_${digest.slice(0, 8)}`, 'same', '4', undefined],
    );
    assert.equal(put!.headers['content-type'], 'application/octet-stream');
    const { files } = (sent!.body as { build_context: { files: { blob_id?: string; entry_type: string }[] } })
      .build_context;
    assert.equal(files[0]!.blob_id, files[1]!.blob_id);
    assert.deepEqual(
      files.map((file) => file.blob_id === undefined),
      [false, false, true, false, false],
    );
    assert.deepEqual(told, [[1, 1, 4, 4]]);
  });

  test('does not begin when a file was refused', async (context) => {
    const folder = contextFolder(context, { 'a.txt': 'same' });
    const made = Template.fromImage('a', { fileContextPath: folder }).copy('a.txt', '/x');
    const api = await startApiServer(context, (received, response) => {
      if (received.path.endsWith('/preflight')) return json(response, 200, preflight(received));
      json(response, 422, failure('invalid_request'));
    });
    await assert.rejects(Template.build(made, 'n', api.connection), { code: 'invalid_request' });
    assert.deepEqual(
      api.received.map(({ method }) => method),
      ['POST', 'PUT'],
    );
    const other = await startApiServer(
      context,
      inTurn(always(501, failure('not_implemented')), always(200, { files: [] })),
    );
    await assert.rejects(Template.build(made, 'n', other.connection), { code: 'not_implemented' });
    await assert.rejects(Template.build(made, 'n', other.connection), /number of files/);
  });

  test('that fails says where and why', async (context) => {
    const failed = logEntry(1, 'error', { error_detail: detail });
    const other = logEntry(0, 'error', { error_detail: { ...detail, code: 'unauthorized' } });
    const api = await startApiServer(context, inTurn(log(logEntry(0), failed), log(other)));
    await assert.rejects(Template.build(template(), 'n', api.connection), (error: BuildError) => {
      assert.ok(error instanceof BuildError);
      assert.deepEqual([error.message, error.suggestedAction], [detail.message, detail.suggested_action]);
      assert.deepEqual([error.failure!.phase, error.failure!.stepIndex], ['build_step', 2]);
      assert.deepEqual(error.details, { build_id: 'tb_1', reason: 'build_step_nonzero_exit' });
      return true;
    });
    await assert.rejects(Template.build(template(), 'n', api.connection), AuthError);
  });

  test('whose log has no good end is a failed one', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(log(logEntry(0, 'cancelled')), log(), log(logEntry(0, 'error'))),
    );
    for (let round = 0; round < 3; round++)
      await assert.rejects(Template.build(template(), 'n', api.connection), BuildError);
  });

  test('whose log is none is refused', async (context) => {
    const foreign = logEntry(1, 'message', { build_id: 'tb_2' });
    const api = await startApiServer(
      context,
      inTurn(log(logEntry(0), foreign), log({ offset: 0 }), log(null)),
    );
    for (let round = 0; round < 3; round++)
      await assert.rejects(Template.build(template(), 'n', api.connection), { code: 'invalid_response' });
  });

  test('goes on when its caller no longer waits', async (context) => {
    const abort = new AbortController();
    const api = await startApiServer(context, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(logEntry(0))}\n\n`);
    });
    const options = {
      ...api.connection,
      signal: abort.signal,
      onLogEntry: () => abort.abort(new Error('enough')),
    };
    await assert.rejects(Template.build(template(), 'n', options), /enough/);
    assert.equal(api.received.length, 1);
    await assert.rejects(Template.build(template(), '', api.connection), { code: 'invalid_request' });
  });
});

describe('a build in the background', () => {
  test('is waited for with its whole log', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(
        always(201, buildRecord({ status: 'waiting' })),
        always(200, state('building', [logEntry(0)], 1)),
        always(200, state('ready', [logEntry(1)], 2)),
        always(200, state('ready', [logEntry(2, 'end')], 3)),
        always(200, state('error', [], 3, { error: 'no', error_detail: detail })),
        always(200, state('cancelled', [], 3)),
      ),
    );
    const build = await Template.buildInBackground(template(), 'n', api.connection);
    assert.equal(build.status, 'waiting');
    const seen: number[] = [];
    const end = await build.wait({ pollIntervalMs: 0, onLogEntry: ({ offset }) => seen.push(offset) });
    assert.deepEqual([end.build.status, build.status, seen], ['ready', 'ready', [0, 1, 2]]);
    assert.deepEqual(
      api.received.slice(1).map(({ path }) => path.split('?')[1]),
      ['offset=0', 'offset=1', 'offset=2'],
    );
    await assert.rejects(build.wait(), /exited with 3/);
    assert.equal((await build.wait()).build.status, 'cancelled');
  });

  test('is found by its id, read, ended, repeated and promoted', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(
        always(200, state('building')),
        log(logEntry(3), logEntry(4, 'end')),
        always(200, state('cancelled')),
        always(201, buildRecord({ build_id: 'tb_2', retry_of_build_id: 'tb_1' })),
        always(200, templateRecord),
        always(404, failure('template_build_not_found')),
      ),
    );
    const build = await TemplateBuild.connect('tb_1', api.connection);
    const entries = await Array.fromAsync(build.logs({ offset: 3, follow: true }));
    assert.deepEqual(
      entries.map(({ offset }) => offset),
      [3, 4],
    );
    assert.equal(api.received[1]!.path, '/v1/templates/builds/tb_1/logs?offset=3&follow=true');
    assert.equal((await build.cancel({ reason: 'enough' })).build.status, 'cancelled');
    const again = await build.retry({ tags: ['t'], buildSecrets: [{ id: 's', value: 'v' }] });
    assert.deepEqual([again.id, again.info.retryOfBuildId], ['tb_2', 'tb_1']);
    assert.equal((await build.promote('prod')).name, 'review-api');
    assert.deepEqual(
      api.received.slice(2).map(({ body }) => body),
      [
        { reason: 'enough' },
        { tags: ['t'], build_secrets: [{ id: 's', value: 'v', source: 'value' }] },
        { tag: 'prod' },
      ],
    );
    await assert.rejects(TemplateBuild.connect('tb_9', api.connection), NotFoundError);
    await assert.rejects(TemplateBuild.connect('../x', api.connection), { code: 'invalid_request' });
  });
});

test('checks send the files inside', async (context) => {
  const folder = contextFolder(context, { 'a.txt': 'same' });
  const made = Template.fromImage('a', { fileContextPath: folder }).copy('a.txt', '/x');
  const manifest = { context_manifest_id: 'm', context_digest: 'd', file_count: 1 };
  const api = await startApiServer(
    context,
    inTurn(
      always(200, { valid: false, errors: [{ code: 'invalid_request', message: 'no' }], warnings: [] }),
      always(200, { build_plan: { steps: 1 }, requires_base_image_auth: false, context_manifest: manifest }),
    ),
  );
  assert.equal((await Template.validate(made, api.connection)).errors[0]!.message, 'no');
  const plan = await Template.plan(made, { ...api.connection, vcpus: 1 });
  assert.deepEqual([plan.buildPlan, plan.contextManifest!.fileCount], [{ steps: 1 }, 1]);
  const body = api.received[1]!.body as { build_context: { files: object[] }; build_config: object };
  assert.deepEqual(body.build_context.files[0], {
    path: 'builder-context/step-0/src-0/a.txt',
    entry_type: 'file',
    mode: '0644',
    content_base64: 'c2FtZQ==',
  });
  assert.deepEqual(body.build_config, { vcpus: 1, memory_mib: 512 });
});
