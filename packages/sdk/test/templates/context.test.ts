import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Template } from '../../src/index.ts';
import { contextFolder } from '../support/templates.ts';

const tree = {
  'a.txt': 'a',
  'b.log': 'b',
  'src/one file.py': '1',
  'src/deep/two.py': '2',
  'src/deep/b.log': 'deep',
  'src/run.sh': '#!/bin/sh',
  'src/.hidden.py': 'h',
};

function begin(context: TestContext, ignore?: Record<string, string>) {
  const folder = contextFolder(context, { ...tree, ...ignore });
  chmodSync(join(folder, 'src/run.sh'), 0o755);
  const template = (...patterns: string[]) =>
    Template.fromImage('a', { fileContextPath: folder, fileIgnorePatterns: patterns });
  return { folder, template };
}

async function files(template: Template): Promise<{ path: string; mode: string; content_base64?: string }[]> {
  return ((await template.toJson()).build_context as { files: never[] }).files;
}

async function below(template: Template, folder: string): Promise<string[]> {
  const paths = (await files(template)).map(({ path }) => path);
  const inside = paths.filter((path) => path.startsWith(folder));
  return inside.map((path) => path.slice(folder.length)).sort();
}

describe('files of a template', () => {
  test('are named by their steps', async (context) => {
    const { template } = begin(context);
    const made = template()
      .runCmd('true')
      .copy(['a.txt', 'src/one file.py'], '/x/', { user: 'me:us', mode: 0o600, forceUpload: true })
      .copyItems([
        { src: 'a.txt', dst: '/q' },
        { src: ['a.txt', 'b.log'], dst: '/r/', mode: '755' },
      ]);
    assert.deepEqual(((await made.toJson()).steps as unknown[]).slice(1), [
      {
        action: 'copy',
        sources: ['builder-context/step-1/src-0/a.txt', 'builder-context/step-1/src-1/one_file.py'],
        dst: '/x/',
        user: 'me:us',
        mode: '0600',
        force_upload: true,
      },
      {
        action: 'copy_items',
        items: [
          { sources: ['builder-context/step-2/src-0/a.txt'], dst: '/q' },
          {
            sources: ['builder-context/step-2/src-1-0/a.txt', 'builder-context/step-2/src-1-1/b.log'],
            dst: '/r/',
            mode: '0755',
          },
        ],
      },
    ]);
    const [first] = await files(made);
    assert.deepEqual([first!.mode, first!.content_base64], ['0644', 'YQ==']);
  });

  test('come with the whole folder', async (context) => {
    const { template } = begin(context);
    const made = template().copy('src', '/srv/');
    assert.deepEqual(await below(made, 'builder-context/step-0/src-0/src'), [
      '',
      '/.hidden.py',
      '/deep',
      '/deep/b.log',
      '/deep/two.py',
      '/one file.py',
      '/run.sh',
    ]);
    assert.equal((await files(made)).find(({ path }) => path.endsWith('run.sh'))!.mode, '0755');
  });

  test('are those that a glob matches', async (context) => {
    const { template, folder } = begin(context);
    const names = async (...sources: string[]) =>
      (await files(template().copy(sources, '/x/'))).map(({ path }) => path.split('/').slice(3).join('/'));
    assert.deepEqual(await names('src/**/*.py'), ['.hidden.py', 'two.py', 'one_file.py']);
    assert.deepEqual(await names('s*'), [
      'src',
      'src/.hidden.py',
      'src/deep',
      'src/one file.py',
      'src/run.sh',
      'src/deep/b.log',
      'src/deep/two.py',
    ]);
    writeFileSync(join(folder, '[odd]'), 'a name that looks like a glob');
    assert.deepEqual(await names('[odd]'), ['_odd_']);
  });

  test('leave out what the rules of Docker leave out', async (context) => {
    const { template } = begin(context, {
      '.dockerignore': '# comment\n*.log\nsrc\n!src/deep/two.py\n',
      '.nullspaceignore': 'a.txt\n',
    });
    const whole = template().copy('.', '/x/');
    assert.deepEqual(await below(whole, 'builder-context/step-0/src-0/context/'), [
      '.dockerignore',
      '.nullspaceignore',
      'src/deep/two.py',
    ]);
    const other = begin(context, { '.dockerignore': '*.log\n' });
    assert.deepEqual(
      await below(other.template('**/*.py').copy('src', '/x/'), 'builder-context/step-0/src-0/src/'),
      ['deep', 'deep/b.log', 'run.sh'],
    );
    await assert.rejects(other.template().copy('b.log', '/x').toJson(), /ignore rules/);
    await assert.rejects(other.template().copy('*.log', '/x').toJson(), /names nothing/);
  });

  test('outside or nowhere are refused', async (context) => {
    const { template, folder } = begin(context);
    writeFileSync(join(folder, '../secret'), 's');
    for (const source of ['../secret', '/etc/hostname', 'src/../../secret', 'nothing', '../*'])
      await assert.rejects(template().copy(source, '/x').toJson(), { code: 'invalid_request' });
  });

  for (const target of ['../secret', '/etc/hostname', 'src', 'dangling']) {
    test(`behind a link to ${target} are refused`, async (context) => {
      const { template, folder } = begin(context);
      writeFileSync(join(folder, '../secret'), 's');
      symlinkSync(target, join(folder, 'link'));
      for (const source of ['.', 'link', 'l*'])
        await assert.rejects(template().copy(source, '/x').toJson(), /link/);
    });
  }

  test('behind a link to a folder elsewhere are refused', async (context) => {
    const { template, folder } = begin(context);
    mkdirSync(join(folder, '../elsewhere'));
    writeFileSync(join(folder, '../elsewhere/secret'), 's');
    symlinkSync('../elsewhere', join(folder, 'link'));
    for (const source of ['link/secret', 'link/*', '*/secret'])
      await assert.rejects(template().copy(source, '/x').toJson(), /context|names nothing/);
  });

  test('are found by a glob beside links that it does not match', async (context) => {
    const { template, folder } = begin(context);
    symlinkSync('/etc/hostname', join(folder, 'out'));
    symlinkSync('nothing', join(folder, 'gone'));
    const found = await files(template().copy('a.*', '/x'));
    assert.deepEqual(
      found.map(({ path }) => path),
      ['builder-context/step-0/src-0/a.txt'],
    );
  });

  test('behind a link to a file inside are that file', async (context) => {
    const { template, folder } = begin(context);
    symlinkSync('a.txt', join(folder, 'link'));
    const [entry] = await files(template().copy('link', '/x'));
    assert.deepEqual([entry!.path, entry!.content_base64], ['builder-context/step-0/src-0/link', 'YQ==']);
  });

  test('are files', async (context) => {
    const { template, folder } = begin(context);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await assert.rejects(template().copy('.', '/x').toJson(), /pipe is neither/);
  });
});
