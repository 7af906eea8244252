import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { repository } from '../harness/artifacts.ts';
import { pickGuestRange } from '../harness/guest-range.ts';

const stamp = join(repository, 'node_modules/.nullspace-stamp');
let folder: string;
let settings: string[];

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'nullspace-up-'));
  // The server's account must be able to reach its folder.
  chmodSync(folder, 0o755);
  settings = ['--data-dir', join(folder, 'data'), '--port', '0', '--metrics-port', '0'];
  settings.push('--guest-range', pickGuestRange());
});
after(() => {
  // Not by the command that `up` links: it may have failed before.
  run(process.execPath, [join(repository, 'packages/cli/bin/nullspace.js'), 'stop', ...settings]);
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, args: string[]) {
  const env = { ...process.env, XDG_CONFIG_HOME: folder, NULLSPACE_BIN_DIR: join(folder, 'bin') };
  for (const name of ['NULLSPACE_API_KEY', 'NULLSPACE_API_URL', 'NULLSPACE_BASE_URL'])
    delete env[name as never];
  return spawnSync(command, args, { encoding: 'utf8', env });
}

const up = () => run(join(repository, 'script/up'), settings);
const nullspace = (...args: string[]) => run(join(folder, 'bin/nullspace'), args);

test('from nothing running to a sandbox and back', { skip: !hasPackages() && 'needs script/test' }, () => {
  const first = up();
  assert.equal(first.status, 0, first.stdout + first.stderr);
  assert.match(first.stdout, /✓ first sandbox .*created in \d+ ms, command in \d+ ms/);

  const second = up();
  assert.equal(second.status, 0, second.stdout + second.stderr);
  assert.match(second.stdout, /Everything was there already; checked in [\d.]+ s\./);

  const configuration = join(folder, 'nullspace/config.json');
  assert.equal(statSync(configuration).mode & 0o777, 0o600);
  assert.match(JSON.parse(readFileSync(configuration, 'utf8')).base_url, /^http:\/\/127\.0\.0\.1:\d+$/);

  const sandbox = JSON.parse(nullspace('sandbox', 'create').stdout);
  const ran = nullspace('sandbox', 'exec', sandbox.id, '--shell', 'echo from inside; exit 3');
  assert.deepEqual([ran.status, ran.stdout], [3, 'from inside\n']);

  const doctor = nullspace('doctor', '--sandbox', ...settings);
  assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);

  assert.match(nullspace('keys', 'create', ...settings).stdout.trim(), /^ns_live_[\w-]{20,}$/);

  assert.equal(nullspace('stop', '--keep-sandboxes', ...settings).status, 0);
  assert.equal(nullspace('up', ...settings).status, 0);
  // The system chose another port, and the client configuration follows.
  assert.equal(nullspace('sandbox', 'exec', sandbox.id, 'true').status, 0);

  const stopped = nullspace('stop', ...settings);
  assert.match(stopped.stdout, /^1 sandbox killed\nserver stopped\nhost stopped\n$/);
  const suffix = createHash('sha256').update(join(folder, 'data')).digest('hex').slice(0, 6);
  assert.doesNotMatch(run('ip', ['netns', 'list']).stdout, new RegExp(`ns-${suffix}`));
  assert.doesNotMatch(run('nft', ['list', 'tables']).stdout, new RegExp(suffix));
  assert.equal(nullspace('status', ...settings).status, 1);
});

function hasPackages(): boolean {
  try {
    const contents = ['package-lock.json', 'package.json'].map((name) =>
      readFileSync(join(repository, name)),
    );
    const hash = createHash('sha256').update(Buffer.concat(contents)).digest('hex');
    return readFileSync(stamp, 'utf8').startsWith(hash);
  } catch {
    return false;
  }
}
