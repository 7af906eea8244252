import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
type Json = any;

describe('builds', () => {
  let installation: Installation;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
  });

  const call = async (method: string, path: string, body?: unknown) => {
    const { url, apiKey } = installation;
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(`${url}/v1/templates${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined || isBytes ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined
        ? {}
        : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };
  /** Builds in the foreground and returns the entries of the log. */
  const build = async (body: object): Promise<Json[]> => {
    const { status, text } = await call('POST', '/build', { base_image: 'nullspace/base:latest', ...body });
    assert.equal(status, 200, text);
    const lines = text.split('\n').filter((line) => line.startsWith('data: '));
    return lines.map((line) => JSON.parse(line.slice(6)));
  };
  const built = async (body: object): Promise<Json[]> => {
    const entries = await build(body);
    assert.equal(entries.at(-1).kind, 'end', JSON.stringify(entries.slice(-5), null, 1));
    return entries;
  };
  /** Uploads the files of a context and returns its entries. */
  const upload = async (files: Record<string, string>) => {
    const contents = Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
    const descriptors = contents.map(({ path, bytes }) => ({
      path,
      entry_type: 'file',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      size_bytes: bytes.length,
    }));
    const answer = JSON.parse((await call('POST', '/blobs/preflight', { files: descriptors })).text);
    for (const [index, { blob_id, missing }] of answer.files.entries()) {
      if (!missing) continue;
      const put = await call('PUT', `/blobs/${blob_id}`, new Uint8Array(contents[index]!.bytes));
      assert.equal(put.status, 204, put.text);
    }
    return { files: answer.files.map(({ path, blob_id }: Json) => ({ path, entry_type: 'file', blob_id })) };
  };
  const shell = async (sandbox: Sandbox, command: string) =>
    (await sandbox.commands.run(command, { shell: true })).stdout.trim();

  test('run their steps in a sandbox, copy what was uploaded, and reuse what has not changed', async () => {
    const build_context = await upload({
      'ctx/app/a.txt': 'a',
      'ctx/app/deep/b.txt': 'b',
      'ctx/one.txt': 'one',
    });
    const steps = [
      { action: 'workdir', path: '/srv/app' },
      { action: 'run', command: 'useradd -m worker && date +%N > /stamp' },
      { action: 'copy', sources: ['ctx/app'], dst: 'files', user: 'worker', mode: '0750' },
      { action: 'copy', sources: ['ctx/one.txt'], dst: '/etc/renamed.txt', user: 'worker:root' },
      { action: 'make_dir', path: '/data', mode: '0700' },
      { action: 'make_symlink', target: '/data', path: '/link' },
      { action: 'rename', src: '/etc/renamed.txt', dst: '/etc/moved.txt', force: false },
      { action: 'run', command: 'rm -rf /usr/share/doc; echo "$GREETING" > greeting' },
      { action: 'user', user: 'worker' },
      { action: 'run', command: 'id -un > /tmp/who' },
    ];
    const body = { name: 'app', steps, build_envs: { GREETING: 'hello' }, build_context };
    const runtime_config = {
      default_user: 'worker',
      default_workdir: '/srv/app',
      default_envs: { MODE: 'x' },
    };
    await built({ ...body, runtime_config });
    const sandbox = await Sandbox.create({ ...installation.connection, template: 'app' });
    const seen = await shell(
      sandbox,
      'id -un; pwd; cat files/a.txt files/deep/b.txt; cat /etc/moved.txt greeting /tmp/who; readlink /link; echo $MODE; stat -c %U:%a files/a.txt; stat -c %U:%G /etc/moved.txt; stat -c %a /data; ls /usr/share/doc 2>&1 | wc -l; cat /stamp',
    );
    const lines = seen.split('\n');
    assert.deepEqual(lines.slice(0, 2), ['worker', '/srv/app'], seen);
    assert.match(seen, /^abonehello\nworker\n\/data\nx\nworker:750\nworker:root\n700\n/m, seen);
    const stamp = lines.at(-1);
    await sandbox.kill();

    const again = await built({ ...body, runtime_config });
    assert.ok(
      again.some(({ cache_kind, cache_status }) => cache_kind === 'final_artifact' && cache_status === 'hit'),
    );
    const changed = {
      ...body,
      steps: [...steps.slice(0, -1), { action: 'run', command: 'echo new > /tmp/who' }],
    };
    await built({ ...changed, runtime_config });
    const next = await Sandbox.create({ ...installation.connection, template: 'app' });
    assert.equal(await shell(next, 'cat /tmp/who'), 'new');
    assert.equal(await shell(next, 'cat /stamp'), stamp);
    await next.kill();
  });

  test('with a start command are restored with their service answering', async () => {
    const start_cmd = 'echo started >> /tmp/starts; sleep 1; exec python3 -m http.server 8000';
    const readiness = { kind: 'http', port: 8000, path: '/', timeout_secs: 60 };
    const build_config = { vcpus: 1, memory_mib: 384, disk_mb: 1024 };
    await built({
      name: 'service',
      steps: [],
      start_cmd,
      runtime_config: { readiness, default_envs: { A: 'b' } },
      build_config,
    });
    const sandbox = await Sandbox.create({
      ...installation.connection,
      template: 'service',
      envs: { C: 'd' },
    });
    assert.equal(await shell(sandbox, 'curl -sf -o /dev/null -w %{http_code} http://127.0.0.1:8000/'), '200');
    assert.equal(await shell(sandbox, 'cat /tmp/starts; echo $A$C'), 'started\nbd');
    assert.equal((await sandbox.getInfo()).config.memoryMb, 384);
    await sandbox.kill();
    await assert.rejects(
      Sandbox.create({ ...installation.connection, template: 'service', diskMb: 2048 }),
      /1024 MiB.*2048 MiB.*disk_mb=2048/,
    );
    // A template above has that service as well.
    const steps = [{ action: 'run', command: 'echo above > /above' }];
    await built({ name: 'above', base_image: 'service', steps, build_config });
    const above = await Sandbox.create({ ...installation.connection, template: 'above' });
    const answer = 'curl -sf -o /dev/null http://127.0.0.1:8000/ && cat /above';
    assert.equal(await shell(above, answer), 'above');
    await above.kill();
    const failing = { name: 'never', steps: [], start_cmd: 'sleep 100' };
    const probe = { kind: 'tcp', port: 9, timeout_secs: 1, interval_ms: 100, startup_grace_secs: 0 };
    const entries = await build({ ...failing, runtime_config: { readiness: probe } });
    assert.equal(entries.at(-1).error_detail.phase, 'readiness');
  });

  test('give a secret to the step that names it, and keep nothing of it', async () => {
    const value = 'hunter2-hunter2';
    const entries = await built({
      name: 'secretive',
      build_secrets: [{ id: 'token', value, source: 'value' }],
      steps: [
        { action: 'run', command: 'cat /run/secrets/token; test "$(wc -c < /run/secrets/token)" = 15' },
        { action: 'run', command: 'test ! -e /run/secrets' },
      ],
    });
    assert.ok(!JSON.stringify(entries).includes(value));
    const sandbox = await Sandbox.create({ ...installation.connection, template: 'secretive' });
    assert.equal(
      await shell(
        sandbox,
        `ls -d /run/secrets /dev/shm/* 2>/dev/null; grep -rl ${value} /etc /run /tmp /root || true`,
      ),
      '',
    );
    await sandbox.kill();
  });

  test('that fail say why: a step, a full disk, a base that is not there', async () => {
    const failed = (
      await build({ name: 'f1', steps: [{ action: 'run', command: 'echo oops >&2; exit 7' }] })
    ).at(-1);
    assert.equal(failed.error_detail.details.exit_code, 7);
    assert.deepEqual(failed.error_detail.details.output_tail, ['oops']);
    const full = await build({
      name: 'f2',
      build_config: { vcpus: 1, memory_mib: 256, disk_mb: 128 },
      steps: [{ action: 'run', command: 'dd if=/dev/zero of=/big bs=1M count=500' }],
    });
    assert.match(JSON.stringify(full.at(-1).error_detail), /No space left on device/);
    const missing = (await build({ name: 'f3', base_image: 'nullspace/no-such:latest' })).at(-1);
    assert.equal(missing.error_detail.code, 'template_not_found');
  });

  test('go on after the server was killed, from the layers that they have', async () => {
    const steps = [
      { action: 'run', command: 'date +%N > /stamp' },
      { action: 'run', command: 'sleep 8' },
    ];
    const body = { name: 'survivor', base_image: 'nullspace/base:latest', steps };
    const started = JSON.parse((await call('POST', '/builds', body)).text);
    const read = async () => JSON.parse((await call('GET', `/builds/${started.build_id}`)).text);
    await until(
      async () => (await read()).entries.some(({ message }: Json) => message === 'run sleep 8'),
      'the second step runs',
    );
    await installation.server.kill('SIGKILL');
    await installation.startServer();
    await until(async () => (await read()).build.status === 'ready', 'the build is ready');
    const { build: ready } = await read();
    assert.equal(ready.cache_summary.layer_hits, 1);
  });

  test('make again what went with their template, and what the disk has lost', async () => {
    const body = { name: 'again', steps: [{ action: 'run', command: 'echo a > /a' }] };
    const tryOut = async () => {
      const sandbox = await Sandbox.create({ ...installation.connection, template: 'again' });
      assert.equal(await shell(sandbox, 'cat /a'), 'a');
      await sandbox.kill();
    };
    const hostDir = join(installation.dataDir, 'host');
    const rebuild = async () => {
      const entries = await built(body);
      assert.ok(
        !entries.some((entry) => entry.cache_kind === 'final_artifact' && entry.cache_status === 'hit'),
      );
      await tryOut();
    };
    await rebuild();
    assert.equal((await call('DELETE', '/refs/again')).status, 204);
    await rebuild();
    const { artifact_ids } = JSON.parse((await call('GET', '/refs/again/builds')).text).builds[0];
    rmSync(join(hostDir, 'images', `${artifact_ids[0]}.erofs`));
    await rebuild();
    for (const id of readdirSync(join(hostDir, 'snapshots')))
      rmSync(join(hostDir, 'snapshots', id), { recursive: true });
    rmSync(join(hostDir, 'images', `${artifact_ids[0]}.erofs`));
    await rebuild();
    assert.equal((await call('DELETE', '/refs/again')).status, 204);
  });

  test('leave nothing behind when their templates are deleted', async () => {
    for (const name of ['app', 'service', 'secretive', 'survivor']) {
      const { status, text } = await call('DELETE', `/refs/${name}`);
      assert.equal(status, 204, text);
    }
    assert.equal((await call('GET', '/refs/app')).status, 404);
  });
});
