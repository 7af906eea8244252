import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRoutesApi } from '../support/routes-api.ts';
import { runCli } from '../support/run.ts';

const exec = (stdout = '', exit_code = 0) => ({
  exit_code,
  stdout,
  stderr: exit_code ? 'fatal: no\n' : '',
  pid: 1,
});

test('each git command runs what its words say', async () => {
  const outputs: Record<string, string> = {
    'rev-parse': 'main\n',
    status: '## main...origin/main\0 M a.txt\0',
    diff: '+x\n',
    config: 'value\n',
  };
  await using api = await startRoutesApi({
    'POST /exec': ({ body }: { body: unknown }) => {
      const { args = [] } = body as { args?: string[] };
      if (args.includes('branch') && args.includes('--format=%(refname:short)')) return exec('main\nnext\n');
      return exec(outputs[args.find((word) => word in outputs) ?? '']);
    },
  });
  const git = async (...words: string[]) => {
    api.asked.length = 0;
    const { code, stdout, stderr } = await runCli(['sandbox', 'git', ...words]);
    assert.deepEqual([code, stderr], [0, ''], words.join(' '));
    const ran = api.asked
      .filter(({ route }) => route === 'POST /exec')
      .map(({ body }) => body as { command: string; args?: string[]; cwd?: string });
    return {
      stdout,
      ran: ran.map(({ command, args }) => [command, ...(args ?? [])].join(' ')),
      cwd: ran[0]!.cwd,
    };
  };
  const status = await git('status', 'sb_1', '--path', '/data');
  assert.deepEqual(JSON.parse(status.stdout), { branch: 'main', clean: false, changed_files: ['a.txt'] });
  assert.equal(status.cwd, '/data');
  assert.deepEqual(JSON.parse((await git('branch', 'list', 'sb_1')).stdout), {
    current_branch: 'main',
    branches: ['main', 'next'],
  });
  assert.equal((await git('diff', 'sb_1')).stdout, '+x\n');
  assert.equal((await git('config', 'get', 'sb_1', 'user.name')).stdout, 'value\n');
  const silent: [string[], string[]][] = [
    [['add', 'sb_1'], ['git add -A']],
    [['add', 'sb_1', 'a', 'b'], ['git add -- a b']],
    [
      ['commit', 'sb_1', 'msg', 'a', '--author-name', 'A', '--author-email', 'a@x'],
      ['git add -- a', 'git -c user.name=A -c user.email=a@x commit -m msg'],
    ],
    [['checkout', 'sb_1', 'next'], ['git checkout next']],
    [['branch', 'create', 'sb_1', 'x'], ['git checkout -b x']],
    [['branch', 'delete', 'sb_1', 'x', '--force'], ['git branch -D x']],
    [['push', 'sb_1', '--branch', 'main', '--set-upstream'], ['git push --set-upstream origin main']],
    [['pull', 'sb_1', '--remote', 'up'], ['git pull up']],
    [
      ['clone', 'sb_1', 'https://x/a.git', '/d', '--depth', '1'],
      ['git clone --depth 1 -- https://x/a.git /d'],
    ],
    [['remote-add', 'sb_1', 'up', 'https://x/a.git', '--fetch'], ['git remote add -f up https://x/a.git']],
    [['config', 'set', 'sb_1', 'a.b', 'c'], ['git config --global a.b c']],
    [
      ['config', 'user', 'sb_1', 'A', 'a@x'],
      ['git config --global user.name A', 'git config --global user.email a@x'],
    ],
  ];
  for (const [words, expected] of silent) {
    const { stdout, ran } = await git(...words);
    assert.deepEqual([stdout, ran], ['', expected], words.join(' '));
  }
});

test('options that belong together are refused alone', async () => {
  await using api = await startRoutesApi({});
  const lines = [
    'clone sb_1 https://x/a.git /d --auth-username u',
    'pull sb_1 --auth-password p',
    'commit sb_1 msg --author-name A',
    'config get sb_1 a.b --scope local',
  ];
  for (const line of lines)
    assert.equal((await runCli(['sandbox', 'git', ...line.split(' ')])).code, 2, line);
  assert.equal(api.asked.length, 0);
});

test('a failure of git has its words', async () => {
  await using _api = await startRoutesApi({ 'POST /exec': exec('', 128) });
  const { code, stderr } = await runCli(['sandbox', 'git', 'checkout', 'sb_1', 'x']);
  assert.equal(code, 1);
  assert.match(stderr, /^Error: git checkout failed \(exit 128\): fatal: no/);
});
