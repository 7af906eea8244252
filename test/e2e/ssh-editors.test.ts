import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { WebSocket } from 'ws';
import { repository } from '../harness/artifacts.ts';
import { freePort } from '../harness/free-port.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { connectThrough } from '../harness/socks.ts';
import { grantAccess } from '../harness/ssh-access.ts';
import { collect, type MadeAccess, SshClient } from '../harness/ssh-client.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const FOLDER = '/root/.editor server';
const SOCKET = '/tmp/editor.sock';
const BIG = 112 * 1024 * 1024;
const PIECE = 1024 * 1024;

/** What such an editor leaves running in the sandbox: a WebSocket server, which counts the clients that it has had. */
const server = `
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { WebSocketServer } from 'ws';
let clients = 0;
const http = createServer((_request, response) => response.end(String(process.pid)));
new WebSocketServer({ server: http, maxPayload: 4 * ${PIECE} }).on('connection', (socket) => {
  clients += 1;
  const hash = createHash('sha256');
  let bytes = 0;
  socket.on('message', (data, binary) => {
    if (!binary) return socket.send(JSON.stringify({ clients, bytes, digest: hash.copy().digest('hex') }));
    hash.update(data);
    bytes += data.length;
    socket.send(data);
  });
});
const where = process.argv[2];
http.listen(where === 'socket' ? { path: '${SOCKET}' } : { host: '127.0.0.1', port: 0 }, () => {
  console.log('listening on ' + (where === 'socket' ? where : http.address().port));
});
`;

/** What it sends to a shell: it takes a lock, starts the server once, and waits for the place where that listens. */
const install = (where: 'port' | 'socket') => `
cd "$HOME/.editor server" || exit 9
exec 9> "lock-${where}"
flock -w 20 9 || exit 8
if ! kill -0 "$(cat ${where}.pid 2>/dev/null)" 2>/dev/null; then
  node server.mjs ${where} > ${where}.log 2>&1 < /dev/null 9>&- &
  echo $! > ${where}.pid
fi
for try in $(seq 200); do grep -q listening ${where}.log && break; sleep 0.1; done
flock -u 9
echo "platform=$(uname -sm)"
echo "home=$HOME shell=$SHELL user=$(id -un)"
echo "way=$SSH_CONNECTION"
echo "pid=$(cat ${where}.pid)"
echo "listening=$(sed -n 's/listening on //p' ${where}.log)"
`;

describe('editors that work over SSH', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  let client: SshClient;
  let access: MadeAccess;

  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create({ ...installation.connection, timeout: 3600 });
    client = new SshClient(context);
    access = await grantAccess(installation, sandbox, { client });
    await sandbox.files.write(`${FOLDER}/server.mjs`, server);
    const to = `${access.sandbox_id}@${access.host}:${FOLDER}/node_modules/ws`;
    await sandbox.files.mkdir(`${FOLDER}/node_modules`);
    const copied = await client.copy('scp', access, ['-qr', join(repository, 'node_modules/ws'), to]);
    assert.equal(copied.code, 0, copied.stderr);
  });

  interface Begun {
    child: ChildProcess;
    said: Record<string, string>;
  }

  /** Logs in as the editor does. The connection stays while its input is open. */
  async function begin(where: 'port' | 'socket', flags: string[]): Promise<Begun> {
    const child = client.start(access, ['bash'], { flags: ['-T', '-o', 'ConnectTimeout=15', ...flags] });
    let shown = '';
    let errors = '';
    child.stdout!.on('data', (data: Buffer) => {
      shown += data;
    });
    child.stderr!.on('data', (data: Buffer) => {
      errors += data;
    });
    child.stdin!.write(install(where));
    await until(() => {
      assert.equal(child.exitCode, null, `ssh ended: ${shown}${errors}`);
      return /listening=.*\n/.test(shown);
    }, 'the server listens');
    const said = Object.fromEntries(
      [...shown.matchAll(/(\w+)=(.*)/g)].map(([, name, value]) => [name, value]),
    );
    return { child, said: said as Record<string, string> };
  }

  const end = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin!.end();
    child.kill();
    await once(child, 'close');
  };

  async function open(socket: Socket): Promise<WebSocket> {
    const web = new WebSocket('ws://editor/', { createConnection: () => socket });
    await once(web, 'open');
    return web;
  }

  async function ask(web: WebSocket): Promise<{ clients: number; bytes: number; digest: string }> {
    // Several messages may come at the same moment.
    const said = Promise.withResolvers<string>();
    const listen = (data: Buffer, binary: boolean) => binary || said.resolve(data.toString());
    web.on('message', listen);
    web.send('how much');
    const patience = setTimeout(() => said.reject(new Error('no answer within 60 s')), 60_000);
    const answer = await said.promise;
    clearTimeout(patience);
    web.off('message', listen);
    return JSON.parse(answer);
  }

  /** Sends much and has all of it sent back. */
  async function exchange(web: WebSocket, size: number): Promise<void> {
    const pieces = [randomBytes(PIECE), randomBytes(PIECE - 1)];
    const count = Math.ceil(size / PIECE);
    const total = count * PIECE - Math.floor(count / 2);
    const sent = createHash('sha256');
    const got = createHash('sha256');
    let back = 0;
    const all = new Promise<void>((resolve, reject) => {
      web.on('message', (data: Buffer, binary: boolean) => {
        if (!binary) return;
        got.update(data);
        back += data.length;
        if (back >= total) resolve();
      });
      web.once('close', () => reject(new Error('the connection broke')));
    });
    for (let number = 0; number < count; number++) {
      const piece = pieces[number % 2]!;
      sent.update(piece);
      web.send(piece);
      await until(() => web.bufferedAmount < 8 * PIECE, 'there is room');
    }
    await all;
    const wanted = sent.digest('hex');
    assert.equal(got.digest('hex'), wanted);
    assert.equal((await ask(web)).digest, wanted);
  }

  test('install their server through a shell, and reach it by SOCKS with much both ways', async () => {
    const proxy = await freePort();
    const { child, said } = await begin('port', ['-D', String(proxy)]);
    assert.match(said.platform!, /^Linux /);
    assert.equal(said.home, '/root shell=/bin/bash user=root');
    assert.match(said.way!, /^127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+$/);
    assert.equal(said.way!.split(' ')[3], String(access.port));
    const web = await open(await connectThrough(proxy, '127.0.0.1', Number(said.listening)));
    await exchange(web, BIG);
    web.close();
    await assert.rejects(connectThrough(proxy, '127.0.0.1', 1), /refused|closed/);
    await end(child);
  });

  test('find their server again after the connection dropped, started once', async () => {
    const ports = [await freePort(), await freePort()];
    const first = await begin('port', ['-D', String(ports[0])]);
    const web = await open(await connectThrough(ports[0]!, 'localhost', Number(first.said.listening)));
    const { clients } = await ask(web);
    const closed = once(web, 'close');
    first.child.kill('SIGKILL');
    await closed;
    const second = await begin('port', ['-D', String(ports[1])]);
    assert.deepEqual([second.said.pid, second.said.listening], [first.said.pid, first.said.listening]);
    const again = await open(await connectThrough(ports[1]!, 'localhost', Number(second.said.listening)));
    assert.equal((await ask(again)).clients, clients + 1);
    again.close();
    await end(second.child);
  });

  test('start it once also when several come at the same moment', async () => {
    const all = await Promise.all([1, 2, 3].map(() => begin('socket', [])));
    assert.equal(new Set(all.map(({ said }) => said.pid)).size, 1);
    for (const { child } of all) await end(child);
  });

  test('reach a server that listens on a socket, by local port and by local socket', async () => {
    const port = await freePort();
    const path = join(client.folder, 'local');
    const flags = ['-L', `127.0.0.1:${port}:${SOCKET}`, '-L', `${path}:${SOCKET}`];
    const { child, said } = await begin('socket', flags);
    assert.equal(said.listening, 'socket');
    const web = await open(connect({ host: '127.0.0.1', port }));
    await exchange(web, 16 * PIECE);
    web.close();
    const other = await open(connect({ path }));
    assert.equal((await ask(other)).bytes, 0);
    other.close();
    await end(child);
  });

  test('share one connection among sessions, and add forwards to it', async () => {
    const control = join(client.folder, 'control');
    const shared = ['-o', `ControlPath=${control}`];
    const alive = ['-o', 'ServerAliveInterval=1', '-o', 'ServerAliveCountMax=2'];
    const master = client.start(access, [], { flags: ['-N', '-M', ...alive, ...shared] });
    const command = async (words: string[], more: string[] = []) =>
      await client.run(access, words, { flags: [...shared, ...more] });
    await until(async () => (await command([], ['-O', 'check'])).code === 0, 'the connection stands');
    const ways = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => command(['echo "$SSH_CONNECTION"'])));
    const said = new Set(ways.map(({ stdout }) => stdout.toString()));
    assert.equal(said.size, 1, [...said].join());
    // More than may be open at the same time.
    for (let number = 0; number < 30; number++) assert.equal((await command(['true'])).code, 0);

    const inner = (await begin('port', shared)).said;
    const port = await freePort();
    const forward = ['-L', `127.0.0.1:${port}:127.0.0.1:${inner.listening}`];
    assert.equal((await command([], ['-O', 'forward', ...forward])).code, 0);
    const web = await open(connect({ host: '127.0.0.1', port }));
    const { clients } = await ask(web);
    assert.ok(clients > 0);
    // Longer than the keep-alives would take to give up.
    const data = randomBytes(100_000);
    const slow = await command(['sleep 4; cat | sha256sum'], []);
    assert.equal(slow.code, 0, slow.stderr);
    assert.equal(master.exitCode, null);
    web.send(data);
    assert.equal((await ask(web)).bytes, data.length);
    web.close();
    assert.equal((await command([], ['-O', 'cancel', ...forward])).code, 0);
    await assert.rejects(once(connect({ host: '127.0.0.1', port }), 'connect'));
    const left = collect(master);
    assert.equal((await command([], ['-O', 'exit'])).code, 0);
    await left;
  });
});
