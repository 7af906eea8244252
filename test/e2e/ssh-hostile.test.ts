import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { before, describe, test } from 'node:test';
import { type NewSshAccess, Sandbox } from 'nullspace';
import ssh2 from 'ssh2';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { memoryOf } from '../harness/memory-of.ts';
import { SshClient } from '../harness/ssh-client.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const MB = 1024 * 1024;

/** What the library keeps to itself. */
interface Inside extends ssh2.Client {
  _sock: Socket;
  _protocol: {
    channelData(channel: number, data: Buffer): void;
    channelWindowAdjust(channel: number, bytes: number): void;
    ping(): void;
  };
}

describe('SSH clients that break the rules', () => {
  const context = suite();
  let installation: Installation;
  let access: NewSshAccess;
  let identity: string;

  before(async () => {
    installation = await startInstallation(context);
    const sandbox = await Sandbox.create({ ...installation.connection, timeout: 3600 });
    const user = new SshClient(context);
    identity = user.identity;
    access = await sandbox.createSshAccess({ publicKey: user.publicKey });
  });

  async function run(command: string): Promise<{ client: Inside; id: number }> {
    const client = new ssh2.Client() as Inside;
    client.on('error', () => undefined);
    context.after(async () => void client.destroy());
    const { host, port, id: username } = access;
    client.connect({ host, port, username, privateKey: readFileSync(identity) });
    await once(client, 'ready');
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.exec(command, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    return { client, id: (channel as unknown as { outgoing: { id: number } }).outgoing.id };
  }

  test('by sending beyond the window are dropped', async () => {
    const { client, id } = await run('sleep 1000');
    let closed = false;
    client.once('close', () => {
      closed = true;
    });
    const start = memoryOf(installation.server.pid);
    // A size of which the window is no multiple.
    const block = Buffer.alloc(30_001);
    await until(
      () => {
        for (let sent = 0; sent < 40 && !closed; sent++) client._protocol.channelData(id, block);
        return closed;
      },
      'the server has closed the connection',
      240_000,
    );
    assert.ok(memoryOf(installation.server.pid) - start < 64 * MB);
  });

  test('by reading nothing of a program that writes, or of answers, hold themselves back', async () => {
    const { client, id } = await run('cat /dev/zero');
    for (let times = 0; times < 15; times++) client._protocol.channelWindowAdjust(id, 0x0fff_ffff);
    client._sock.pause();
    let closed = false;
    client._sock.once('close', () => {
      closed = true;
    });
    const start = memoryOf(installation.server.pid);
    // Bytes for a channel that there is not: nothing is made of them.
    const filler = Buffer.alloc(32 * 1024);
    await until(
      () => {
        for (let sent = 0; sent < 3000; sent++) client._protocol.ping();
        for (let sent = 0; sent < 16; sent++) client._protocol.channelData(id + 99, filler);
        // What the server does not take any more waits here; it may also take the client for dead.
        return closed || client._sock.writableLength > 8 * MB;
      },
      'the server reads no more',
      240_000,
    );
    const grown = memoryOf(installation.server.pid) - start;
    assert.ok(grown < 128 * MB, `the server grew by ${grown} bytes`);
    client._sock.destroy();
  });

  test('by connecting without logging in keep out others of their own address only', async () => {
    const scan = () => {
      const socket = connect({ host: '127.0.0.1', port: access.port, localAddress: '127.0.0.2' });
      context.after(async () => void socket.destroy());
      return socket.on('error', () => undefined);
    };
    const scanners = Array.from({ length: 120 }, () => scan().resume());
    const open = () => scanners.filter((socket) => !socket.closed).length;
    await until(
      () => scanners.every(({ connecting }) => !connecting) && open() <= 40,
      'most are turned away',
    );
    assert.equal(open(), 40);
    const { client } = await run('true');
    client.destroy();
    for (const socket of scanners) socket.destroy();
    const isGreeted = async () => {
      const socket = scan();
      const [greeting] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      return String(greeting).startsWith('SSH-2.0');
    };
    await until(isGreeted, 'there is room again');
  });
});
