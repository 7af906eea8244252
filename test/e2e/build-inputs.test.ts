import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AuthError, type BuildError, Sandbox, Template, TemplateBuild } from 'nullspace';
import { startRegistry, type TestRegistry } from '../../packages/host/test/fixtures/registry.ts';
import { makeTar } from '../../packages/host/test/fixtures/tar.ts';
import { tinyLayer } from '../../packages/host/test/fixtures/tiny-image.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

const long = Boolean(process.env.NULLSPACE_TEST_LONG);
const size = { vcpus: 1, memoryMb: 512, diskMb: 2048 };
const credentials = { username: 'ann', password: 'a-word-that-nobody-keeps' };

describe('what builds are given', () => {
  let installation: Installation;
  let registry: TestRegistry;
  let folder: string;
  const context = suite();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nullspace-inputs-'));
    registry = await startRegistry({ credentials });
    installation = await startInstallation(context, { settings: { insecure_registries: '127.0.0.1' } });
  });
  after(async () => {
    await registry?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const options = () => ({ ...installation.connection, ...size });
  const inside = async (template: string, command: string) => {
    const sandbox = await Sandbox.create({ ...installation.connection, template });
    const { stdout } = await sandbox.commands.run(command, { shell: true, timeoutSecs: 900 });
    await sandbox.kill();
    return stdout.trim();
  };

  test('a context of many files arrives whole, and a link out of it is refused before anything is sent', async () => {
    const folders = 20;
    const each = long ? 5000 : 100;
    for (let number = 0; number < folders; number++) {
      mkdirSync(join(folder, `many/d${number}`), { recursive: true });
      for (let file = 0; file < each; file++)
        writeFileSync(join(folder, `many/d${number}/f${file}`), `${file % 50}\n`);
    }
    const copied = Template.fromTemplate('base', { fileContextPath: folder }).copy('many', '/srv/many');
    await Template.build(copied, 'many', options());
    const sum = 'find . -type f | sort | xargs cat | sha256sum';
    const here = execFileSync('sh', ['-c', `LC_ALL=C; export LC_ALL; ${sum}`], { cwd: join(folder, 'many') });
    const script = `export LC_ALL=C; cd /srv/many && find . -type f | wc -l && ${sum}`;
    const [count, digest] = (await inside('many', script)).split('\n');
    assert.deepEqual([count, digest], [String(folders * each), here.toString().trim()]);
    symlinkSync('/etc/hostname', join(folder, 'many/out'));
    await assert.rejects(Template.build(copied, 'leads-out', options()), { code: 'invalid_request' });
    assert.equal(await Template.exists('leads-out', installation.connection), false);
  });

  test('a file and a folder of the context can be copied into the root directory', async () => {
    mkdirSync(join(folder, 'tree/bin'), { recursive: true });
    writeFileSync(join(folder, 'tree/bin/word'), 'a word\n');
    writeFileSync(join(folder, 'note'), 'a note\n');
    const copied = Template.fromTemplate('base', { fileContextPath: folder })
      .copy('note', '/renamed')
      .copy('note', '/')
      .copy('tree', '/')
      .runCmd('cat /bin/word');
    await Template.build(copied, 'rooted', options());
    const seen = await inside('rooted', 'cat /renamed /note /usr/bin/word; readlink /bin; stat -c %a /');
    assert.equal(seen, 'a note\na note\na word\nusr/bin\n755');
  });

  test('credentials open a registry for one build, and nothing keeps them', async () => {
    const reference = await registry.push('closed', { layers: [await tinyLayer()] });
    const from = (auth?: { username: string; password: string }) =>
      Template.fromImage(reference, auth ? { auth: { kind: 'basic', ...auth } } : {}).runCmd('echo in > /in');
    for (const wrong of [undefined, { ...credentials, password: 'another' }])
      await assert.rejects(Template.build(from(wrong), 'closed', options()), (error: BuildError) => {
        assert.ok(error instanceof AuthError, String(error));
        assert.doesNotMatch(JSON.stringify(error), /another/);
        return true;
      });
    const { id } = await Template.build(from(credentials), 'closed', options());
    assert.equal(await inside('closed', 'cat /in'), 'in');
    const build = await TemplateBuild.connect(id, installation.connection);
    await assert.rejects(build.retry(), { code: 'invalid_request' });
    const again = await build.retry({ auth: { kind: 'basic', ...credentials } });
    assert.equal((await again.wait()).build.status, 'ready');
    const found = execFileSync(
      'sh',
      ['-c', `grep -rl "$1" server host/*.json *.log 2>/dev/null || true`, 'sh', credentials.password],
      { cwd: installation.dataDir, encoding: 'utf8' },
    );
    assert.equal(found, '');
  });

  test('an image is as it was made: setuid, links, accounts, what layers remove; but for character devices', async () => {
    const below = makeTar([
      { path: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n' },
      { path: 'etc/group', content: 'root:x:0:\napp:x:1000:\n' },
      { path: 'app/', uid: 1000, gid: 1000 },
      { path: 'tool', content: '#!/bin/sh\n', mode: 0o4755, xattrs: { 'security.capability': 'x' } },
      { path: 'linked', type: 'link', target: 'tool' },
      { path: 'gone', content: 'x' },
      { path: 'covered/old', content: 'x' },
      { path: 'null', type: 'char', device: [1, 3] },
    ]);
    const above = makeTar([
      { path: '.wh.gone' },
      { path: 'covered/.wh..wh..opq' },
      { path: 'covered/new', content: 'x' },
    ]);
    const config = { User: 'app', WorkingDir: '/app', Env: ['PATH=/bin'] };
    const layers = [await tinyLayer(), below, above];
    const reference = await registry.push('whole', { layers, config });
    const template = Template.fromImage(reference, { auth: { kind: 'basic', ...credentials } }).runCmd(
      'id -un > who; ls /covered >> who; ls /gone 2>/dev/null || echo removed >> who',
    );
    const made = await Template.build(template, 'whole', options());
    // The image is here already, and is no more whole than it was.
    const again = await Template.build(template.runCmd('true'), 'whole-again', options());
    for (const build of [made, again]) {
      const warnings = (await Array.fromAsync(build.logs())).filter(({ kind }) => kind === 'warning');
      assert.deepEqual(
        warnings.map(({ level, message }) => [level, message]),
        [
          ['warn', '1 extended attributes are not in the image, such as security.capability of "tool"'],
          ['warn', '1 device files of the image are hidden, such as "null"'],
        ],
      );
    }
    const seen = await inside(
      'whole',
      'cat who; stat -c "%a %h" /tool; stat -c %i /tool /linked; ls /null 2> /dev/null || echo hidden; pwd; id -un',
    );
    const [who, covered, gone, mode, one, other, device, cwd, user] = seen.split('\n');
    assert.deepEqual(
      [who, covered, gone, mode, cwd, user],
      ['app', 'new', 'removed', '4755 2', '/app', 'app'],
    );
    assert.equal(one, other);
    // gVisor tells no number of a device in an image, and takes it for a mark of removal.
    assert.equal(device, 'hidden');
  });

  test('an image of another machine is refused with both, and one that a build took stays when its tag moves', async () => {
    const auth = { kind: 'basic', ...credentials } as const;
    const layers = [await tinyLayer()];
    const foreign = await registry.push('foreign', { layers, architecture: 's390x' });
    await assert.rejects(
      Template.build(Template.fromImage(foreign, { auth }), 'foreign', options()),
      /linux\/s390x.*linux\//,
    );
    const one = await registry.push('moves', {
      layers: [...layers, makeTar([{ path: 'word', content: 'one' }])],
    });
    await Template.build(Template.fromImage(one, { auth }), 'moves', options());
    await registry.push('moves', { layers: [...layers, makeTar([{ path: 'word', content: 'two' }])] });
    assert.equal(await inside('moves', 'cat /word'), 'one');
    const anew = { ...options(), skipCache: true };
    await Template.build(Template.fromImage(one, { auth }), 'moves', anew);
    assert.equal(await inside('moves', 'cat /word'), 'two');
  });

  test('a registry that is down fails the build with its name, and can be tried again', async () => {
    // Nothing listens there.
    const reference = '127.0.0.1:1/late:latest';
    const build = await Template.buildInBackground(
      Template.fromImage(reference).runCmd('echo late > /late'),
      'late',
      options(),
    );
    await assert.rejects(build.wait(), (error: BuildError) => {
      assert.equal(error.failure?.phase, 'prepare');
      assert.equal(error.failure?.details?.reason, 'registry_unreachable', JSON.stringify(error.failure));
      assert.match(error.message, /127\.0\.0\.1:1/);
      assert.equal(error.retryable, true);
      return true;
    });
    await assert.rejects(Sandbox.create({ ...installation.connection, template: 'late' }), {
      code: 'template_not_found',
    });
  });

  test('two equal builds at once do the work once', async () => {
    const stamped = () => Template.fromTemplate('base').runCmd('sleep 1; date +%s%N > /stamp');
    const builds = await Promise.all(
      ['one', 'other'].map((name) => Template.build(stamped(), `twin-${name}`, options())),
    );
    const [one, other] = builds.map(({ info }) => info);
    assert.deepEqual(one!.artifactIds, other!.artifactIds);
    assert.equal(await inside('twin-one', 'cat /stamp'), await inside('twin-other', 'cat /stamp'));
    const stored = builds.map(({ info }) => info.cacheSummary.layer_stores ?? 0);
    assert.deepEqual(stored.sort(), [0, 1]);
  });
});
