import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  type InvalidRequestError,
  Template,
  waitForFile,
  waitForPort,
  waitForProcess,
  waitForTimeout,
  waitForUrl,
} from '../../src/index.ts';
import { contextFolder } from '../support/templates.ts';

const pacing = { timeout_secs: 30, interval_ms: 500, startup_grace_secs: 2 };

const whole = () =>
  Template.fromUbuntuImage()
    .aptInstall(['git', 'curl'])
    .pipInstall('x')
    .pipInstall('y', { global: false })
    .npmInstall('n')
    .npmInstall('n', { global: true })
    .bunInstall('z', { global: true })
    .runCmd('echo 1')
    .runCmd(['a b', 'c'], { user: 'u' })
    .skipCache()
    .gitClone('https://example.test/x.git', { branch: 'b', depth: 1 })
    .setWorkdir('/w')
    .setUser('u')
    .remove('/z', { recursive: true, force: true })
    .rename('/a', '/b', { force: true })
    .makeDir('/d', { mode: 0o755 })
    .makeSymlink('/t', '/l')
    .setBuildEnvs({ A: '1' })
    .setRuntimeEnvs({ B: 'two words' })
    .setStartCmd('run me', waitForPort(80))
    .addBuildSecret({ id: 's', value: 'hidden' });

describe('a template', () => {
  test('becomes the request that the API takes', async () => {
    assert.deepEqual(await whole().toJson('n:t', { vcpus: 1, memoryMb: 256, diskMb: 9000 }), {
      base_image: 'ubuntu:22.04',
      steps: [
        { action: 'apt_install', packages: ['git', 'curl'] },
        { action: 'pip_install', packages: ['x'] },
        { action: 'pip_install', packages: ['y'], g: false },
        { action: 'npm_install', packages: ['n'] },
        { action: 'npm_install', packages: ['n'], g: true },
        { action: 'bun_install', packages: ['z'], g: true },
        { action: 'run', command: 'echo 1' },
        { action: 'run', command: 'a b', user: 'u' },
        { action: 'run', command: 'c', user: 'u' },
        { action: 'skip_cache' },
        { action: 'git_clone', url: 'https://example.test/x.git', path: '/workspace', branch: 'b', depth: 1 },
        { action: 'workdir', path: '/w' },
        { action: 'user', user: 'u' },
        { action: 'remove', path: '/z', recursive: true, force: true },
        { action: 'rename', src: '/a', dst: '/b', force: true },
        { action: 'make_dir', path: '/d', mode: '0755' },
        { action: 'make_symlink', target: '/t', path: '/l' },
      ],
      build_envs: { A: '1' },
      start_cmd: 'run me',
      runtime_config: {
        default_user: 'u',
        default_workdir: '/w',
        default_envs: { B: 'two words' },
        readiness: { kind: 'tcp', port: 80, ...pacing },
      },
      build_secrets: [{ id: 's', value: 'hidden', source: 'value' }],
      name: 'n',
      tags: ['t'],
      build_config: { vcpus: 1, memory_mib: 256, disk_mb: 9000 },
    });
  });

  test('becomes a Dockerfile', () => {
    const template = whole().copy('a.txt', '/app/', { user: 'me', mode: '644' }).copy(['a b', 'c'], '/x/');
    assert.deepEqual(template.toDockerfile().split('\n'), [
      'FROM ubuntu:22.04',
      'ENV A=1',
      'RUN apt-get update && apt-get install -y git curl && rm -rf /var/lib/apt/lists/*',
      'RUN pip install --no-cache-dir x',
      'RUN pip install --user --no-cache-dir y',
      'RUN npm install n',
      'RUN npm install -g n',
      'RUN bun add --global z',
      'RUN echo 1',
      "RUN su -s /bin/sh -c 'a b' u",
      'RUN su -s /bin/sh -c c u',
      '# The cache ends here.',
      'RUN git clone --branch b --depth 1 https://example.test/x.git /workspace',
      'WORKDIR /w',
      'USER u',
      'RUN rm -rf /z',
      'RUN mv -f /a /b',
      'RUN mkdir -p /d && chmod 0755 /d',
      'RUN ln -s /t /l',
      'COPY --chown=me --chmod=0644 a.txt /app/',
      'COPY ["a b", "c", "/x/"]',
      'ENV B="two words"',
      'CMD ["sh", "-c", "run me"]',
      '',
    ]);
  });

  test('starts from templates and images', async () => {
    const base = async (template: Template) => (await template.toJson()).base_image;
    assert.equal(await base(Template.fromTemplate('x')), 'nullspace/x:latest');
    assert.equal(await base(Template.fromTemplate('x:t')), 'nullspace/x:t');
    for (const ref of ['x:tb_1', 'acme/x:t', 'tmpl_1'])
      assert.equal(await base(Template.fromTemplate(ref)), ref);
    assert.equal(await base(Template.fromDebianImage()), 'debian:stable-slim');
    assert.equal(await base(Template.fromPythonImage('3.12', { variant: 'slim' })), 'python:3.12-slim');
    assert.equal(await base(Template.fromNodeImage('22')), 'node:22');
    assert.equal(await base(Template.fromBunImage('1')), 'oven/bun:1');
  });

  test('carries credentials of each kind', async () => {
    const auth = async (template: Template) => (await template.toJson()).base_image_auth;
    const basic = { kind: 'basic', username: 'u', password: 'p' } as const;
    assert.deepEqual(await auth(Template.fromImage('a', { auth: basic })), basic);
    for (const serviceAccountJson of [{ type: 'service_account' }, '{"type":"service_account"}']) {
      assert.deepEqual(
        await auth(Template.fromImage('a').setRegistryAuth({ kind: 'gcp', serviceAccountJson })),
        {
          kind: 'gcp_artifact_registry',
          service_account_json: { type: 'service_account' },
        },
      );
    }
    const keys = { accessKeyId: 'i', secretAccessKey: 's', region: 'r' };
    assert.deepEqual(await auth(Template.fromImage('a', { auth: { kind: 'aws', ...keys } })), {
      kind: 'aws_ecr',
      access_key_id: 'i',
      secret_access_key: 's',
      region: 'r',
    });
  });

  test('waits for what probes say', async () => {
    assert.deepEqual(waitForFile('/a b'), { kind: 'command', command: "test -e '/a b'" });
    assert.deepEqual(waitForProcess('x y'), {
      kind: 'command',
      command: "ps -eo comm= | grep -Fx -- 'x y' >/dev/null",
    });
    assert.deepEqual(waitForUrl('http://localhost:90/h'), { kind: 'http', port: 90, path: '/h' });
    assert.deepEqual(waitForUrl('http://127.0.0.1'), { kind: 'http', port: 80, path: '/' });
    for (const [given, sent] of [
      [waitForTimeout(5), { kind: 'timeout', timeout_ms: 5 }],
      [waitForPort(1, { timeoutSecs: 9 }), { kind: 'tcp', port: 1, ...pacing, timeout_secs: 9 }],
      ['true', { kind: 'command', command: 'true', ...pacing }],
    ] as const) {
      const body = await Template.fromImage('a').setReadyCmd(given).toJson();
      assert.deepEqual(body.runtime_config, { readiness: sent });
    }
    for (const url of ['https://localhost', 'http://example.com', 'localhost:80', 'http://localhost/?a=1'])
      assert.throws(() => waitForUrl(url), refused);
  });

  test('from a Dockerfile takes settings but no steps', async (context) => {
    const template = Template.fromDockerfileContent('FROM a\n').setStartCmd('serve', 'true');
    const { dockerfile, start_cmd, steps } = await template.toJson();
    assert.deepEqual([dockerfile, start_cmd, steps], ['FROM a\n', 'serve', undefined]);
    assert.equal(template.toDockerfile(), 'FROM a\n');
    assert.throws(() => template.runCmd('true'), refused);
    const folder = contextFolder(context, {
      Dockerfile: 'FROM b\n',
      'a.txt': 'a',
      '.dockerignore': 'b.txt\n',
      'b.txt': '',
    });
    const body = await Template.fromDockerfile(`${folder}/Dockerfile`).toJson();
    const { files } = body.build_context as { files: { path: string }[] };
    assert.deepEqual([body.dockerfile, files.map(({ path }) => path)], ['FROM b\n', ['a.txt']]);
    writeFileSync(`${folder}/Dockerfile.dockerignore`, 'a.txt\n');
    const own = await Template.fromDockerfile(`${folder}/Dockerfile`).toJson();
    const found = own.build_context as { files: { path: string }[] };
    assert.deepEqual(
      found.files.map(({ path }) => path),
      ['b.txt'],
      'the file of one Dockerfile stands in the place of .dockerignore',
    );
  });

  test('refuses bad values at once', () => {
    const template = Template.fromImage('a');
    for (const wrong of [
      () => template.runCmd(''),
      () => template.runCmd([]),
      () => template.aptInstall([]),
      () => template.setUser(' '),
      () => template.copy('a', ''),
      () => template.copy('a', '/b', { mode: '999' }),
      () => template.copy('a', '/b', { mode: -1 }),
      () => template.copyItems([]),
      () => template.setBuildEnvs({ 'A=': '1' }),
      () => template.addBuildSecret({ id: 'a b', value: 'v' }),
      () => template.addBuildSecret({ id: 's', value: 'v' }).addBuildSecret({ id: 's', value: 'v' }),
      () => waitForPort(0),
      () => Template.fromTemplate(''),
    ]) {
      assert.throws(wrong, refused);
    }
    assert.rejects(template.toJson('n:tb_1'), refused);
    assert.rejects(template.toJson('n', { tags: [] }), refused);
  });
});

const refused = (error: unknown) => (error as InvalidRequestError).code === 'invalid_request';
