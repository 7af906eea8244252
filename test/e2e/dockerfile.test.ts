import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { startRegistry, type TestRegistry } from '../../packages/host/test/fixtures/registry.ts';
import { makeTar } from '../../packages/host/test/fixtures/tar.ts';
import { tinyLayer } from '../../packages/host/test/fixtures/tiny-image.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
type Json = any;

describe('Dockerfiles', () => {
  let installation: Installation;
  let registry: TestRegistry;
  const context = suite();
  before(async () => {
    registry = await startRegistry();
    installation = await startInstallation(context, { settings: { insecure_registries: '127.0.0.1' } });
  });
  after(() => registry?.close());

  const post = (path: string, body: object) =>
    fetch(`${installation.url}/v1/templates${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** Builds in the foreground and returns the entries of the log. */
  const build = async (name: string, lines: string[]): Promise<Json[]> => {
    const build_config = { vcpus: 1, memory_mib: 384, disk_mb: 1024 };
    const answer = await post('/build', { name, dockerfile: `${lines.join('\n')}\n`, build_config });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    const events = text.split('\n').filter((line) => line.startsWith('data: '));
    return events.map((line) => JSON.parse(line.slice(6)));
  };
  const built = async (name: string, lines: string[]) => {
    const entries = await build(name, lines);
    assert.equal(entries.at(-1).kind, 'end', JSON.stringify(entries.slice(-4), null, 1));
    return entries;
  };
  const inside = async (template: string, command: string): Promise<string> => {
    const sandbox = await Sandbox.create({ ...installation.connection, template });
    try {
      return (await sandbox.commands.run(command, { shell: true })).stdout.trim();
    } finally {
      await sandbox.kill();
    }
  };

  test('have stages, arguments, an environment, accounts and heredocs', async () => {
    await built('staged', [
      'ARG BASE=base',
      'FROM nullspace/$BASE:latest AS make',
      'ARG WORD=plain',
      'ENV KIND=made-$WORD',
      'WORKDIR /out',
      'RUN echo "$KIND" > word && mkdir deep && echo deep > deep/file',
      'FROM nullspace/base:latest',
      'COPY --from=make --chown=nobody /out /srv/out',
      'RUN <<EOF',
      'set -e',
      'useradd -m worker',
      'echo two lines > /tmp/heredoc',
      'EOF',
      'ENV MODE=fast',
      'USER worker',
      'WORKDIR /home/worker',
      'RUN id -un > who',
    ]);
    const seen = await inside(
      'staged',
      'cat /srv/out/word /srv/out/deep/file /tmp/heredoc who; stat -c %U /srv/out/word; id -un; pwd; echo $MODE-$KIND; ls /out 2>&1 | wc -l',
    );
    const expected = 'made-plain,deep,two lines,worker,nobody,worker,/home/worker,fast-,1';
    assert.equal(seen.split('\n').join(), expected);
  });

  test('copy into the root directory, whose folders and links to folders stay what they are', async () => {
    await built('rooted', [
      'FROM base AS make',
      'RUN mkdir -p /tree/bin /tree/tmp /tree/opt/new && chmod 700 /tree/tmp && echo one > /one',
      'RUN printf "#!/bin/sh\\necho tool" > /tree/bin/tool && chmod 755 /tree/bin/tool && echo two > /tree/opt/new/two',
      'FROM base',
      'COPY --from=make /one /renamed',
      'COPY --from=make /one /',
      'COPY --from=make /tree /',
      'COPY --from=make /tree/opt .',
    ]);
    const seen = await inside(
      'rooted',
      'cat /renamed /one /opt/new/two /new/two; tool; readlink /bin; stat -c "%a %U" /tmp /; ls -d /.nullspace-* 2> /dev/null | wc -l',
    );
    assert.equal(seen.split('\n').join(), 'one,one,two,two,tool,usr/bin,1777 root,755 root,0');
  });

  test('begin from an image of busybox alone in a registry, with its account and environment', async () => {
    const files = makeTar([
      { path: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\napp:x:1000:1000::/app:/bin/sh\n' },
      { path: 'etc/group', content: 'root:x:0:\napp:x:1000:\n' },
    ]);
    const config = { User: 'app', Env: ['PATH=/bin', 'FROM_IMAGE=yes'] };
    const reference = await registry.push('tiny', { layers: [await tinyLayer(), files], config });
    await built('tiny', [`FROM ${reference}`, 'RUN id -un > /tmp/who', 'USER root', 'RUN echo kept > /kept']);
    assert.equal(await inside('tiny', 'cat /tmp/who /kept; echo $FROM_IMAGE'), 'app\nkept\nyes');
    const again = await built('tiny', [
      `FROM ${reference}`,
      'RUN id -un > /tmp/who',
      'USER root',
      'RUN echo kept > /kept',
    ]);
    assert.ok(again.some((entry) => entry.cache_kind === 'final_artifact' && entry.cache_status === 'hit'));
    const missing = (await build('none', [`FROM ${registry.authority}/none:1`, 'RUN true'])).at(-1);
    assert.equal(missing.error_detail.details.reason, 'image_not_in_registry', JSON.stringify(missing));
  });

  test('give files to accounts by name and number, with their modes, and leave folders as they were', async () => {
    await built('owned', [
      'FROM nullspace/base:latest AS make',
      'RUN mkdir -p /out/bin && cp /bin/true /out/bin/one && cp /bin/true /out/bin/two && chmod 4755 /out/bin/one',
      `RUN ["sh", "-c", "echo 'two words' > /out/said"]`,
      'FROM nullspace/base:latest',
      'RUN useradd -m worker && groupadd staff2 && mkdir -m 0711 /there && chown nobody /there',
      'COPY --from=make --chown=1234 /out/bin/* /there/',
      'COPY --from=make --chmod=0755 /out /all',
      'COPY --chown=worker:staff2 <<EOF /home/worker/conf',
      'PATH is "$PATH"',
      'EOF',
      'ENV PATH=/opt/mine:$PATH',
      'USER worker:staff2',
      'WORKDIR /made/by',
      'RUN echo fine > mine && id -gn > group',
      'RUN <<EOF',
      '#!/bin/cat',
      'a script of its own',
      'EOF',
      'USER 4321',
      'HEALTHCHECK CMD true',
    ]);
    const seen = await inside(
      'owned',
      [
        'stat -c "%a %u:%g" /there /there/one /there/two /all/bin/one /made/by /made',
        'stat -c "%U:%G" /home/worker/conf; cat /all/said /home/worker/conf /made/by/group; id -u; echo $PATH',
      ].join('; '),
    );
    const [there, one, two, all, by, made, conf, said, path, group, user, own] = seen.split('\n');
    assert.match(there!, /^711 65534:/);
    assert.deepEqual([one, two, all], ['4755 1234:1234', '755 1234:1234', '755 0:0']);
    assert.equal(by, made);
    assert.match(by!, /^755 [1-9]/);
    assert.deepEqual([conf, said, group, user], ['worker:staff2', 'two words', 'staff2', '4321']);
    assert.match(path!, /^PATH is "\//);
    assert.equal(own, `/opt/mine:${/"(.*)"/.exec(path!)![1]}`);
  });

  test('do what an image has its children do first, with its shell, its account by number and its environment', async () => {
    const config = {
      User: '65532:1000',
      Env: ['PATH=/bin', 'WHO=image'],
      Shell: ['/bin/sh', '-ec'],
      OnBuild: ['ENV FROM_TRIGGER=$WHO', 'RUN echo trigger > /tmp/trigger'],
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5e9 },
    };
    const reference = await registry.push('parent', { layers: [await tinyLayer()], config });
    const ended = (await build('child', [`FROM ${reference}`, 'RUN false; echo the shell goes on'])).at(-1);
    assert.equal(ended.error_detail?.details.exit_code, 1, JSON.stringify(ended));
    const told = (await built('child', [`FROM ${reference}`, 'RUN id -u > /tmp/id; id -g >> /tmp/id'])).at(
      -1,
    );
    assert.deepEqual(told.result_metadata.oci_metadata.healthcheck.test, ['CMD-SHELL', 'true']);
    assert.equal(
      await inside('child', 'cat /tmp/trigger /tmp/id; echo $FROM_TRIGGER; id -u'),
      'trigger\n65532\n1000\nimage\n65532',
    );
    const bad = { ...config, OnBuild: ['RUN --mount=type=bind,target=/x true'] };
    const other = await registry.push('bad-parent', { layers: [await tinyLayer()], config: bad });
    const failed = (await build('bad-child', ['', `FROM ${other}`, 'RUN true'])).at(-1);
    assert.equal(failed.error_detail.details.line, 2, JSON.stringify(failed));
  });

  test('give a step empty folders for what it caches, and keep nothing of them', async () => {
    const look = (folder: string) => `test -z "$(ls -A ${folder})" && touch ${folder}/cached`;
    await built('cached', [
      'FROM nullspace/base:latest',
      'RUN mkdir -p /srv/kept && echo kept > /srv/kept/file && chmod 750 /srv/kept',
      'RUN useradd -u 1234 worker',
      'USER worker',
      'WORKDIR /srv',
      `RUN --mount=type=cache,target=/srv/kept,uid=1234 --mount=type=cache,target=kept/deep,uid=1234 ${look('/srv/kept/deep')} && touch kept/too`,
      `RUN --mount=type=tmpfs,target=/made/here ${look('/made/here')}`,
      'USER root',
      `RUN --mount=type=cache,target=/srv/kept,mode=0700 ${look('/srv/kept')} && stat -c %a /srv/kept > /mode`,
    ]);
    assert.equal(
      await inside(
        'cached',
        'cat /srv/kept/file /mode; stat -c %a /srv/kept; ls -A /srv /srv/kept /made/here',
      ),
      'kept\n700\n750\n/made/here:\n\n/srv:\nkept\n\n/srv/kept:\nfile',
    );
  });

  test('begin from a root without files', async () => {
    const reference = await registry.push('tools', { layers: [await tinyLayer()] });
    await built('empty', [
      `FROM ${reference} AS tools`,
      'RUN echo made > /made',
      'FROM scratch',
      'COPY --from=tools /made /srv/made',
      'COPY --from=tools /bin/busybox /busybox',
      'ENV NAME=empty',
      'WORKDIR /work',
      'RUN ["/busybox", "touch", "/touched"]',
    ]);
    const sandbox = await Sandbox.create({ ...installation.connection, template: 'empty' });
    const tool = async (...args: string[]) => (await sandbox.commands.run('/busybox', { args })).stdout;
    assert.equal(await tool('cat', '/srv/made'), 'made\n');
    assert.match(await tool('env'), /^NAME=empty$/m);
    const found = (await tool('ls', '-A', '/')).trim().split('\n');
    assert.ok(
      ['srv', 'busybox', 'touched', 'work'].every((name) => found.includes(name)),
      found.join(' '),
    );
    assert.ok(!found.includes('bin'));
    assert.equal(await sandbox.files.read('/srv/made'), 'made\n');
    const child = await sandbox.fork();
    assert.equal((await child.commands.run('/busybox', { args: ['pwd'] })).stdout, '/work\n');
    for (const one of [child, sandbox]) await one.kill();
  });

  test('are refused before anything runs, by the line that cannot be honoured', async () => {
    const dockerfile = 'FROM nullspace/base:latest\nRUN true\n\nRUN --mount=type=ssh true\n';
    const refused = await post('/build', { name: 'refused', dockerfile });
    const { error } = (await refused.json()) as Json;
    assert.equal(refused.status, 400, JSON.stringify(error));
    assert.match(JSON.stringify(error), /line 4/i);
  });

  test('name the step that failed and its line', async () => {
    const failed = (
      await build('failing', ['FROM nullspace/base:latest', 'RUN true', 'RUN echo oops; exit 9'])
    ).at(-1);
    assert.equal(failed.kind, 'error');
    assert.equal(failed.error_detail.details.exit_code, 9);
    assert.equal(failed.error_detail.details.line, 3, JSON.stringify(failed.error_detail));
  });
});
