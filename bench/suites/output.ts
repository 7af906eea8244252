import { Sandbox } from 'nullspace';
import { WireSocket } from '../../test/harness/wire-socket.ts';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { startRawTcp } from '../lib/raw-tcp.ts';

const MEBIBYTE = 1024 * 1024;
const BYTES = 256 * MEBIBYTE;

export const bench: Bench = {
  name: 'output',
  about:
    'output of one process: to the SDK as text, and as bytes on the socket, beside raw TCP out of the guest',
  async run({ connection, installation, rounds }) {
    await using sandbox = await Sandbox.create({ ...connection, memoryMb: 1024 });
    const raw = await startRawTcp(installation, sandbox);
    const script = `import sys; block = b"x" * 2**20; [sys.stdout.buffer.write(block) for _ in range(${BYTES} >> 20)]`;
    const command = `python3 -c '${script}'`;
    const rate = async (act: () => Promise<unknown>) => BYTES / MEBIBYTE / ((await time(act)) / 1000);
    const samples = await alternate(Math.max(3, Math.round(rounds / 10)), {
      raw: () => rate(() => raw.receive(BYTES)),
      // What the program itself needs when nobody reads.
      alone: () => rate(() => sandbox.commands.run(`${command} > /dev/null`, { shell: true })),
      bytes: () =>
        rate(async () => {
          const first = { type: 'exec_start', id: '1', command, shell: true, binary: true };
          const wire = await WireSocket.open(installation, sandbox.id, { channel: 'exec', first });
          let received = 0;
          wire.onPiece(({ data }) => {
            received += data.length;
          });
          await wire.type('exec_exit');
          if (received !== BYTES) throw new Error(`${received} bytes came`);
        }),
      text: () =>
        rate(async () => {
          let received = 0;
          await sandbox.commands.run(command, {
            shell: true,
            onStdout: (text) => {
              received += text.length;
            },
          });
          if (received !== BYTES) throw new Error(`${received} bytes came`);
        }),
    });
    const baseline = { name: 'raw TCP out of the guest', samples: samples.raw! };
    const target = { text: '≥ 150 MB/s', of: 'p50' as const, at: 'least' as const, bound: 150e6 / MEBIBYTE };
    return [
      { metric: 'output as bytes', unit: 'MiB/s', samples: samples.bytes!, baseline, target },
      { metric: 'output as text, SDK', unit: 'MiB/s', samples: samples.text!, baseline, target },
      { metric: 'the program alone', unit: 'MiB/s', samples: samples.alone!, baseline },
    ];
  },
};
