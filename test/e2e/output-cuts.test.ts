import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { WireSocket } from '../harness/wire-socket.ts';

const CUTS = 200;

/** Numbered lines until it is told to end, fewer than the agent keeps while nobody reads. */
const script = `
import os, sys, time
n = 0
while not os.path.exists(sys.argv[1]):
    for _ in range(300 if n < 400000 else 1):
        sys.stdout.write(f"line {n}\\n")
        n += 1
    sys.stdout.flush()
    time.sleep(0.01)
`;

describe('output whose connection is cut again and again', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
    context.after(() => sandbox.kill());
  });

  for (const binary of [false, true]) {
    test(`joins exactly, read as ${binary ? 'bytes' : 'text'}`, async (t) => {
      const { stdout } = await sandbox.commands.run('cat > /tmp/lines.py; echo kept', {
        shell: true,
        stdin: script,
      });
      assert.equal(stdout, 'kept\n');
      const stop = `/tmp/stop-${binary}`;
      const first = {
        type: 'exec_start',
        id: '1',
        command: 'python3',
        args: ['/tmp/lines.py', stop],
        binary,
      };
      let wire = await WireSocket.open(installation, sandbox.id, { channel: 'exec', first });
      const { pid } = await wire.type('exec_started');
      const pieces: Buffer[] = [];
      let next = 0;
      let cuts = 0;
      for (;;) {
        const cut = cuts < CUTS ? 1 + Math.floor(Math.random() * 6) : Number.POSITIVE_INFINITY;
        const exited = await readSome(wire, cut, (offset, data) => {
          assert.equal(offset, next, 'a byte was lost or came twice');
          pieces.push(data);
          next += data.length;
        });
        if (exited !== undefined) {
          assert.equal(exited, 0);
          break;
        }
        wire.socket.terminate();
        cuts += 1;
        if (cuts === CUTS) await sandbox.files.write(stop, '');
        const again = { type: 'exec_connect', id: '1', pid, stdout_offset: next, binary };
        wire = await WireSocket.open(installation, sandbox.id, { channel: 'exec', first: again });
      }
      const joined = Buffer.concat(pieces).toString();
      const lines = joined.split('\n');
      lines.slice(0, -1).forEach((line, n) => {
        if (line !== `line ${n}`) assert.fail(`line ${n} is ${JSON.stringify(line)}`);
      });
      wire.socket.terminate();
      t.diagnostic(`${cuts} cuts, ${joined.length} bytes`);
      assert.equal(cuts, CUTS);
    });
  }
});

/** Reads so many pieces of output. Returns the exit code when the process has ended before. */
async function readSome(
  wire: WireSocket,
  count: number,
  take: (offset: number, data: Buffer) => void,
): Promise<number | undefined> {
  let left = count;
  let seen = 0;
  const takeOne = (offset: number, data: Buffer) => {
    if (left-- > 0) take(offset, data);
  };
  wire.onPiece(({ offset, data }) => takeOne(offset, data));
  for (;;) {
    for (; seen < wire.frames.length; seen++) {
      const frame = wire.frames[seen];
      if (frame.type === 'exec_stdout') takeOne(frame.offset, Buffer.from(frame.data));
      if (frame.type === 'exec_exit' && left > 0) return frame.exit_code as number;
      if (frame.type === 'error') throw new Error(frame.message);
    }
    if (left <= 0) return undefined;
    if (wire.socket.readyState >= wire.socket.CLOSING) throw new Error('closed in the middle');
    await wire.next();
  }
}
