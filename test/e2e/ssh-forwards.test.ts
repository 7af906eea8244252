import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { grantAccess } from '../harness/ssh-access.ts';
import { type MadeAccess, SshClient } from '../harness/ssh-client.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('SSH forwards', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  let client: SshClient;
  let access: MadeAccess;
  let port: number;
  let local: Server;

  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create({ ...installation.connection, timeout: 3600 });
    client = new SshClient(context);
    access = await grantAccess(installation, sandbox, { client });
    local = createServer((_request, response) => response.end('from the client')).listen(0, '127.0.0.1');
    await once(local, 'listening');
    context.after(async () => void local.close());
    port = (local.address() as AddressInfo).port;
  });

  const inside = async (command: string, user?: string) => {
    const options = { shell: true, timeoutSecs: 240, ...(user === undefined ? {} : { user }) };
    return (await sandbox.commands.run(command, options)).stdout.trim();
  };
  const fetchInside = (url: string, more = '') => inside(`curl -s -m 60 ${more} ${url} || echo "failed: $?"`);
  const listens = async (number: number) =>
    await until(
      async () => (await fetchInside(`http://127.0.0.1:${number}/`)) === 'from the client',
      `port ${number} leads to the client`,
    );
  const end = async (child: ChildProcess) => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  };

  test('lead a port of the sandbox to the client, on its loopback only, while the connection stands', async () => {
    const child = client.start(access, [], { flags: ['-N', '-R', `*:9001:127.0.0.1:${port}`] });
    await listens(9001);
    assert.equal(await fetchInside('http://[::1]:9001/'), 'from the client');
    assert.match(await fetchInside('http://$(hostname -i | cut -d " " -f 1):9001/'), /from|failed: 7/);
    const bound = await inside("awk '$4 == \"0A\" {print $2}' /proc/net/tcp | grep ':2329$'");
    assert.equal(bound, '0100007F:2329');
    await end(child);
    await until(async () => /failed: 7/.test(await fetchInside('http://127.0.0.1:9001/')), 'it is closed');
  });

  test('take a free port, carry many at once, and go when they are cancelled', async () => {
    const control = ['-o', `ControlPath=${join(client.folder, 'control')}`];
    const child = client.start(access, [], { flags: ['-N', '-M', ...control] });
    const ask = (words: string[]) => client.run(access, [], { flags: [...control, '-O', ...words] });
    await until(async () => (await ask(['check'])).code === 0, 'the connection stands');
    const made = await ask(['forward', '-R', `0:127.0.0.1:${port}`]);
    const given = Number(made.stdout.toString());
    assert.ok(given > 1023, made.stderr);
    await listens(given);
    const all = await inside(
      `for n in $(seq 40); do curl -s -m 200 http://127.0.0.1:${given}/ & done | cat; wait`,
    );
    assert.equal(all, 'from the client'.repeat(40));
    assert.equal((await ask(['cancel', '-R', `0:127.0.0.1:${port}`])).code, 0);
    await until(
      async () => /failed: 7/.test(await fetchInside(`http://127.0.0.1:${given}/`)),
      'it is closed',
    );
    await end(child);
  });

  test('survive a snapshot of the sandbox', async () => {
    const child = client.start(access, [], { flags: ['-N', '-R', `9002:127.0.0.1:${port}`] });
    await listens(9002);
    const snapshot = await sandbox.createSnapshot();
    assert.ok(snapshot);
    await listens(9002);
    assert.equal(child.exitCode, null);
    await end(child);
  });

  test('are refused for ports in use, those of the platform and too many of them, at once', async () => {
    const args = ['-m', 'http.server', '9003', '--bind', '127.0.0.1'];
    await sandbox.commands.run('python3', { args, background: true });
    assert.ok((await sandbox.previews.waitFor(9003, { kind: 'http' })).ready);
    for (const taken of ['9003', '22', '49983']) {
      const flags = ['-o', 'ExitOnForwardFailure=yes', '-R', `${taken}:127.0.0.1:${port}`];
      const ended = await client.run(access, ['sleep 300'], { flags });
      assert.equal(ended.code, 255, taken);
      assert.match(ended.stderr, /remote port forwarding failed/, taken);
    }
    const flags = Array.from({ length: 65 }, (_, n) => ['-R', `${9100 + n}:127.0.0.1:${port}`]).flat();
    const many = await client.run(access, ['sleep 300'], {
      flags: ['-o', 'ExitOnForwardFailure=yes', ...flags],
    });
    assert.equal(many.code, 255);
    assert.equal((many.stderr.match(/forwarding failed/g) ?? []).length, 1, many.stderr);
  });

  test('lead a socket of the sandbox to the client, with the rights of the account', async () => {
    const path = '/tmp/to-client.sock';
    const child = client.start(access, [], { flags: ['-N', '-R', `${path}:127.0.0.1:${port}`] });
    const see = () => fetchInside('http://client/', `--unix-socket ${path}`);
    await until(async () => (await see()) === 'from the client', 'the socket leads to the client');
    assert.equal(await inside(`stat -c '%a %U' ${path}`), '600 root');
    await end(child);
    await until(async () => (await inside(`ls ${path} 2>&1 || true`)).includes('No such file'), 'it is gone');

    const nobody = await grantAccess(installation, sandbox, { client, user: 'nobody' });
    const refused = ['-o', 'ExitOnForwardFailure=yes', '-R', `/root/x.sock:127.0.0.1:${port}`];
    const as = { user: nobody.access_id };
    const ended = await client.run(nobody, ['sleep 300'], { ...as, flags: refused });
    assert.equal(ended.code, 255, await inside('stat -c "%a %U" /root /root/x.sock'));
  });

  test('reach sockets of the sandbox that the account may use, and no others', async () => {
    const script = `
import os, socketserver
class Hello(socketserver.StreamRequestHandler):
    def handle(self): self.wfile.write(b'hello from a socket')
server = socketserver.ThreadingUnixStreamServer('/tmp/only-root.sock', Hello)
os.chmod('/tmp/only-root.sock', 0o600)
server.serve_forever()`;
    await sandbox.commands.run('python3', { args: ['-c', script], background: true });
    await until(async () => (await inside('stat -c %a /tmp/only-root.sock || true')) === '600', 'it listens');
    const nobody = await grantAccess(installation, sandbox, { client, user: 'nobody' });
    for (const [made, expected] of [
      [access, 'hello from a socket'],
      [nobody, ''],
    ] as const) {
      const path = join(client.folder, `socket-${made.access_id}`);
      const flags = ['-N', '-L', `${path}:/tmp/only-root.sock`, '-L', `${path}-none:/tmp/none`];
      const child = client.start(made, [], { flags, user: made.access_id });
      const read = async (at: string) => {
        const socket = connect({ path: at });
        return Buffer.concat(await socket.toArray().catch(() => [])).toString();
      };
      await until(() => connects(path), 'ssh listens');
      assert.equal(await read(path), expected);
      assert.equal(await read(`${path}-none`), '');
      await end(child);
    }
  });

  test('let programs use the agent of a client that wants it, as its account and no other', async () => {
    const { socket, stop } = await startAgent(client);
    context.after(stop);
    const flags = ['-A', '-o', `IdentityAgent=${socket}`];
    const own = execFileSync('ssh-keygen', ['-lf', `${client.identity}.pub`], { encoding: 'utf8' }).split(
      ' ',
    )[1]!;
    const list = `python3 - <<'END'
import os, socket, struct
s = socket.socket(socket.AF_UNIX); s.connect(os.environ['SSH_AUTH_SOCK'])
s.sendall(struct.pack('>IB', 1, 11))
size = struct.unpack('>I', s.recv(4))[0]
data = b''
while len(data) < size: data += s.recv(size)
import hashlib, base64
count, length = struct.unpack('>II', data[1:9])
print(count, 'SHA256:' + base64.b64encode(hashlib.sha256(data[9:9 + length]).digest()).decode().rstrip('='))
END`;
    const ended = await client.run(access, [list], { flags });
    assert.equal(ended.stdout.toString().trim(), `1 ${own}`, ended.stderr);
    const nobody = await grantAccess(installation, sandbox, { client, user: 'nobody' });
    const other = await client.run(nobody, [`${list}\nstat -c '%a %U' "\${SSH_AUTH_SOCK%/*}"`], {
      flags,
      user: nobody.access_id,
    });
    assert.equal(other.stdout.toString().trim(), `1 ${own}\n700 nobody`, other.stderr);
    assert.equal(await inside('ls -d /tmp/ssh-* 2>/dev/null || true'), '');
    const without = await client.run(access, ['echo "<$SSH_AUTH_SOCK>"']);
    assert.equal(without.stdout.toString(), '<>\n');
  });

  test('refuse X11 at once', async () => {
    const ended = await client.run(access, ['echo "<$DISPLAY>"'], { flags: ['-X'] });
    assert.deepEqual([ended.code, ended.stdout.toString()], [0, '<>\n'], ended.stderr);
  });
});

async function connects(path: string): Promise<boolean> {
  const socket = connect({ path });
  socket.on('error', () => undefined);
  const stands = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return stands;
}

/** An agent that holds the key of a client. */
async function startAgent({
  folder,
  identity,
}: SshClient): Promise<{ socket: string; stop(): Promise<void> }> {
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  await until(() => connects(socket), 'the agent listens');
  execFileSync('ssh-add', ['-q', identity], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return { socket, stop: async () => void agent.kill() };
}
