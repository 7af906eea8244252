import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { repository } from '../harness/artifacts.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { memoryOf } from '../harness/memory-of.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

/** Answers each connection with all that came through it, once the client has no more to say. */
const mirror = `
import socketserver
class Mirror(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.read())
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
Server(('127.0.0.1', 7000), Mirror).serve_forever()
`;

describe('forwarded ports', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;

  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create({ ...installation.connection, timeout: 3600 });
    await sandbox.commands.run('python3', { args: ['-c', mirror], background: true });
    assert.ok((await sandbox.previews.waitFor(7000)).ready);
  });

  /** Sends bytes, then the end, and collects what comes back. */
  async function reflect(port: number, data: Buffer): Promise<Buffer> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.end(data);
    return Buffer.concat(await socket.toArray());
  }

  test('carry bytes both ways and the end of each side', async () => {
    const forward = await sandbox.forwardPort(7000);
    const data = randomBytes(12_000_000);
    const all = await Promise.all(
      [data, data.subarray(0, 1), data.subarray(5, 90_000)].map((part) =>
        reflect(forward.port, part).then((back) => back.equals(part)),
      ),
    );
    assert.deepEqual(all, [true, true, true]);
    await forward.close();
    await assert.rejects(reflect(forward.port, data), { code: 'ECONNREFUSED' });
  });

  test('hold a service back for a client that does not read', async () => {
    const flood =
      "import socket\ns = socket.create_server(('127.0.0.1', 7001))\nwhile True:\n c, _ = s.accept()\n try:\n  while True: c.sendall(bytes(1 << 20))\n except OSError: pass";
    await sandbox.commands.run('python3', { args: ['-c', flood], background: true });
    assert.ok((await sandbox.previews.waitFor(7001)).ready);
    const forward = await sandbox.forwardPort(7001);
    const socket = connect({ host: '127.0.0.1', port: forward.port });
    await once(socket, 'readable');
    const before = { server: memoryOf(installation.server.pid), own: process.memoryUsage().rss };
    let looks = 0;
    await until(() => ++looks > 40, 'it had time to fill what it can');
    const server = memoryOf(installation.server.pid) - before.server;
    const own = process.memoryUsage().rss - before.own;
    assert.ok(server < 64 * 1024 * 1024, `the server grew by ${server} bytes`);
    assert.ok(own < 64 * 1024 * 1024, `the client grew by ${own} bytes`);
    socket.destroy();
    await forward.close();
  });

  test('say why a connection failed, and refuse ports of the platform', async () => {
    for (const [port, code] of [
      [7999, 'preview_unreachable'],
      [49983, 'invalid_request'],
    ] as const) {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const forward = await sandbox.forwardPort(port, { onError: resolve });
      const socket = connect({ host: '127.0.0.1', port: forward.port });
      socket.on('error', () => undefined);
      assert.equal(((await promise) as { code: string }).code, code);
      await forward.close();
    }
  });

  test('end with the sandbox', async () => {
    const other = await Sandbox.create({ ...installation.connection, timeout: 3600 });
    await other.commands.run('python3', { args: ['-c', mirror], background: true });
    assert.ok((await other.previews.waitFor(7000)).ready);
    const forward = await other.forwardPort(7000);
    const socket = connect({ host: '127.0.0.1', port: forward.port });
    socket.on('error', () => undefined);
    socket.write('something');
    // It has arrived inside once the program has read it.
    await until(async () => {
      const { stdout } = await other.commands.run(
        'ls /proc/net/tcp && grep -c ":1B58 .* 01 " /proc/net/tcp',
        {
          shell: true,
        },
      );
      return /[1-9]\d*$/.test(stdout.trim());
    }, 'the connection is open inside');
    const closed = once(socket, 'close');
    await other.kill();
    socket.resume();
    await closed;
    await forward.close();
  });

  describe('on the command line', () => {
    const start = (...words: string[]): ChildProcess =>
      spawn(process.execPath, [join(repository, 'packages/cli/bin/nullspace.js'), ...words], {
        env: { ...process.env, ...installation.clientEnv() },
        stdio: ['ignore', 'pipe', 'pipe'],
      });

    test('take several pairs, and end cleanly at Ctrl-C', async () => {
      const child = start('sandbox', 'port-forward', sandbox.id, '0:7000', '0:7000');
      context.after(async () => void child.kill('SIGKILL'));
      const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
      const ports: number[] = [];
      for (const _ of [1, 2]) {
        const { value } = await lines.next();
        const match = /^127\.0\.0\.1:(\d+) leads to port 7000 of sb_/.exec(String(value));
        assert.ok(match, String(value));
        ports.push(Number(match[1]));
      }
      for (const port of ports) assert.equal((await reflect(port, Buffer.from('hi'))).toString(), 'hi');
      child.kill('SIGINT');
      assert.deepEqual(await once(child, 'close'), [0, null]);
    });

    test('refuse pairs that are none', async () => {
      for (const pair of ['a:b', '1:0', '80:70000', ':80']) {
        const child = start('sandbox', 'port-forward', sandbox.id, pair);
        assert.deepEqual(await once(child, 'close'), [2, null], pair);
      }
    });
  });
});
