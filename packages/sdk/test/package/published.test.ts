import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { json, startApiServer } from '../support/api-server.ts';
import { execRecord, sandboxRecord } from '../support/records.ts';

const run = promisify(execFile);
const build = fileURLToPath(new URL('../../scripts/build.ts', import.meta.url));
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);

const typescriptUser = `
import { CommandHandle, Lifecycle, NotFoundError, Sandbox, SandboxError, Snapshot, Template, TemplateBuild, TemplateWarmPool, waitForPort } from 'nullspace';
import type { CreateOptions, SandboxInfo, SandboxQuery, UploadProgress, UploadResult } from 'nullspace';

const options: CreateOptions = { template: 'base', network: { maskRequestHost: 'localhost' } };
export async function use(): Promise<void> {
  await using sandbox = await Sandbox.create(options);
  const result = await sandbox.commands.run('true', { args: ['a'], onStdout: (text) => text.trim() });
  const code: number = result.exitCode;
  const handle: CommandHandle = await sandbox.commands.run('sleep', { background: true });
  for await (const chunk of handle) chunk.text.trim();
  const query: SandboxQuery = { state: ['running'], metadata: { code } };
  for await (const info of await Sandbox.list({ query })) takes(info);
  const raw = await Sandbox.list({ fields: ['id'] });
  const id: unknown = raw.items[0]?.id;
  const stream: ReadableStream<Uint8Array> = await sandbox.files.readStream('/etc/hosts');
  await sandbox.files.write('/copy', stream);
  const uploaded: UploadResult = await sandbox.files.upload('local.txt', '/data/', { onProgress: takesProgress });
  for await (const change of await sandbox.files.watch('/data')) change.name.trim();
  const terminal = await sandbox.pty.create({ cols: 80, rows: 24 });
  await terminal.readable.cancel();
  const { clean } = await sandbox.git.status({ path: uploaded.path });
  const [first] = await sandbox.commands.list();
  if (clean && first) await sandbox.commands.sendSignal(first.pid, 'SIGTERM');
  await Template.list();
  const paused = await sandbox.pause();
  const taken: Date | undefined = (await Snapshot.get(paused.id)).createdAt;
  const children = await sandbox.fork({ count: 2 });
  for (const { sandbox: child, error } of children) (child ? child.id : error.code).trim();
  const template = Template.fromPythonImage('3.12', { variant: 'slim' }).copy('src', '/srv/').setStartCmd('serve', waitForPort(80));
  const build: TemplateBuild = await Template.build(template, 'api:stable', { onLogEntry: ({ message }) => message.trim() });
  for await (const entry of build.logs({ follow: true })) entry.offset.toFixed();
  const pool = await TemplateWarmPool.create({ template: 'api', name: 'p', minReady: 1, maxReady: 2 });
  const hit: boolean | undefined = (await (await Sandbox.create({ warmPool: pool.id })).getInfo()).warmPoolCheckout?.hit;
  void hit;
  for await (const event of Lifecycle.stream()) if (event.occurredAt !== taken) break;
  // @ts-expect-error vcpus is a number
  await Sandbox.create({ vcpus: '2' });
  try {
    await sandbox.kill();
  } catch (error) {
    if (error instanceof NotFoundError) error.code.trim();
    else if (error instanceof SandboxError) error.requestId?.trim();
    void id;
  }
}
function takesProgress({ bytesDone, bytesTotal = 0 }: UploadProgress): boolean {
  return bytesDone < bytesTotal;
}
function takes(info: SandboxInfo): Date | undefined {
  return info.timeoutAt;
}
`;

const javascriptUser = `
import { Sandbox, Template } from 'nullspace';
const connection = { apiKey: 'k', baseUrl: process.argv[2] };
if (process.argv[3] === 'without-node') delete globalThis.process;
const sandbox = await Sandbox.create(connection);
if (globalThis.process) await Template.fromImage('a').copy('use.js', '/x').toJson();
const { stdout } = await sandbox.commands.run('echo', { args: ['ready'] });
await sandbox.kill();
console.log(sandbox.id, stdout);
`;

const manifestOf = (package_: string): { dependencies: Record<string, string> } =>
  JSON.parse(readFileSync(join(package_, 'package.json'), 'utf8'));

describe('the published package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-package-'));
  const user = join(folder, 'user');
  const installed = join(user, 'node_modules', 'nullspace');
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function pack(name: string): Promise<string> {
    const source = dirname(createRequire(build).resolve(`${name}/package.json`));
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', source], { cwd: folder });
    return join(folder, JSON.parse(stdout)[0].filename);
  }

  before(async () => {
    await run(process.execPath, [build, join(folder, 'dist')]);
    const { stdout } = await run('npm', ['pack', '--json', join(folder, 'dist')], { cwd: folder });
    const [{ filename }] = JSON.parse(stdout);
    // What npm would fetch comes from this repository's own copies.
    const dependencies = await Promise.all(
      Object.keys(manifestOf(join(folder, 'dist')).dependencies).map(pack),
    );
    mkdirSync(user);
    writeFileSync(join(user, 'package.json'), '{"type":"module","private":true}');
    const install = [
      'install',
      '--offline',
      '--no-audit',
      '--no-fund',
      ...dependencies,
      join(folder, filename),
    ];
    await run('npm', install, { cwd: user });
  });

  test('has two dependencies without any of their own, and only its own files', () => {
    assert.deepEqual(Object.keys(manifestOf(installed).dependencies).sort(), ['ignore', 'modern-tar']);
    assert.deepEqual(
      readdirSync(join(user, 'node_modules')).filter((name) => !name.startsWith('.')),
      ['ignore', 'modern-tar', 'nullspace'],
    );
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    for (const name of ['LICENSE', 'README.md', 'index.js', 'index.d.ts'])
      assert.ok(files.includes(name), name);
    assert.deepEqual(
      files.filter((name) => /(?<!\.d)\.ts$/.test(name)),
      [],
    );
  });

  for (const [what, argument] of [
    ['runs as plain JavaScript', ''],
    ['runs where there is no Node', 'without-node'],
  ] as const) {
    test(what, async (context) => {
      const api = await startApiServer(context, ({ path, method }, response) => {
        if (method === 'DELETE') return json(response, 204);
        json(response, 200, path.endsWith('/exec') ? execRecord({ stdout: 'ready' }) : sandboxRecord());
      });
      writeFileSync(join(user, 'use.js'), javascriptUser);
      const { stdout } = await run(process.execPath, ['use.js', api.url, argument], { cwd: user });
      assert.equal(stdout, 'sb_1 ready\n');
    });
  }

  test('is typed for users without other types', async () => {
    writeFileSync(join(user, 'use.ts'), typescriptUser);
    const options = [
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
      '--module',
      'nodenext',
    ];
    await run(process.execPath, [compiler, ...options, 'use.ts'], { cwd: user }).catch((error) =>
      assert.fail(error.stdout),
    );
  });
});
