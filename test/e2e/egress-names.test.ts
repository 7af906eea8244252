import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Sandbox, SandboxError } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { instanceOf } from '../harness/leftovers.ts';
import { type NamedWorld, openNamedWorld } from '../harness/named-world.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

/** Opens a connection and prints what comes; code 1 when none comes about. */
const connectScript = `
import socket, sys
connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), int(sys.argv[3]))
connection.settimeout(60)
print(connection.recv(64).decode().strip(), flush=True)
`;

/** Holds a connection that echoes, until it ends or a file says that it may go; prints how it went. */
const holdScript = `
import os, socket, sys, time
connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
connection.settimeout(10)
open('/tmp/held', 'w').write('yes')
try:
  while not os.path.exists('/tmp/release'):
    connection.sendall(b'x')
    if not connection.recv(64): raise OSError('end')
    time.sleep(0.1)
  print('alive')
except OSError:
  print('cut')
`;

/** The child of a host that reads names. */
function findEgress(hostPid: number): number {
  const found = readdirSync('/proc').find((pid) => {
    try {
      const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return parent === String(hostPid) && program.endsWith('/egress');
    } catch {
      // No process, or one that has just ended.
      return false;
    }
  });
  assert.ok(found, 'the host runs no egress program');
  return Number(found);
}

describe('egress policies with host names', () => {
  const context = suite();
  let installation: Installation;
  let world: NamedWorld;

  before(async () => {
    world = await openNamedWorld();
    context.after(() => world.close());
    installation = await startInstallation(context, { settings: { nameservers: world.nameserver } });
  });

  async function create(options: Parameters<typeof Sandbox.create>[0]): Promise<Sandbox> {
    const made = await Sandbox.create({ ...installation.connection, timeout: 1800, ...options });
    context.after(() => made.kill().catch(() => undefined));
    return made;
  }

  async function run(sandbox: Sandbox, command: string, ...args: string[]) {
    return await sandbox.commands.run(command, { args, timeoutSecs: 280 });
  }

  /** What curl gets, or its exit code. */
  async function curl(sandbox: Sandbox, ...args: string[]): Promise<string> {
    const { exitCode, stdout } = await run(sandbox, 'curl', '-sSk', '--max-time', '60', ...args);
    return exitCode === 0 ? stdout.trim() : `failed with ${exitCode}`;
  }

  /** What the port of neither HTTP nor TLS says. Packets that are dropped are waited for in vain. */
  async function greeting(sandbox: Sandbox, host: string, patienceSecs = 60): Promise<string> {
    const port = String(world.greetingPort);
    return (
      await run(sandbox, 'python3', '-c', connectScript, host, port, String(patienceSecs))
    ).stdout.trim();
  }

  /** Resolves when the log of a sandbox has this; the packet filter's comes some time after the packet. */
  async function logged(sandbox: Sandbox, wanted: Record<string, unknown>): Promise<void> {
    const fits = (item: object) =>
      Object.entries(wanted).every(([key, value]) => (item as Record<string, unknown>)[key] === value);
    await until(
      async () => (await sandbox.network.denied()).items.some(fits),
      `a refusal with ${JSON.stringify(wanted)}`,
    );
  }

  test('let a sandbox reach the allowed names on every port, and nothing else', async () => {
    const sandbox = await create({ network: { allowOut: ['API.example.test', '*.example.test.'] } });
    assert.equal(await curl(sandbox, 'http://api.example.test/'), 'api.example.test');
    assert.equal(await curl(sandbox, 'https://api.example.test/'), 'api.example.test');
    assert.equal(await curl(sandbox, 'https://www.example.test/'), 'www.example.test');
    assert.equal(await greeting(sandbox, 'api.example.test'), 'hello');
    assert.match(await curl(sandbox, 'https://other.test/'), /^failed with 6$/);
    assert.match(await curl(sandbox, `http://${world.otherAddress}/`), /refused by the network policy/);
    assert.match(await curl(sandbox, `https://${world.otherAddress}/`), /^failed/);
    assert.equal(await greeting(sandbox, world.otherAddress, 3), '');
    await logged(sandbox, { protocol: 'dns', name: 'other.test', reason: 'name_not_allowed' });
    await logged(sandbox, { protocol: 'tcp', address: world.otherAddress, port: 443, reason: 'no_name' });
    await logged(sandbox, {
      protocol: 'tcp',
      address: world.otherAddress,
      port: world.greetingPort,
      reason: 'not_allowed',
    });
    assert.ok(!world.seen().includes('lookup other.test'), 'a lookup of another name has left the host');
    assert.deepEqual((await sandbox.getInfo()).network, {
      allowOut: ['API.example.test', '*.example.test.'],
    });
  });

  test('keep connections to the name that they were opened for', async () => {
    const sandbox = await create({ network: { allowOut: ['api.example.test'] } });
    await curl(sandbox, 'https://api.example.test/');
    const at = (name: string, port: number) => ['--resolve', `${name}:${port}:${world.address}`];
    const spoofed = await curl(sandbox, ...at('evil.test', 443), 'https://evil.test/');
    assert.match(spoofed, /^failed/);
    const fronted = await curl(sandbox, '-H', 'Host: evil.test', 'http://api.example.test/');
    assert.match(fronted, /evil\.test is not in the sandbox's allow_out/);
    // Both requests go over one connection; the second one names another host.
    const second = await curl(
      sandbox,
      'http://api.example.test/',
      '--next',
      ...['-sS', '-H', 'Host: evil.test', 'http://api.example.test/'],
    );
    assert.match(second, /^api\.example\.test\nnullspace: refused/);
    // An allowed name at an address that was never its own.
    const moved = ['--resolve', `api.example.test:443:${world.otherAddress}`];
    assert.match(await curl(sandbox, ...moved, 'https://api.example.test/'), /^failed/);
    await logged(sandbox, { name: 'evil.test', port: 443, reason: 'name_not_allowed' });
    await logged(sandbox, { name: 'evil.test', port: 80, reason: 'name_not_allowed' });
    await logged(sandbox, { name: 'api.example.test', address: world.otherAddress, reason: 'other_address' });
    assert.ok(!world.seen().some((line) => line.includes('evil.test')), world.seen().join('\n'));
  });

  test('never lead to private addresses, to other resolvers or around the proxy', async () => {
    const sandbox = await create({ network: { allowOut: ['*.example.test'] } });
    assert.match(await curl(sandbox, 'http://private.example.test/'), /^failed with 6$/);
    await logged(sandbox, { protocol: 'dns', name: 'private.example.test', reason: 'private_answer' });
    // Of two addresses the public one is left.
    assert.equal(await curl(sandbox, 'http://mixed.example.test/'), 'mixed.example.test');
    const send = `
import socket, sys
socket.gethostbyname('mixed.example.test')
channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for host, port in ((sys.argv[1], 443), (sys.argv[2], 53), (sys.argv[3], 53)):
  channel.sendto(b'x' * 40, (host, port))
`;
    const gateway = installation.guestRange.replace(/\.0\/\d+$/, '.1');
    const args = [world.address, world.otherAddress, '169.254.169.254'];
    assert.equal((await run(sandbox, 'python3', '-c', send, ...args)).exitCode, 0);
    await logged(sandbox, { protocol: 'udp', address: world.address, port: 443, reason: 'quic' });
    await logged(sandbox, { protocol: 'udp', address: world.otherAddress, port: 53, reason: 'not_allowed' });
    await logged(sandbox, { address: '169.254.169.254', port: 53, reason: 'closed_network' });
    assert.ok(!world.seen().includes('datagram'));
    // What the host listens on, the proxy's ports included, is the host's.
    assert.match(await curl(sandbox, '--max-time', '3', `http://${gateway}:3000/`), /^failed/);
    await logged(sandbox, { address: gateway, port: 3000, reason: 'host' });
  });

  test('are for the sandbox that looked a name up, and for no other', async () => {
    const [one, other, open] = await Promise.all([
      create({ network: { allowOut: ['api.example.test'] } }),
      create({ network: { allowOut: ['api.example.test', '1.0.0.1'] } }),
      create({ network: { allowOut: ['also.example.test'], denyOut: [`${world.address}/32`] } }),
    ]);
    assert.equal(await greeting(one, 'api.example.test'), 'hello');
    assert.equal(await greeting(other, world.address, 3), '');
    // Where only some networks are denied, every name is resolved, and one that is allowed wins.
    assert.equal(await curl(open, 'http://other.test/'), 'other.test');
    assert.match(await curl(open, 'http://api.example.test/'), /refused by the network policy/);
    assert.equal(await curl(open, 'https://also.example.test/'), 'also.example.test');
  });

  test('change while connections are open, and outlive a pause, a fork and a host that was killed', async () => {
    const sandbox = await create({ network: { allowOut: ['api.example.test', 'also.example.test'] } });
    const holding = run(sandbox, 'python3', '-c', holdScript, 'api.example.test', String(world.greetingPort));
    const endless = run(sandbox, 'curl', '-sSkN', '--max-time', '100', 'https://api.example.test/endless');
    await until(async () => await sandbox.files.exists('/tmp/held'), 'a held connection');
    await until(
      () => world.seen().includes('request api.example.test api.example.test /endless'),
      'an endless answer',
    );
    // What is allowed still goes on.
    await sandbox.network.update({ allowOut: ['api.example.test'] });
    assert.match(await curl(sandbox, 'https://also.example.test/'), /^failed/);
    assert.equal(await curl(sandbox, 'https://api.example.test/'), 'api.example.test');
    await sandbox.network.update({ allowOut: ['also.example.test'] });
    assert.equal((await holding).stdout.trim(), 'cut');
    assert.notEqual((await endless).exitCode, 0);
    assert.match(await curl(sandbox, 'https://api.example.test/'), /^failed/);
    assert.equal(await curl(sandbox, 'https://also.example.test/'), 'also.example.test');

    const instance = instanceOf(installation, sandbox.id)!;
    const file = join(installation.dataDir, 'host/instances', instance, 'refusals.json');
    const isKept = () => existsSync(file) && readFileSync(file, 'utf8').includes('"api.example.test"');
    await until(async () => isKept(), 'the refusals on disk');
    await installation.host.kill('SIGKILL');
    await installation.startHost();
    const kept = await sandbox.network.denied();
    assert.ok(kept.total > 0);
    assert.ok(kept.items.some(({ name }) => name === 'api.example.test'));
    assert.equal(await curl(sandbox, 'https://also.example.test/'), 'also.example.test');
    assert.match(await curl(sandbox, 'https://api.example.test/'), /^failed/);

    const child = await sandbox.fork();
    context.after(() => child.kill().catch(() => undefined));
    assert.equal((await child.network.denied()).total, 0);
    assert.match(await curl(child, 'https://api.example.test/'), /^failed/);
    assert.equal(await curl(child, 'https://also.example.test/'), 'also.example.test');
    await sandbox.hibernate();
    const resumed = await Sandbox.connect(sandbox.id, installation.connection);
    context.after(() => resumed.kill().catch(() => undefined));
    assert.match(await curl(resumed, 'https://api.example.test/'), /^failed/);
    assert.equal(await curl(resumed, 'https://also.example.test/'), 'also.example.test');
    await resumed.network.update({ allowOut: [] });
    assert.equal(await curl(resumed, 'https://other.test/'), 'other.test');
  });

  test('let nothing through while the program that reads names is away, and come back with it', async () => {
    const sandbox = await create({ network: { allowOut: ['api.example.test'] } });
    const endless = run(sandbox, 'curl', '-sSN', '--max-time', '250', 'http://api.example.test/endless');
    await until(
      () => world.seen().includes('request - api.example.test /endless'),
      'an endless answer over HTTP',
    );
    process.kill(findEgress(installation.host.pid), 'SIGKILL');
    const { exitCode } = await endless;
    assert.ok(exitCode !== 0 && exitCode !== 28, `curl ended with ${exitCode}`);
    await until(
      async () => (await curl(sandbox, 'https://api.example.test/')) === 'api.example.test',
      'the program that reads names',
    );
    assert.match(await curl(sandbox, '-H', 'Host: evil.test', 'http://api.example.test/'), /refused by/);
  });

  test('name the entry that cannot be kept, and change nothing then', async () => {
    const sandbox = await create({ network: { allowOut: ['api.example.test'] } });
    const bad = [
      '*',
      'localhost',
      'https://api.example.test',
      'api.example.test:443',
      'a.*.test',
      'x_-.test',
    ];
    for (const entry of [...bad, 'bücher.test', `${'a'.repeat(64)}.test`, '*.*.test', 'a..test', '.test']) {
      const network = { allowOut: ['1.0.0.1', entry] };
      const refused = (error: unknown) =>
        error instanceof SandboxError &&
        error.code === 'invalid_request' &&
        error.message.includes('allow_out[1]');
      await assert.rejects(Sandbox.create({ ...installation.connection, network }), refused, entry);
      await assert.rejects(sandbox.network.update(network), refused, entry);
    }
    await assert.rejects(sandbox.network.update({ denyOut: ['api.example.test'] }), /allow_out alone/);
    assert.deepEqual((await sandbox.getInfo()).network, { allowOut: ['api.example.test'] });
    const stranger = installation.createKey('stranger');
    const elsewhere = { ...installation.connection, apiKey: stranger };
    const response = await fetch(`${installation.url}/v1/sandboxes/${sandbox.id}/network/denied`, {
      headers: { authorization: `Bearer ${elsewhere.apiKey}` },
    });
    assert.equal(response.status, 404);
  });
});
