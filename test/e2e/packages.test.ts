import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type BuildError, Sandbox, Template } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

const size = { vcpus: 1, memoryMb: 512, diskMb: 1024 };

/**
 * Sandboxes of tests reach no network, so the sources of the package managers are folders of the image: the commands
 * and the package managers are the real ones.
 */
describe('steps that install packages', () => {
  let installation: Installation;
  let folder: string;
  const context = suite();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nullspace-packages-'));
    makeDebianSource(join(folder, 'apt'));
    makePythonSource(join(folder, 'pip'));
    makeNodePackage(join(folder, 'npm'));
    makeRepository(join(folder, 'git'));
    installation = await startInstallation(context);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The base image with all sources in place of those of the network. */
  const withSources = () =>
    Template.fromTemplate('base', { fileContextPath: folder })
      .copy('apt', '/sources/apt')
      .copy('pip', '/sources/pip')
      .copy('npm', '/sources/npm')
      .copy('git', '/sources/git')
      .runCmd(
        'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* && echo "deb [trusted=yes] file:/sources/apt ./" > /etc/apt/sources.list',
      )
      .setBuildEnvs({ PIP_NO_INDEX: '1', PIP_FIND_LINKS: '/sources/pip', npm_config_offline: 'true' });
  const build = (template: ReturnType<typeof withSources>, name: string) =>
    Template.build(template, name, { ...installation.connection, ...size });

  test('leave them there for every sandbox, in the image and for one account', async () => {
    await build(
      withSources()
        .aptInstall('nullspace-hello')
        .pipInstall('nullspace-hello')
        .npmInstall('/sources/npm/hello.tgz', { global: true })
        .gitClone('/sources/git', { path: '/srv/code', branch: 'main' })
        .setUser('user')
        .pipInstall('nullspace-mine', { global: false }),
      'installed',
    );
    const sandbox = await Sandbox.create({ ...installation.connection, template: 'installed' });
    const script = [
      'nullspace-hello-deb',
      'python3 -c "import nullspace_hello; print(nullspace_hello.WORD)"',
      'nullspace-hello-npm',
      'cat /srv/code/word',
      'python3 -c "import nullspace_mine; print(nullspace_mine.__file__)"',
      'ls /var/lib/apt/lists | wc -l',
    ].join(' && ');
    const { stdout } = await sandbox.commands.run(script, { shell: true });
    const lines = stdout.trim().split('\n');
    assert.deepEqual(lines.slice(0, 4), ['from apt', 'from pip', 'from npm', 'from git']);
    assert.match(lines[4]!, /^\/home\/user\/\.local\//);
    assert.equal(lines[5], '0');
    const root = await sandbox.commands.run('python3 -c "import nullspace_mine"', {
      shell: true,
      user: 'root',
    });
    assert.notEqual(root.exitCode, 0);
    await sandbox.kill();
  });

  test('of what there is not fail with what the package manager says', async () => {
    const failing = [
      [withSources().aptInstall('nullspace-none'), /Unable to locate package nullspace-none/],
      [withSources().pipInstall('nullspace-none'), /No matching distribution found for nullspace-none/],
      [withSources().npmInstall('/sources/npm/none.tgz', { global: true }), /ENOENT|no such file/i],
      [withSources().gitClone('/sources/none', { path: '/srv/none' }), /does not exist|not.*repository/],
    ] as const;
    for (const [template, words] of failing)
      await assert.rejects(build(template, 'failing'), (error: BuildError) => {
        assert.equal(error.failure?.phase, 'build_step');
        assert.match(JSON.stringify(error.failure), words);
        return true;
      });
  });
});

function write(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
}

/** A folder as `deb [trusted=yes] file:… ./` reads it. */
function makeDebianSource(folder: string): void {
  const root = join(folder, 'root');
  const control = {
    Package: 'nullspace-hello',
    Version: '1.0',
    Architecture: 'all',
    Maintainer: 'Test <test@example.com>',
    Description: 'says a word',
  };
  const fields = Object.entries(control).map(([name, value]) => `${name}: ${value}\n`);
  write(join(root, 'DEBIAN/control'), fields.join(''));
  write(join(root, 'usr/bin/nullspace-hello-deb'), '#!/bin/sh\necho from apt\n', 0o755);
  const name = 'nullspace-hello_1.0_all.deb';
  const run = (command: string, args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('dpkg-deb', ['--root-owner-group', '--build', 'root', name]);
  rmSync(root, { recursive: true });
  const [digest] = run('sha256sum', [name]).split(' ');
  const size = Number(run('stat', ['--format=%s', name]));
  write(
    join(folder, 'Packages'),
    `${fields.join('')}Filename: ./${name}\nSize: ${size}\nSHA256: ${digest}\n`,
  );
}

/** Wheels, as `--find-links` finds them. */
function makePythonSource(folder: string): void {
  const script = `
import sys, zipfile
folder, name, word = sys.argv[1:]
info = f"{name}-1.0.dist-info"
with zipfile.ZipFile(f"{folder}/{name}-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr(f"{name}/__init__.py", f"WORD = {word!r}\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", f"{name}/__init__.py,,\\n{info}/METADATA,,\\n{info}/WHEEL,,\\n{info}/RECORD,,\\n")
`;
  mkdirSync(folder);
  for (const name of ['nullspace_hello', 'nullspace_mine'])
    execFileSync('python3', ['-c', script, folder, name, 'from pip']);
}

/** What `npm pack` makes. */
function makeNodePackage(folder: string): void {
  const root = join(folder, 'package');
  const about = { name: 'nullspace-hello', version: '1.0.0', bin: { 'nullspace-hello-npm': 'run.js' } };
  write(join(root, 'package.json'), JSON.stringify(about));
  write(join(root, 'run.js'), '#!/usr/bin/env node\nconsole.log("from npm");\n', 0o755);
  execFileSync('tar', ['--create', '--gzip', '--file=hello.tgz', 'package'], { cwd: folder });
  rmSync(root, { recursive: true });
}

/** A bare repository, since a context has no folders named like those of git itself. */
function makeRepository(folder: string): void {
  const work = `${folder}-work`;
  write(join(work, 'word'), 'from git\n');
  const git = (...args: string[]) => {
    const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
    execFileSync('git', [...author, ...args], { cwd: work, stdio: 'pipe' });
  };
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=one');
  git('clone', '--quiet', '--bare', work, folder);
  rmSync(work, { recursive: true });
}
