import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { runCli } from '../support/run.ts';
import { entry, startTemplateApi, type TemplateApi } from '../support/template-api.ts';

let api: TemplateApi;
let folder: string;
before(async () => {
  api = await startTemplateApi();
  folder = mkdtempSync(join(tmpdir(), 'nullspace-cli-build-'));
  writeFileSync(join(folder, 'a.txt'), 'same');
  writeFileSync(join(folder, 'env.json'), '{"FROM_FILE": "1"}');
  writeFileSync(join(folder, 'Dockerfile'), 'FROM a\n');
});
beforeEach(() => api.seen.splice(0));
after(async () => {
  rmSync(folder, { recursive: true });
  await api[Symbol.asyncDispose]();
});

const build = (...words: string[]) => runCli(['template', 'build', ...words]);
const sent = () => api.seen.find(([, path]) => path.startsWith('/v1/templates/build'))?.[2];
const minimal = ['--from-image', 'a', '--name', 'n'];

test('each flag becomes what it says', async () => {
  const { code } = await build(
    ...'--from-python-image 3.12 --image-variant slim --apt-install git,curl --pip-install x --pip-user-install'.split(
      ' ',
    ),
    ...'--npm-install n --npm-global --bun-install b --bun-global'.split(' '),
    '--run-cmd',
    'echo "a b"',
    ...'--run-user u --step-skip-cache --git-clone https://e.test/x --git-branch b --git-depth 1'.split(' '),
    ...'--set-workdir /w --set-user u --remove /r --remove-recursive --remove-force'.split(' '),
    ...'--rename-src /a --rename-dst /b --rename-force --make-dir /d --make-dir-mode 755'.split(' '),
    ...`--make-symlink-target /t --make-symlink-path /l --set-build-env A=b=c --set-runtime-env @${folder}/env.json`.split(
      ' ',
    ),
    ...'--start-cmd serve --ready-port 80 --ready-timeout-secs 9 --cpu-count 1 --memory-mb 256 --disk-mb 9000'.split(
      ' ',
    ),
    ...'--no-internet-access --backend buildkit --skip-cache --build-secret s=v --name n --tag t --tag u'.split(
      ' ',
    ),
  );
  assert.equal(code, 0);
  assert.deepEqual(sent(), {
    base_image: 'python:3.12-slim',
    steps: [
      { action: 'apt_install', packages: ['git', 'curl'] },
      { action: 'pip_install', packages: ['x'], g: false },
      { action: 'npm_install', packages: ['n'], g: true },
      { action: 'bun_install', packages: ['b'], g: true },
      { action: 'run', command: 'echo "a b"', user: 'u' },
      { action: 'skip_cache' },
      { action: 'git_clone', url: 'https://e.test/x', path: '/workspace', branch: 'b', depth: 1 },
      { action: 'workdir', path: '/w' },
      { action: 'user', user: 'u' },
      { action: 'remove', path: '/r', recursive: true, force: true },
      { action: 'rename', src: '/a', dst: '/b', force: true },
      { action: 'make_dir', path: '/d', mode: '0755' },
      { action: 'make_symlink', target: '/t', path: '/l' },
    ],
    build_envs: { A: 'b=c' },
    start_cmd: 'serve',
    runtime_config: {
      default_user: 'u',
      default_workdir: '/w',
      default_envs: { FROM_FILE: '1' },
      readiness: { kind: 'tcp', port: 80, timeout_secs: 9, interval_ms: 500, startup_grace_secs: 2 },
    },
    build_secrets: [{ id: 's', value: 'v', source: 'value' }],
    name: 'n',
    tags: ['t', 'u'],
    build_config: { vcpus: 1, memory_mib: 256, disk_mb: 9000, internet_access: false },
    build_backend: 'buildkit',
    skip_cache: true,
  });
});

test('the log goes to stderr and the build to stdout', async () => {
  const text = await build(...minimal);
  assert.equal(text.stderr, '12:00:00 message 0\n12:00:02 message 2\n');
  assert.equal(JSON.parse(text.stdout).build_id, 'tb_1');
  const lines = await build(...minimal, '--log-format', 'jsonl');
  assert.deepEqual(
    lines.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).offset),
    [0, 1, 2],
  );
  assert.equal((await build(...minimal, '--log-format', 'quiet')).stderr, '');
  const hostile = entry(1, 'message', { message: '\u001b[2Jgone', step_index: 0, total_steps: 2 });
  const { log } = api;
  api.log = [entry(0, 'start'), hostile, log.at(-1)!];
  assert.match((await build(...minimal)).stderr, /12:00:01 \[1\/2\] \\u001b\[2Jgone\n/);
  api.log = log;
});

test('a failed build exits with 1 and says where', async () => {
  const { log } = api;
  const detail = {
    code: 'build_error',
    message: 'step 0 exited with 3',
    phase: 'build_step',
    retryable: false,
    suggested_action: 'Correct it.',
  };
  api.log = [entry(0, 'error', { error_detail: detail })];
  const text = await build(...minimal);
  assert.equal(text.code, 1);
  for (const part of [
    'step 0 exited with 3',
    'Phase: build_step',
    'Correct it.',
    'nullspace template logs tb_1',
  ])
    assert.ok(text.stderr.includes(part), part);
  const last = (await build(...minimal, '--log-format', 'jsonl')).stderr.trim().split('\n').at(-1)!;
  assert.deepEqual(JSON.parse(last), {
    kind: 'terminal_error',
    error: 'step 0 exited with 3',
    code: 'build_error',
    error_detail: detail,
    inspection_command: 'nullspace template logs tb_1',
  });
  const asJson = await build(...minimal, '--json');
  assert.deepEqual([asJson.code, JSON.parse(asJson.stdout).error.code], [1, 'build_error']);
  api.log = log;
});

test('files, logins and modes', async (context) => {
  const copies = [
    '--file-context',
    folder,
    '--copy-src',
    'a.txt',
    '--copy-src',
    'env.json',
    '--copy-dst',
    '/x/',
  ];
  const dry = await build(
    ...minimal,
    ...copies,
    '--build-secret',
    's=v',
    '--registry-username',
    'u',
    '--registry-password',
    'p',
    '--dry-run',
    '--json',
  );
  const { request, context: facts } = JSON.parse(dry.stdout);
  assert.deepEqual([facts.file_count, facts.total_bytes], [2, 22]);
  assert.equal(request.build_context.files[0].content_base64, undefined);
  assert.ok(!/"(u|p|v)"/.test(dry.stdout));
  assert.equal(api.seen.length, 0);
  assert.equal(JSON.parse((await build(...minimal, '--background')).stdout).status, 'waiting');
  process.env.NULLSPACE_REGISTRY_USERNAME = 'eu';
  process.env.NULLSPACE_REGISTRY_PASSWORD = 'ep';
  context.after(() => {
    delete process.env.NULLSPACE_REGISTRY_USERNAME;
    delete process.env.NULLSPACE_REGISTRY_PASSWORD;
  });
  api.seen.splice(0);
  await build('--from-dockerfile', join(folder, 'Dockerfile'), '--name', 'n', '--file-ignore', '*');
  assert.deepEqual((sent() as { base_image_auth: object }).base_image_auth, {
    kind: 'basic',
    username: 'eu',
    password: 'ep',
  });
});

test('checks and renderings', async () => {
  const words = ['--from-image', 'a', '--run-cmd', 'true', '--name', 'n'];
  const ran = async (...verb: string[]) => (await runCli(['template', ...verb, ...words])).stdout;
  assert.equal(await ran('render', 'dockerfile'), 'FROM a\nRUN true\n');
  assert.equal(JSON.parse(await ran('render', 'json')).name, 'n');
  assert.equal(api.seen.length, 0);
  assert.deepEqual(JSON.parse(await ran('validate')), { valid: true, errors: [], warnings: ['w'] });
  assert.deepEqual(JSON.parse(await ran('plan')).build_plan, { someKey: 1 });
});

const wrong: [string, RegExp][] = [
  ['--name n', /starts from/],
  ['--from-image a', /--name/],
  ['--from-image a --from-template b --name n', /already/],
  ['--run-cmd x --from-image a --name n', /before the steps/],
  ['--from-image a --run-cmd x --copy-dst /y --name n', /directly after --copy-src/],
  ['--from-image a --copy-src x --name n', /--copy-dst/],
  ['--from-image a --name n --name m', /twice/],
  ['--from-image a --nothing x --name n', /No such option/],
  ['--from-image a stray --name n', /stray/],
  ['--from-image a --run-cmd --name n', /--run-cmd needs a value/],
  ['--from-image a --ready-port 1 --ready-file /f --name n', /give one of them/],
  ['--from-image a --ready-port 0 --name n', /1 to 65535/],
  ['--from-image a --ready-interval-ms 5 --name n', /what to wait for/],
  ['--from-image a --registry-username u --name n', /belong together/],
  ['--from-template a --registry-username u --registry-password p --name n', /no registry login/],
  ['--from-image a --aws-region r --name n', /belong together/],
  ['--from-image a --cpu-count 0 --name n', /--cpu-count/],
  ['--from-image a --backend native --name n', /buildkit/],
  ['--from-image a --background --dry-run --name n', /neither/],
  ['--from-image a --image-variant slim --name n', /image-variant/],
  ['--from-dockerfile /nowhere --name n', /cannot be read/],
  ['--from-dockerfile-content FROM --run-cmd x --name n', /Dockerfile/],
  ['--from-image a --copy-items [{}] --name n', /src and dst/],
  ['--from-image a --apt-install @/nowhere --name n', /cannot be read/],
];
for (const [line, message] of wrong) {
  test(`refused: ${line}`, async () => {
    const { code, stderr } = await build(...line.split(' '));
    assert.equal(code, 2);
    assert.match(stderr, message);
    assert.equal(api.seen.length, 0);
  });
}

test('waiting for a build prints its log and its end', async () => {
  const { code, stdout, stderr } = await runCli(['template', 'wait', 'tb_1', '--poll-interval-ms', '0']);
  assert.deepEqual([code, stderr], [0, '12:00:02 message 2\n']);
  assert.equal(JSON.parse(stdout).build.status, 'ready');
});
