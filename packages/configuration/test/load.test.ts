import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadSettings, SettingsError } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'nullspace-configuration-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(content: unknown, name = 'config.json'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problemsOf(options: Parameters<typeof loadSettings>[0]): string[] {
  try {
    loadSettings(options);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.problems.map(({ setting, source, message }) => `${setting} | ${source} | ${message}`);
  }
  assert.fail('was accepted');
}

test('flag beats environment beats file beats default', () => {
  const file = fileWith({ port: 4001, max_vcpus: 4, max_memory_mb: 1024, data_dir: '/srv/a' });
  const { settings, sources } = loadSettings({
    argv: ['--port', '4003', '--config-file', file],
    env: { NULLSPACE_PORT: '4002', NULLSPACE_MAX_VCPUS: '5' },
  });
  assert.deepEqual(
    [settings.port, settings.max_vcpus, settings.max_memory_mb, settings.max_disk_mb, settings.data_dir],
    [4003, 5, 1024, 262144, '/srv/a'],
  );
  assert.deepEqual(
    [sources.port, sources.max_vcpus, sources.max_memory_mb, sources.max_disk_mb],
    ['--port', 'NULLSPACE_MAX_VCPUS', file, 'default'],
  );
});

test('the file in the data folder is read without being named', () => {
  fileWith({ port: 4444 });
  const { settings, file } = loadSettings({ argv: [`--data-dir=${folder}`], env: {} });
  assert.equal(settings.port, 4444);
  assert.equal(file, join(folder, 'config.json'));
});

test('a missing default file is fine, a missing named one is not', () => {
  assert.equal(loadSettings({ argv: ['--data-dir', '/nowhere'], env: {} }).settings.port, 3000);
  assert.match(problemsOf({ argv: [], env: { NULLSPACE_CONFIG_FILE: '/nowhere.json' } })[0]!, /no such file/);
});

test('a default file cannot move the data folder it lies in', () => {
  fileWith({ data_dir: '/elsewhere' });
  assert.match(
    problemsOf({ argv: ['--data-dir', folder], env: {} })[0]!,
    /^data_dir \| .*config\.json \| must be/,
  );
});

test('unknown flags and keys are refused with the nearest name', () => {
  assert.deepEqual(problemsOf({ argv: ['--prot', '1'], env: {} }), [
    '--prot | command line | there is no such flag; did you mean --port?',
    '1 | command line | is not a flag; flags start with --',
  ]);
  const file = fileWith({ max_memory: 5 });
  assert.deepEqual(problemsOf({ argv: [], env: {}, file }), [
    `max_memory | ${file} | there is no such setting; did you mean max_memory_mb?`,
  ]);
});

test('a variable that looks like a setting is warned about, others are left alone', () => {
  const { warnings } = loadSettings({
    argv: ['--data-dir', '/nowhere'],
    env: { NULLSPACE_API_KEY: 'x', NULLSPACE_MAX_VCPU: '3', HOME: '/root' },
  });
  assert.deepEqual(warnings, [
    'NULLSPACE_MAX_VCPU is not a setting and has no effect; did you mean NULLSPACE_MAX_VCPUS?',
  ]);
});

test('a wrong value names setting, source and bound', () => {
  const env = { NULLSPACE_PORT: '70000', NULLSPACE_LOG_LEVEL: 'loud' };
  const problems = problemsOf({ argv: ['--data-dir', '/nowhere', '--guest-range', '10.200.0.5/16'], env });
  assert.match(problems[0]!, /^port \| NULLSPACE_PORT \| .*65535.*"70000"$/);
  assert.match(problems[1]!, /^guest_range \| --guest-range \| must be the first address.*from 8 to 26/);
  assert.match(problems[2]!, /^log_level \| NULLSPACE_LOG_LEVEL \| .*"trace"/);
});

test('values of the wrong kind in the file are refused', () => {
  for (const content of [
    { port: true },
    { port: null },
    { port: '' },
    { port: '0x10' },
    { service_user: 5 },
  ]) {
    assert.equal(
      problemsOf({ argv: [], env: {}, file: fileWith(content) }).length,
      1,
      JSON.stringify(content),
    );
  }
  for (const content of ['{', '[]', 'null', '"text"']) {
    assert.match(problemsOf({ argv: [], env: {}, file: fileWith(content) })[0]!, /^config_file/);
  }
});

test('flags without a value, given twice or with a value too much are refused', () => {
  assert.match(problemsOf({ argv: ['--port'], env: {} })[0]!, /needs a value/);
  assert.match(problemsOf({ argv: ['--port', '--data-dir', '/x'], env: {} })[0]!, /needs a value/);
  assert.match(problemsOf({ argv: ['--port=1', '--port=2'], env: {} })[0]!, /given twice/);
  assert.match(problemsOf({ argv: ['--json=1'], env: {}, own: { json: 'switch' } })[0]!, /takes no value/);
});

test('own flags, switches and positionals', () => {
  const loaded = loadSettings({
    argv: [
      'keys',
      'create',
      '--json',
      '--name',
      'ci',
      '--runsc-any-version',
      '--data-dir',
      '/nowhere',
      '--',
      '--x',
    ],
    env: {},
    own: { json: 'switch', name: 'text' },
    positionals: true,
  });
  assert.deepEqual(loaded.own, { json: true, name: 'ci' });
  assert.deepEqual(loaded.positionals, ['keys', 'create', '--x']);
  assert.equal(loaded.settings.runsc_any_version, true);
});

test('an empty variable counts as absent', () => {
  assert.equal(
    loadSettings({ argv: ['--data-dir', '/nowhere'], env: { NULLSPACE_PORT: '' } }).sources.port,
    'default',
  );
});

test('both ports the same is refused, unless the system chooses', () => {
  assert.match(problemsOf({ argv: ['--port', '3001'], env: {} })[0]!, /^port \| --port \| must differ/);
  loadSettings({ argv: ['--port', '0', '--metrics-port', '0', '--data-dir', '/nowhere'], env: {} });
});

test('a certificate by ACME needs all that it is made of, and says so at once', () => {
  const problems = problemsOf({
    argv: ['--preview-acme', 'true', '--preview-tls-cert', '/etc/tls.pem', '--preview-acme-directory', ''],
    env: {},
  });
  assert.deepEqual(
    problems.map((problem) => problem.split(' | ').slice(0, 2).join(' ')),
    [
      'preview_domain default',
      'preview_acme_directory --preview-acme-directory',
      'preview_acme_terms_agreed default',
      'preview_acme_hook default',
      'preview_tls_cert --preview-tls-cert',
    ],
  );
  const given = {
    NULLSPACE_PREVIEW_ACME: 'true',
    NULLSPACE_PREVIEW_DOMAIN: 'previews.example.com',
    NULLSPACE_PREVIEW_ACME_TERMS_AGREED: 'true',
    NULLSPACE_PREVIEW_ACME_HOOK: '/usr/local/bin/dns',
  };
  assert.equal(loadSettings({ argv: [], env: given }).settings.preview_acme, true);
  const directories = ['http://ca.example/directory', 'ca.example'];
  for (const directory of directories) {
    const env = { ...given, NULLSPACE_PREVIEW_ACME_DIRECTORY: directory };
    assert.match(problemsOf({ argv: [], env })[0]!, /must be an address that starts with https:/);
  }
  const unbound = problemsOf({ argv: ['--preview-acme-eab-kid', 'me'], env: given });
  assert.deepEqual(unbound, ['preview_acme_eab_key_file | default | must be set with preview_acme_eab_kid']);
  const env = { ...given, NULLSPACE_PREVIEW_ACME_EMAIL: 'me@a.example,you@b.example' };
  assert.match(problemsOf({ argv: [], env })[0]!, /must be one mail address/);
});
