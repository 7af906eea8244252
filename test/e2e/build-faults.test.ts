import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { serverFaultPoints } from '@nullspace/server';
import { type BuildError, Sandbox, Template, TemplateBuild, type TemplateBuilder } from 'nullspace';
import { startRegistry, type TestRegistry } from '../../packages/host/test/fixtures/registry.ts';
import { tinyLayer } from '../../packages/host/test/fixtures/tiny-image.ts';
import { repository } from '../harness/artifacts.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { nothingLeft } from '../harness/leftovers.ts';
import { steadyAddress } from '../harness/steady-address.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const size = { vcpus: 1, memoryMb: 256, diskMb: 1024 };

describe('a server that is killed in the middle of a build', () => {
  let installation: Installation;
  let registry: TestRegistry;
  const context = suite();
  before(async () => {
    registry = await startRegistry();
    const settings = { insecure_registries: '127.0.0.1', max_builds: '1' };
    installation = await startInstallation(context, { settings });
  });
  after(() => registry?.close());

  const connection = () => installation.connection;
  const begin = (template: TemplateBuilder, name: string, more: object = {}) =>
    Template.buildInBackground(template, name, { ...connection(), ...size, ...more });
  const find = (id: string) => TemplateBuild.connect(id, connection());
  /** The lines of the log so far. */
  const said = async (id: string) => {
    const { entries } = await (await find(id)).getStatus();
    return entries.map(({ message }) => message);
  };
  const killServer = async () => {
    await installation.server.kill('SIGKILL');
    await installation.startServer();
  };
  const expectReady = async (id: string) => {
    const { build } = await (await find(id)).wait();
    assert.equal(build.status, 'ready');
    const entries = await Array.fromAsync((await find(id)).logs());
    assert.deepEqual(
      entries.map(({ offset }) => offset),
      entries.map((_, index) => index),
    );
    assert.equal(entries.filter(({ kind }) => kind === 'end').length, 1);
  };
  /** Runs a command in a sandbox of a template. */
  const inside = async (template: string, command: string) => {
    const sandbox = await Sandbox.create({ ...connection(), template });
    const { stdout } = await sandbox.commands.run(command, { shell: true });
    await sandbox.kill();
    return stdout;
  };
  const expectClean = async () => {
    await until(() => nothingLeft(installation), 'no sandbox of a build is left');
    const host = join(installation.dataDir, 'host');
    const isWhole = {
      snapshots: /^(lay|tsn)_[a-z0-9]+$/,
      images: /^(sha256-[0-9a-f]{64}(\.erofs|\.json)?|[a-z.]+)$/,
    };
    for (const [folder, names] of Object.entries(isWhole))
      await until(
        () => readdirSync(join(host, folder)).every((name) => names.test(name)),
        `nothing half made is left of ${folder}`,
      );
  };

  for (const point of serverFaultPoints.filter((name) => name.startsWith('build.')))
    test(`at ${point}: the next one makes the template ready, with every step done`, async () => {
      const name = `at-${point.replace(/\W|_/g, '-')}`;
      // Each is another one, so that none finds what the one before has made.
      const template = Template.fromTemplate('base')
        .runCmd(`echo ${name} > /one`)
        .runCmd('cat /one /one > /two')
        .setStartCmd('echo started >> /starts; exec python3 -m http.server 8000', {
          kind: 'http',
          port: 8000,
          path: '/',
        });
      await installation.server.kill('SIGTERM');
      await installation.startServer({ NULLSPACE_FAULT_POINT: point });
      // It may die before it has answered.
      await begin(template, name).catch(() => undefined);
      await installation.server.ended;
      await installation.startServer();
      const { builds } = await Template.listBuilds(name, connection());
      assert.equal(builds.length, 1);
      await expectReady(builds[0]!.buildId);
      const script = 'curl -sf -o /dev/null http://127.0.0.1:8000/ && cat /two /starts';
      assert.equal(await inside(name, script), `${name}\n${name}\nstarted\n`);
      await expectClean();
      await Template.delete(name, connection());
    });

  test('before it has begun: it runs in its turn', async () => {
    const slow = await begin(Template.fromTemplate('base').runCmd('sleep 8'), 'first');
    const waiting = await begin(Template.fromTemplate('base').runCmd('echo second > /second'), 'second');
    await until(async () => (await said(slow.id)).includes('run sleep 8'), 'the first one runs');
    assert.equal((await find(waiting.id)).status, 'waiting');
    await killServer();
    await expectReady(slow.id);
    await expectReady(waiting.id);
    assert.equal(await inside('second', 'cat /second'), 'second\n');
    await expectClean();
  });

  test('while its base image is pulled: it is pulled again', async () => {
    await registry.push('pulled', { layers: [await tinyLayer()] });
    const front = await holdBlobs(registry);
    try {
      const reference = `${front.authority}/pulled:latest`;
      const { id } = await begin(Template.fromImage(reference).runCmd('echo pulled > /pulled'), 'pulled');
      await front.asked;
      await killServer();
      front.release();
      await expectReady(id);
      assert.equal(await inside('pulled', 'cat /pulled'), 'pulled\n');
      await expectClean();
    } finally {
      front.close();
    }
  });

  test('fails one whose secrets it had, since nothing keeps them', async () => {
    const template = Template.fromTemplate('base').runCmd('sleep 8; cat /run/secrets/token > /dev/null');
    const buildSecrets = [{ id: 'token', value: 'hunter2-hunter2' }];
    const { id } = await begin(template, 'secretive', { buildSecrets });
    await until(async () => (await said(id)).some((line) => line.startsWith('run sleep 8')), 'it runs');
    await killServer();
    await assert.rejects((await find(id)).wait(), (error: BuildError) => {
      assert.equal(error.failure?.phase, 'auth');
      assert.match(error.message, /does not keep the secrets token/);
      return true;
    });
    const again = await (await find(id)).retry({ buildSecrets });
    await expectReady(again.id);
    await expectClean();
  });

  test('is no end of the waiting: both clients follow the log to its end, every entry once', async () => {
    let named = 0;
    const baseUrl = await steadyAddress(context, installation, (bytes) => {
      if (bytes.includes('x-build-id: ')) named += 1;
    });
    const seen: number[] = [];
    const ours = Template.build(
      Template.fromTemplate('base').runCmd('sleep 4; echo followed > /followed'),
      'followed',
      {
        ...{ ...connection(), baseUrl, ...size },
        onLogEntry: ({ offset }) => void seen.push(offset),
      },
    );
    const bin = execFileSync(join(repository, 'python/venv'), ['sdk'], { encoding: 'utf8' }).trim();
    const program = `
from nullspace import Template
seen = []
template = Template.from_template("base").run_cmd("echo waits in the queue")
build = Template.build(template, "queued", vcpus=1, memory_mb=256, on_log_entry=lambda entry: seen.append(entry.offset))
print(build.status.value, seen == list(range(len(seen))), len(seen) > 3)
`;
    const client = { ...installation.clientEnv(), NULLSPACE_API_URL: baseUrl };
    const env = { ...process.env, ...client, PYTHONPATH: join(repository, 'python/src') };
    const python = promisify(execFile)(join(bin, 'bin/python'), ['-c', program], { env });
    const both = Promise.all([ours, python]);
    // A build that is recorded has a client that can find it again only once the answer has named it.
    const followed = until(() => seen.length > 0 && named === 2, 'both clients know their builds');
    await Promise.race([followed, both]);
    await killServer();
    const [{ status }, { stdout }] = await both;
    assert.equal(status, 'ready');
    assert.deepEqual(
      seen,
      seen.map((_, index) => index),
    );
    assert.equal(stdout, 'ready True True\n');
    await expectClean();
  });
});

describe('a build that is cancelled', () => {
  let installation: Installation;
  let registry: TestRegistry;
  const context = suite();
  before(async () => {
    registry = await startRegistry();
    installation = await startInstallation(context, { settings: { insecure_registries: '127.0.0.1' } });
  });
  after(() => registry?.close());

  const begin = (template: TemplateBuilder) =>
    Template.buildInBackground(template, 'cancelled', { ...installation.connection, ...size });
  const expectCancelled = async (build: TemplateBuild) => {
    assert.equal((await build.cancel({ reason: 'enough' })).build.status, 'cancelled');
    await until(() => nothingLeft(installation), 'no sandbox of the build is left');
  };

  test('while it pulls its base image ends at once', async () => {
    await registry.push('held', { layers: [await tinyLayer()] });
    const front = await holdBlobs(registry);
    try {
      const build = await begin(Template.fromImage(`${front.authority}/held:latest`).runCmd('true'));
      await front.asked;
      await expectCancelled(build);
      const layers = join(installation.dataDir, 'host/layers');
      await until(() => readdirSync(layers).length === 0, 'nothing of the pull is left');
    } finally {
      front.close();
    }
  });

  test('while its step runs or its service gets ready ends with what it has started', async () => {
    const never = { kind: 'tcp', port: 9, timeoutSecs: 3000 } as const;
    for (const [template, line] of [
      [Template.fromTemplate('base').runCmd('sleep 3000'), 'run sleep 3000'],
      [Template.fromTemplate('base').setStartCmd('sleep 3001', never), 'Started: sleep 3001'],
    ] as const) {
      const build = await begin(template);
      await until(
        async () => (await build.getStatus()).entries.some(({ message }) => message === line),
        'it is at this stage',
      );
      await expectCancelled(build);
    }
  });
});

/** Stands before a registry and gives out no blob before it is told to. */
async function holdBlobs(registry: TestRegistry) {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const front = createServer(async (request, response) => {
    const accept = request.headers.accept ?? '*/*';
    const answer = await fetch(`http://${registry.authority}${request.url}`, { headers: { accept } });
    const body = Buffer.from(await answer.arrayBuffer());
    if (request.url?.includes('/blobs/')) {
      asked.resolve();
      await held.promise;
    }
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, { 'content-type': type, 'content-length': body.length }).end(body);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    authority: `127.0.0.1:${(front.address() as AddressInfo).port}`,
    asked: asked.promise,
    release: () => held.resolve(),
    close() {
      held.resolve();
      front.closeAllConnections();
      front.close();
    },
  };
}
