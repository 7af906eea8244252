import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Sandbox, Template, type TemplateBuild, TemplateWarmPool } from 'nullspace';
import { startInstallation } from '../harness/installation.ts';
import { until } from '../harness/until.ts';

const size = { vcpus: 1, memoryMb: 256, diskMb: 1024 };

test('old builds of a template that lives free their disk, and what anybody needs of them stays', async (context) => {
  const installation = await startInstallation(context);
  const connection = () => installation.connection;
  const build = (word: string) => {
    const template = Template.fromTemplate('base')
      .runCmd(`echo ${word} > /word`)
      .setStartCmd('sleep infinity', 'test -e /word');
    return Template.build(template, 'versions', { ...connection(), ...size });
  };
  const builds: TemplateBuild[] = [];
  for (const word of ['pinned', 'lived', 'old', 'newest', 'tagged']) {
    builds.push(await build(word));
    if (word !== 'pinned') continue;
    // It stays with the build of now.
    const pool = { template: 'versions', name: 'pinned', minReady: 1, maxReady: 1, ...size };
    await (await TemplateWarmPool.create(pool, connection())).waitUntilReady();
  }
  const [pinned, lived, old, newest, tagged] = builds.map(({ id }) => id) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const sandbox = await Sandbox.create({ ...connection(), template: `versions:${lived}` });
  const snapshot = await sandbox.createSnapshot();
  const filesOf = (id: string) => {
    const [image, memory] = builds.find((each) => each.id === id)!.info.artifactIds as [string, string];
    const host = join(installation.dataDir, 'host');
    return [join(host, 'images', `${image}.erofs`), join(host, 'snapshots', memory)].map((path) =>
      existsSync(path),
    );
  };
  for (const { id } of builds) assert.deepEqual(filesOf(id), [true, true]);

  // It looks at its start, and then every hour.
  const restart = async () => {
    await installation.server.kill('SIGTERM');
    await installation.startServer({
      NULLSPACE_TEMPLATE_KEEP_BUILDS: '1',
      NULLSPACE_BUILD_TIMEOUT_MS: '1000',
    });
  };
  await restart();
  await until(() => filesOf(old).every((exists) => !exists), 'the old build is freed');
  for (const id of [pinned, lived, newest, tagged]) assert.deepEqual(filesOf(id), [true, true]);
  const read = async (ref: string) => {
    const one = await Sandbox.create({ ...connection(), template: ref });
    const word = await one.files.read('/word');
    await one.kill();
    return word;
  };
  assert.equal(await read(`versions:${newest}`), 'newest\n');
  assert.equal(await read('versions'), 'tagged\n');
  await assert.rejects(read(`versions:${old}`), { code: 'template_not_found' });
  const page = await Template.listBuilds('versions', connection());
  const shown = page.builds.find(({ buildId }) => buildId === old);
  assert.equal(shown?.promotability?.status, 'purged');
  assert.ok(page.builds.every(({ buildId, sizeBytes }) => buildId === old || sizeBytes! > 0));

  // A snapshot of it needs the image, but not the template's own memory.
  await Sandbox.killById(sandbox.id, connection());
  await restart();
  await until(() => !filesOf(lived)[1], 'the build of the killed sandbox is freed');
  const copy = await Sandbox.create({ ...connection(), snapshotId: snapshot.id });
  assert.equal(await copy.files.read('/word'), 'lived\n');
  await copy.kill();
  assert.deepEqual(filesOf(lived), [true, false]);
});
