import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { table } from '../src/registry/table.ts';
import { runCli } from './support/run.ts';

test('help of the program, of every group and of every command, with examples', async () => {
  assert.match((await runCli(['--help'])).stdout, /sandbox +Create sandboxes/);
  for (const path of Object.keys(table.groups)) {
    const { code, stdout } = await runCli([...path.split(' '), '--help']);
    assert.deepEqual([code, /Commands:/.test(stdout)], [0, true], path);
  }
  for (const { path } of table.commands) {
    const { code, stdout } = await runCli([...path, '--help']);
    assert.deepEqual(
      [code, stdout.startsWith(`Usage: nullspace ${path.join(' ')}`)],
      [0, true],
      path.join(' '),
    );
    assert.match(stdout, /Examples:\n {2}/, path.join(' '));
  }
});

test('a group without a command prints its help and exits with 2', async () => {
  for (const words of [[], ['sandbox'], ['sandbox', 'timeout']]) {
    const { code, stderr } = await runCli(words);
    assert.deepEqual([code, /Usage: nullspace/.test(stderr)], [2, true]);
  }
});

test('version and output version', async () => {
  assert.match((await runCli(['--version'])).stdout, /^nullspace, version \d+\.\d+\.\d+\n$/);
  assert.equal((await runCli(['--output-version', 'v1', 'sandbox', '--help'])).code, 0);
  assert.equal((await runCli(['--output-version=v2', 'sandbox'])).code, 2);
});

test('unknown commands are answered with similar names', async () => {
  const { code, stderr } = await runCli(['sandbox', 'lst']);
  assert.equal(code, 2);
  assert.match(stderr, /No such command: sandbox lst\.\nSuggested action: Did you mean: list\?/);
  assert.match((await runCli(['zzz'])).stderr, /See "nullspace --help"/);
});

test('usage errors are JSON when the line says so', async () => {
  const { code, stdout } = await runCli(['sandbox', 'create', '--vcpus', 'many', '--json']);
  assert.equal(code, 2);
  const { error } = JSON.parse(stdout);
  assert.equal(error.code, 'invalid_request');
  assert.match(error.message, /--vcpus must be a whole number, at least 1; it is "many"/);
});

test('wrong lines are refused with exit code 2', async () => {
  const lines = [
    'sandbox create --colour red',
    'sandbox create extra',
    'sandbox create --vcpus 0',
    'sandbox create --vcpus 1.5',
    'sandbox create --on-timeout explode',
    'sandbox create --on-timeout pause --timeout-action destroy',
    'sandbox create --env NOVALUE',
    'sandbox create --metadata-json [1]',
    'sandbox create --metadata-json {',
    'sandbox create --env-json {"A":1}',
    'sandbox create --network-json {"colour":1}',
    'sandbox list --fields ,',
    'sandbox get',
    'sandbox --frobnicate',
    'completion tcsh',
    'config --prot 1',
    'config --port 99999',
  ];
  for (const line of lines) assert.equal((await runCli(line.split(' '))).code, 2, line);
});

test('the schema describes every command', async () => {
  const schema = JSON.parse((await runCli(['schema'])).stdout);
  assert.equal(schema.schema_version, 'v1');
  for (const { path } of table.commands) assert.ok(schema.commands[path.join('.')], path.join(' '));
  const one = JSON.parse((await runCli(['schema', 'sandbox', 'exec'])).stdout);
  assert.deepEqual(
    one.arguments.map(({ name }: { name: string }) => name),
    ['sandbox_id', 'cmd'],
  );
  assert.equal(one.json_schema.properties.timeout.default, 30);
});

test('the settings and where they come from', async () => {
  const { stdout } = await runCli([
    'config',
    '--json',
    '--port',
    '4000',
    '--database-url',
    'postgres://u:secret@h/d',
  ]);
  const { settings } = JSON.parse(stdout);
  const find = (name: string) => settings.find((setting: { name: string }) => setting.name === name);
  assert.deepEqual([find('port').value, find('port').source], [4000, '--port']);
  assert.equal(find('database_url').value, 'postgres://u:[REDACTED]@h/d');
  assert.match(
    (await runCli(['config', '--describe'])).stdout,
    /--port\n {4}Port of the public API.*From 0 to 65535/,
  );
});

test('completion code is read by its shell', async () => {
  const { stdout } = await runCli(['completion', 'bash']);
  const script = `${stdout}\nCOMP_WORDS=(nullspace sandbox li) COMP_CWORD=2; _nullspace; echo "\${COMPREPLY[@]}"`;
  assert.equal(spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout, 'list\n');
  const flags = `${stdout}\nCOMP_WORDS=(nullspace sandbox create --vc) COMP_CWORD=3; _nullspace; echo "\${COMPREPLY[@]}"`;
  assert.equal(spawnSync('bash', ['-c', flags], { encoding: 'utf8' }).stdout, '--vcpus\n');
});

test('the program as it is installed: exit code, a reader that leaves early', () => {
  const program = join(import.meta.dirname, '../bin/nullspace.js');
  assert.equal(spawnSync(process.execPath, [program, 'nonsense']).status, 2);
  const piped = spawnSync('bash', [
    '-c',
    `set -o pipefail; "$0" "$1" schema | head -1`,
    process.execPath,
    program,
  ]);
  assert.deepEqual([piped.status, String(piped.stdout), String(piped.stderr)], [0, '{\n', '']);
});
