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
