import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PtySession, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { processesOf } from '../harness/leftovers.ts';
import { memoryOf } from '../harness/memory-of.ts';
import { OpenTransfer } from '../harness/open-transfer.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';
import { WireSocket } from '../harness/wire-socket.ts';

const MIB = 1024 * 1024;
const MOST_GROWTH = 40 * MIB;

describe('terminals', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
  });

  const now = () => Sandbox.connect(sandbox.id, installation.connection);
  /** Reads a session until it has shown that. */
  async function shows(session: PtySession, wanted: string): Promise<string> {
    let shown = '';
    for await (const chunk of session) {
      shown += Buffer.from(chunk).toString();
      if (shown.includes(wanted)) return shown;
    }
    throw new Error(`ended without ${wanted}: ${shown}`);
  }
  const openWire = (command: string, onShown?: (frame: { offset: number; data_base64: string }) => void) =>
    WireSocket.open(installation, sandbox.id, {
      channel: 'pty',
      first: { type: 'pty_start', id: 't', command, shell: true },
      ...(onShown ? { onShown } : {}),
    });
  /** How much the server grows until `over`. */
  async function growth(over: Promise<unknown>): Promise<number> {
    const begin = memoryOf(installation.server.pid);
    let most = begin;
    const watching = setInterval(() => {
      most = Math.max(most, memoryOf(installation.server.pid));
    }, 50);
    await over.finally(() => clearInterval(watching));
    return most - begin;
  }

  test('fifty at once are each their own', async () => {
    const sessions = await Promise.all(
      Array.from({ length: 50 }, (_, index) => sandbox.pty.create({ cols: 80 + index, rows: 24 })),
    );
    assert.equal((await sandbox.pty.list()).length, 50);
    await Promise.all(
      sessions.map(async (session, index) => {
        await session.write(`x=${index}; echo own-$x-$(stty size | tr ' ' x); exit $x\n`);
        await shows(session, `own-${index}-24x${80 + index}`);
        assert.equal((await session.wait()).exitCode, index);
      }),
    );
    assert.deepEqual(await sandbox.pty.list(), []);
  });

  test('are shared by two clients, and joined with what was shown after the server was killed', async () => {
    const first = await sandbox.pty.create();
    await first.write('stty -echo; kept=still; echo scroll-$((20 + 1))\n');
    await shows(first, 'scroll-21');
    const second = await sandbox.pty.connect(first.id);
    await shows(second, 'scroll-21');
    await second.write('echo by-second-$((1 + 1))\n');
    await Promise.all([shows(first, 'by-second-2'), shows(second, 'by-second-2')]);
    for (const session of [first, second]) session.disconnect();
    await installation.server.kill('SIGKILL');
    await installation.startServer();
    const again = await (await now()).pty.connect(first.id);
    const scrollback = await shows(again, 'by-second-2');
    assert.match(scrollback, /scroll-21/);
    await again.write('echo $kept-here\n');
    await shows(again, 'still-here');
    await again.kill();
  });

  test('that are open go on after a pause, in the resumed sandbox', async () => {
    const paused = await Sandbox.create(installation.connection);
    const session = await paused.pty.create();
    await session.write('stty -echo; kept=thawed; echo ready-$((1 + 1))\n');
    await shows(session, 'ready-2');
    const wire = await WireSocket.open(installation, paused.id, {
      channel: 'pty',
      first: { type: 'pty_connect', id: 'w', session_id: session.id },
    });
    await wire.type('pty_started');
    const snapshot = await paused.pause();
    await assert.rejects(wire.type('pty_exited'), /paused/);
    assert.equal(wire.frames.find(({ type }) => type === 'error').details.status, 'paused');
    session.disconnect();
    const resumed = await Sandbox.resume(snapshot.id, installation.connection);
    const again = await resumed.pty.connect(session.id);
    assert.match(await shows(again, 'ready-2'), /ready-2/);
    await again.resize(91, 31);
    await again.write('echo $kept-$(stty size | tr " " x)\n');
    await shows(again, 'thawed-31x91');
    await again.kill();
    await resumed.kill();
  });

  test('of a client that does not read slow their program, and keep the server small', async (t) => {
    let [next, missing] = [0, 0];
    const take = ({ offset, data_base64 }: { offset: number; data_base64: string }) => {
      missing += offset - next;
      next = offset + Buffer.byteLength(data_base64, 'base64');
    };
    // What moving output at all takes is taken once, as much of it as waits below: the heap grows with its pace.
    const warm = await openWire(`stty raw; yes 0123456789 | head -c ${32 * MIB}`, () => undefined);
    await warm.type('pty_exited');
    const wire = await openWire(`stty raw; yes 0123456789 | head -c ${100 * MIB}`, take);
    const { pid } = await wire.type('pty_started');
    const handle = await (await now()).commands.connect(pid);
    const written = async () => (await handle.info()).stdoutBytes;
    wire.socket.pause();
    let stoodAt = -1;
    const grown = await growth(
      until(async () => {
        await sleep(500);
        const before = stoodAt;
        stoodAt = await written();
        return stoodAt > 0 && stoodAt === before;
      }, 'the program waits for its reader'),
    );
    assert.ok(stoodAt < 100 * MIB, 'the program did not wait');
    wire.socket.resume();
    while (next < stoodAt + MIB) await wire.next();
    assert.equal(missing, 0);
    wire.socket.send(JSON.stringify({ type: 'pty_kill' }));
    await wire.type('pty_exited');
    assert.ok(grown < MOST_GROWTH, `the server grew by ${grown} bytes`);
    t.diagnostic(`the program stood at ${stoodAt} bytes, the server grew by ${grown} bytes`);
  });

  test('take a flood of input at the pace of their program, and lose none of it', async (t) => {
    const total = 24 * MIB;
    const data = Buffer.alloc(total, 'all of it is typed. ');
    const shown: string[] = [];
    const script = `stty raw -echo; echo ready; until [ -e /tmp/go ]; do sleep 0.1; done; head -c ${total} | sha256sum`;
    const wire = await openWire(script, (frame) =>
      shown.push(Buffer.from(frame.data_base64, 'base64').toString()),
    );
    await until(() => shown.join('').includes('ready'), 'the program waits');
    const send = async () => {
      for (let at = 0; at < total; at += 64 * 1024) {
        const data_base64 = data.subarray(at, at + 64 * 1024).toString('base64');
        wire.socket.send(JSON.stringify({ type: 'pty_input', data_base64 }));
      }
      // Long enough for the server to take all, if it would.
      await sleep(2000);
    };
    const held = await growth(send());
    await until(() => wire.socket.bufferedAmount === 0, 'the server takes it, to its disk');
    await (await now()).files.write('/tmp/go', '');
    const grown = await growth(wire.type('pty_exited'));
    assert.ok(shown.join('').includes(createHash('sha256').update(data).digest('hex')), shown.join(''));
    assert.ok(held < MOST_GROWTH, `the server grew by ${held} bytes`);
    t.diagnostic(`the server grew by ${held} bytes while the program waited, then by ${grown}`);
  });

  test('whose program reads nothing are resized and killed all the same', async () => {
    const wire = await openWire('stty raw -echo; echo ready; exec sleep 1000');
    const { session_id } = await wire.type('pty_started');
    await until(() => wire.frames.some(({ type }) => type === 'pty_output'), 'the program runs');
    const data = 'x'.repeat(64 * 1024);
    // 40 MiB, far more than waits in memory: neither the size nor the kill may wait behind them.
    for (let frame = 0; frame < 640; frame++) wire.socket.send(JSON.stringify({ type: 'pty_input', data }));
    wire.socket.send(JSON.stringify({ type: 'pty_resize', cols: 77, rows: 7 }));
    await until(async () => (await (await now()).pty.get(session_id)).cols === 77, 'the new size');
    assert.equal((await (await now()).pty.get(session_id)).exitCode, undefined);
    wire.socket.send(JSON.stringify({ type: 'pty_kill' }));
    assert.equal((await wire.type('pty_exited')).exit_code, 137);
    // It is no longer listed, and says how it ended while it is remembered.
    assert.equal(
      (await (await now()).pty.list()).some(({ sessionId }) => sessionId === session_id),
      false,
    );
    assert.equal((await (await now()).pty.get(session_id)).exitCode, 137);
  });

  for (const how of ['killed by a call', 'lost with its processes'])
    test(`terminals, commands, watches and transfers of a sandbox that is ${how} end at once with an error`, async () => {
      const doomed = await Sandbox.create(installation.connection);
      await doomed.commands.run('mkdir /big; truncate -s 2G /big/file', { shell: true });
      const { pid } = await doomed.commands.run('echo begun; exec sleep 1000', {
        shell: true,
        background: true,
      });
      const below = `/v1/sandboxes/${doomed.id}`;
      const transfers = [
        new OpenTransfer(installation, `${below}/file?path=/big/file`),
        new OpenTransfer(installation, `${below}/file?path=/big&archive_format=tar`),
        new OpenTransfer(installation, `${below}/file?path=/new`, { method: 'PUT' }),
        new OpenTransfer(installation, `${below}/processes/${pid}/output`),
      ];
      const wires = await Promise.all([
        WireSocket.open(installation, doomed.id, { channel: 'pty', first: { type: 'pty_start', id: '1' } }),
        WireSocket.open(installation, doomed.id, {
          channel: 'exec',
          first: { type: 'exec_start', id: '2', command: 'sleep', args: ['1000'] },
        }),
        WireSocket.open(installation, doomed.id, {
          channel: 'watch',
          first: { type: 'file_watch', id: '3', path: '/tmp', user: null, recursive: true },
        }),
      ]);
      const call = assert.rejects(doomed.commands.run(['sleep', '1000'], { timeoutSecs: 600 }));
      await Promise.all(
        ['pty_started', 'exec_started', 'file_watch_started'].map((type, index) => wires[index]!.type(type)),
      );
      await Promise.all(transfers.map(({ begun }) => begun));
      if (how === 'killed by a call') await doomed.kill();
      else for (const pid of processesOf(installation, doomed.id)) process.kill(pid, 'SIGKILL');
      await until(
        () => wires.every(({ socket }) => socket.readyState === socket.CLOSED),
        'all connections are closed',
        20_000,
      );
      await call;
      for (const transfer of transfers) transfer.goOn();
      const ends = await Promise.race([
        Promise.all(transfers.map(({ over }) => over)),
        sleep(20_000, undefined),
      ]);
      assert.ok(ends, 'all transfers are over');
      const [file, archive, upload, output] = ends;
      // Whoever reads what is cut off can tell it from what is whole.
      assert.deepEqual([file!.complete, archive!.complete], [false, false]);
      assert.deepEqual([upload!.status, JSON.parse(upload!.text).code], [404, 'sandbox_not_found']);
      assert.match(output!.text, /"type":"error".*"code":"sandbox_not_found"/);
      for (const [index, { frames }] of wires.entries()) {
        const error = frames.find(({ type }) => type === 'error');
        assert.deepEqual([error?.id, error?.code], [String(index + 1), 'sandbox_not_found']);
        assert.match(error.message, new RegExp(doomed.id));
      }
    });
});
