import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshState } from '../../../src/builds/plan/build-state.ts';
import { ContextTree } from '../../../src/builds/plan/context-tree.ts';
import { planDockerfile } from '../../../src/builds/plan/dockerfile/plan-dockerfile.ts';
import { evaluateStage } from '../../../src/builds/plan/evaluate-stage.ts';

const file = (path: string) => ({ path, entry_type: 'file' as const, blob_id: 'blob_x' });
const context = new ContextTree([file('a.txt'), file('b.txt'), file('src/main.py')]);

function evaluate(text: string) {
  const stage = planDockerfile(text).at(-1)!;
  const options = {
    context,
    skipCache: false,
    keyOfStage: async (from: string | number) => `key of ${from}`,
  };
  return evaluateStage(stage, { key: 'base', state: freshState() }, options);
}

test('runs commands in both forms, with environment, folder and account of that moment', async () => {
  const text = [
    'ARG VERSION=1.2',
    'FROM python:$VERSION',
    'ARG VERSION',
    'ENV A="x y" B=$VERSION',
    'WORKDIR /srv',
    'WORKDIR app',
    'USER worker:staff',
    'RUN echo one && \\',
    '    # a comment between',
    '    echo $A',
    'RUN ["echo", "two"]',
  ].join('\n');
  assert.equal(planDockerfile(text)[0]?.base, 'python:1.2');
  const { operations, state } = await evaluate(text);
  const [, , shell, exec] = operations.map(({ action }) => action);
  assert.ok(shell?.kind === 'run' && exec?.kind === 'run');
  assert.match(shell.argv.join(' '), /^\/bin\/sh -c echo one &&\s+echo \$A$/);
  assert.deepEqual(
    [shell.user, shell.workdir, shell.env],
    ['worker:staff', '/srv/app', { VERSION: '1.2', A: 'x y', B: '1.2' }],
  );
  assert.deepEqual(exec.argv, ['echo', 'two']);
  assert.deepEqual(state.envs, { A: 'x y', B: '1.2' });
  assert.equal(operations[2]?.line, 8);
});

test('copies by pattern from the context, and by name from an earlier stage', async () => {
  const text =
    'FROM a AS build\nRUN make\nFROM b\nCOPY --chown=me --chmod=0600 *.txt /to/\nCOPY --from=build /out /out\n';
  assert.deepEqual(
    planDockerfile(text).map(({ base, name }) => [base, name]),
    [
      ['a', 'build'],
      ['b', undefined],
    ],
  );
  const [copy, stage] = (await evaluate(text)).operations.map(({ action }) => action);
  assert.ok(copy?.kind === 'copy' && stage?.kind === 'copy_stage');
  assert.deepEqual(
    copy.entries.map(({ name }) => name),
    ['a.txt', 'b.txt'],
  );
  assert.deepEqual([copy.dst, copy.owner, copy.mode], ['/to/', 'me', 0o600]);
  assert.deepEqual([stage.from, stage.sources, stage.dst], [0, ['/out'], '/out']);
  assert.equal(planDockerfile('FROM a AS x\nFROM x')[1]?.base, 0);
});

test('keeps a secret to the command that mounts it, and takes a heredoc as its script', async () => {
  const text =
    'FROM a\nRUN --mount=type=secret,id=key cat /run/secrets/key\nRUN <<EOF\necho one\necho two\nEOF\n';
  const [secret, script] = (await evaluate(text)).operations.map(({ action }) => action);
  assert.ok(secret?.kind === 'run' && script?.kind === 'run');
  assert.deepEqual(secret.secrets, [{ id: 'key', env: '', target: '/run/secrets/key', required: false }]);
  assert.equal(secret.argv.at(-1), 'cat /run/secrets/key');
  assert.equal(script.argv.at(-1)?.trim(), 'echo one\necho two');
});

test('keeps what has no effect on sandboxes', async () => {
  const text = 'FROM a\nLABEL who="me too"\nEXPOSE 80 53/udp\nVOLUME /data\nCMD ["run", "$it"]';
  assert.deepEqual((await evaluate(text)).state.metadata, {
    labels: { who: 'me too', 'nullspace.cmd': '["run", "$it"]' },
    exposed_ports: ['80/tcp', '53/udp'],
    volumes: ['/data'],
  });
});
