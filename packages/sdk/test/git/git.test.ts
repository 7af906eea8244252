import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type Git, GitError, Sandbox } from '../../src/index.ts';
import { json, startApiServer } from '../support/api-server.ts';
import { localExec } from '../support/local-exec.ts';
import { execRecord, sandboxRecord } from '../support/records.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The helpers over the real git of this machine, with a repository to clone from. */
async function connect(context: TestContext) {
  const home = temporaryFolder(context);
  const api = await startApiServer(context, localExec(home));
  const { git } = await Sandbox.connect('sb_1', api.connection);
  const origin = join(home, 'origin.git');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', origin]);
  await git.configureUser('A', 'a@example.com');
  return { git, home, origin };
}

async function cloned(context: TestContext) {
  const { git, home, origin } = await connect(context);
  const path = join(home, 'work');
  await git.clone(origin, path);
  writeFileSync(join(path, 'a.txt'), 'one\n');
  await git.commit('First', { path });
  await git.push({ path, branch: 'main', setUpstream: true });
  return { git, home, origin, path };
}

describe('git', () => {
  test('clones, commits, pushes and pulls', async (context) => {
    const { git, home, origin, path } = await cloned(context);
    const other = join(home, 'other');
    await git.clone(origin, other, { branch: 'main', depth: 1 });
    writeFileSync(join(other, 'b.txt'), 'two\n');
    await git.commit('Second', {
      path: other,
      files: ['b.txt'],
      author: { name: 'B', email: 'b@example.com' },
    });
    await git.push({ path: other });
    await git.pull({ path, branch: 'main' });
    assert.equal(readFileSync(join(path, 'b.txt'), 'utf8'), 'two\n');
    const log = execFileSync('git', ['-C', path, 'log', '--format=%an %s'], { encoding: 'utf8' });
    assert.equal(log, 'B Second\nA First\n');
  });

  test('tells what changed, whatever the names are', async (context) => {
    const { git, path } = await cloned(context);
    assert.deepEqual(await git.status({ path }), { branch: 'main', clean: true, changedFiles: [] });
    writeFileSync(join(path, 'a.txt'), 'changed\n');
    writeFileSync(join(path, 'ü "b" -> c'), '');
    execFileSync('git', ['-C', path, 'mv', 'a.txt', 'z.txt']);
    const { branch, clean, changedFiles } = await git.status({ path });
    assert.deepEqual([branch, clean], ['main', false]);
    assert.deepEqual(changedFiles.toSorted(), ['z.txt', 'ü "b" -> c'].toSorted());
    assert.match(await git.diff({ path }), /\+changed/);
  });

  test('makes, lists, switches and deletes branches', async (context) => {
    const { git, path } = await cloned(context);
    await git.createBranch('next', { path });
    assert.deepEqual(await git.branches({ path }), { currentBranch: 'next', branches: ['main', 'next'] });
    await git.checkout('main', { path });
    await git.deleteBranch('next', { path, force: true });
    assert.deepEqual((await git.branches({ path })).branches, ['main']);
  });

  test('keeps settings and remotes', async (context) => {
    const { git, path, origin } = await cloned(context);
    await git.setConfig('core.editor', 'vi', { scope: 'local', path });
    assert.equal(await git.getConfig('core.editor', { scope: 'local', path }), 'vi');
    assert.equal(await git.getConfig('user.email'), 'a@example.com');
    await git.addRemote('second', origin, { path, fetch: true });
    await git.addRemote('second', `${origin}/`, { path, overwrite: true });
    assert.equal(await git.getConfig('remote.second.url', { scope: 'local', path }), `${origin}/`);
    await assert.rejects(git.getConfig('x.y', { scope: 'local', path: '' }), GitError);
  });

  test('says why it failed, in its own words', async (context) => {
    const { git, path } = await cloned(context);
    await assert.rejects(git.checkout('no-such', { path }), (error: unknown) => {
      assert.ok(error instanceof GitError);
      assert.match(error.message, /^git checkout failed \(exit 1\): .*no-such/);
      assert.deepEqual([error.code, error.exitCode], ['git_error', 1]);
      return true;
    });
    await assert.rejects(git.add([], { path }), GitError);
  });

  test('clones into /workspace although the platform keeps a folder there', async (context) => {
    const { git, home, origin, path } = await cloned(context);
    const script = await recordedScript(context, (other) => other.clone(origin));
    const workspace = join(home, 'workspace');
    mkdirSync(join(workspace, '.nullspace'), { recursive: true });
    const here = script.replace('target=/workspace', `target='${workspace}'`);
    execFileSync('sh', ['-c', here]);
    assert.deepEqual(readdirSync(workspace).sort(), ['.git', '.nullspace', 'a.txt']);
    assert.throws(() => execFileSync('sh', ['-c', here], { stdio: 'pipe' }), /not an empty directory/);
    assert.ok(existsSync(join(path, 'a.txt')) && git);
  });

  test('a login lies in the sandbox for one command only, and never in its arguments', async (context) => {
    const seen: Record<string, unknown>[] = [];
    const api = await startApiServer(context, ({ path, body }, response) => {
      if (!path.endsWith('/exec')) return json(response, 200, sandboxRecord());
      seen.push(body as Record<string, unknown>);
      json(response, 200, execRecord({ stdout: 'https://example.com/a.git\n' }));
    });
    const { git } = await Sandbox.connect('sb_1', api.connection);
    const auth = { username: 'u', password: 's3cret' };
    await git.clone('https://example.com/a.git', '/data/a', { auth });
    const [setup, clone, cleaning] = seen;
    assert.equal((setup!.envs as Record<string, string>).NULLSPACE_GIT_AUTH_PASSWORD, 's3cret');
    const args = clone!.args as string[];
    assert.deepEqual(args.slice(0, 2), ['-c', 'credential.helper=']);
    assert.deepEqual(args.slice(-4), ['clone', '--', 'https://example.com/a.git', '/data/a']);
    assert.equal(cleaning!.command, 'rm');
    assert.ok(!JSON.stringify(args).includes('s3cret'));
    seen.length = 0;
    await git.push({ path: '/data/a', auth });
    assert.deepEqual((seen[0]!.args as string[]).slice(0, 2), ['config', '--get']);
    assert.equal(seen.length, 4);
    seen.length = 0;
    await assert.rejects(git.clone('https://u:p@example.com/a.git'), GitError);
    await assert.rejects(git.clone('git@example.com:a.git', '/data/b', { auth }), GitError);
    await assert.rejects(git.addRemote('x', 'https://u:p@example.com/a.git'), GitError);
    assert.equal(seen.length, 0);
  });
});

/** The script of the first command that a call sends. */
async function recordedScript(context: TestContext, use: (git: Git) => Promise<void>): Promise<string> {
  let script = '';
  const api = await startApiServer(context, ({ path, body }, response) => {
    if (!path.endsWith('/exec')) return json(response, 200, sandboxRecord());
    script = (body as { command: string }).command;
    json(response, 200, execRecord());
  });
  await use((await Sandbox.connect('sb_1', api.connection)).git);
  return script;
}
