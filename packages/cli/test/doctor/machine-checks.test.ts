import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const root = join(import.meta.dirname, '../../../..');
const folder = mkdtempSync(join(tmpdir(), 'nullspace-checks-'));
const tools = join(folder, 'tools');

before(() => {
  // A PATH with what Debian always has, and nothing that this machine has beside it.
  mkdirSync(tools);
  const essential =
    'bash sh cat sed sort head tail grep comm df dirname basename uname id tr sleep cut unshare true mktemp chmod rm';
  for (const tool of essential.split(' ')) {
    const path = [`/usr/bin/${tool}`, `/bin/${tool}`].find(existsSync);
    if (path) symlinkSync(path, join(tools, tool));
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Status, message and fix of one check. */
function check(name: string, env: Record<string, string> = {}, args: string[] = []): string {
  const words = ['--data-dir', folder, '--cache-dir', folder, '--port', '0', '--only', name, ...args];
  const { stdout } = spawnSync(join(root, 'script/lib/machine-checks'), words, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  const line = stdout.split('\n').find((text) => text.startsWith(`${name}\t`));
  assert.ok(line, `${name} is not among: ${stdout}`);
  return line.slice(name.length + 1).replaceAll('\t', ' | ');
}

test('missing tools are named with the way to get them', () => {
  const env = { PATH: tools, NULLSPACE_GO_ROOT: folder };
  assert.match(check('go', env), /^fail \| Go is missing.*\| Install Go 1\.\d+.* from https:\/\/go\.dev/);
  assert.match(check('python', env), /^fail \| python3 is missing.*\| apt-get install python3/);
  assert.match(check('distribution', env), /^fail \| .* has no apt-get \| Use Debian 12/);
  assert.match(check('node', env), /^fail \| Node\.js and npm are missing/);
});

test('unsupported distributions are refused, supported ones are not', () => {
  const release = (content: string) => ({ NULLSPACE_OS_RELEASE: file('os-release', content) });
  assert.match(
    check('distribution', release('ID=debian\nVERSION_ID=11\nPRETTY_NAME="Debian 11"')),
    /^fail.*older/,
  );
  assert.match(check('distribution', release('ID=debian\nVERSION_ID=12\nPRETTY_NAME=Debian')), /^pass/);
  assert.match(
    check('distribution', release('ID=fedora\nVERSION_ID=40\nPRETTY_NAME=Fedora')),
    /^fail.*Fedora/,
  );
});

test('what gVisor needs of the kernel', () => {
  assert.match(
    check('seccomp', { NULLSPACE_SECCOMP_ACTIONS: '/nonexistent' }),
    /^fail \| the kernel has no seccomp/,
  );
  assert.match(
    check('cgroups', { NULLSPACE_CGROUP_ROOT: folder }),
    /^fail \| no cgroup controller for: cpu memory pids/,
  );
  const version2 = join(folder, 'cgroup2');
  mkdirSync(version2);
  writeFileSync(join(version2, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
  assert.match(check('cgroups', { NULLSPACE_CGROUP_ROOT: version2 }), /^pass \| cgroup version 2/);
});

test('whether bandwidth can be limited is tried, and said without failing', () => {
  const isRoot = process.getuid?.() === 0;
  assert.match(check('bandwidth'), isRoot ? /^pass \| bandwidth of sandboxes can/ : /^pass/);
  assert.match(check('bandwidth', { NULLSPACE_TC: 'no-such-tc' }), /^warn \| tc is missing.*\| apt-get/);
  if (isRoot)
    assert.match(
      check('bandwidth', { NULLSPACE_TC: 'false' }),
      /^warn \| the kernel cannot.*CONFIG_NET_SCH_HTB/,
    );
});

test('tasks that hang in the kernel are named', () => {
  const proc = join(folder, 'proc');
  for (let pid = 100; pid < 110; pid++) {
    const task = join(proc, String(pid), 'task', String(pid));
    mkdirSync(task, { recursive: true });
    writeFileSync(join(task, 'stat'), `${pid} (runsc-sandbox) D 1 2 3\n`);
  }
  assert.match(
    check('hung_tasks', { NULLSPACE_PROC: proc }),
    /^fail \| 10 tasks of runsc or nft hang.*\| Restart/,
  );
});

test('a taken port is refused', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    assert.match(
      check('port', {}, ['--port', String(port)]),
      new RegExp(`^fail \\| port ${port} of 127.0.0.1 is taken`),
    );
    // The same port is fine when the server of this installation holds it.
    mkdirSync(join(folder, 'run'));
    writeFileSync(join(folder, 'run/server.pid.json'), JSON.stringify({ pid: process.pid }, null, 2));
    if (existsSync('/usr/bin/ss') || existsSync('/bin/ss')) {
      assert.match(check('port', {}, ['--port', String(port)]), /^pass/);
    }
  } finally {
    server.close();
  }
});

test('a caller who is not root is told', { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
  // The repository may lie in a folder that only root can enter.
  const open = mkdtempSync(join(tmpdir(), 'nullspace-open-'));
  cpSync(join(root, 'script/lib'), open, { recursive: true });
  chmodSync(open, 0o755);
  const account = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const command = [...account, join(open, 'machine-checks'), '--port', '0'];
  const { stdout, status } = spawnSync('setpriv', command, { encoding: 'utf8', cwd: '/' });
  rmSync(open, { recursive: true });
  assert.equal(status, 1);
  assert.match(stdout, /^root\tfail\trunning as nobody/m);
});

test('script/up refuses an unfit machine and unknown settings before it changes anything', () => {
  const cache = join(folder, 'cache');
  const up = (args: string[], env: Record<string, string>) =>
    spawnSync(join(root, 'script/up'), ['--data-dir', join(folder, 'data'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NULLSPACE_CACHE_DIR: cache, ...env },
    });
  const unfit = up(['--port', '0'], { NULLSPACE_SECCOMP_ACTIONS: '/nonexistent' });
  assert.equal(unfit.status, 1);
  assert.match(unfit.stderr, /nothing was changed[\s\S]*seccomp: the kernel has no seccomp filters/);
  assert.equal(unfit.stdout, '');
  const unknown = up(['--prot', '1'], {});
  assert.deepEqual([unknown.status, /no setting --prot/.test(unknown.stderr)], [2, true]);
  assert.deepEqual([existsSync(cache), existsSync(join(folder, 'data'))], [false, false]);
});
