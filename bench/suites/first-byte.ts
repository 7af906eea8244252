import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Sandbox } from 'nullspace';
import { addressOfGuest } from '../../test/harness/leftovers.ts';
import type { Bench } from '../lib/bench.ts';

const PORT = 7778;
/** Times that the clock of the sandbox is asked for each sample. */
const ASKED = 5;

/** A program that tells its clock, in nanoseconds, over a socket, or writes it to its output. */
const script = `
import socket, sys, time
server = socket.create_server(("", ${PORT}))
print("listening", flush=True)
client, _ = server.accept()
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while True:
    asked = client.recv(1)
    if asked == b"t":
        client.send(time.time_ns().to_bytes(8, "big"))
    elif asked == b"w":
        print(time.time_ns(), flush=True)
    else:
        break
`;

export const bench: Bench = {
  name: 'first-byte',
  about: 'output from its writing, by the clock of the sandbox, until the SDK hands it on',
  async run({ connection, installation, rounds }) {
    await using sandbox = await Sandbox.create(connection);
    await sandbox.files.write('/tmp/clock.py', script);
    const lines: ((line: string) => void)[] = [];
    const next = () => new Promise<string>((resolve) => lines.push(resolve));
    const listening = next();
    await sandbox.commands.run('python3', {
      args: ['/tmp/clock.py'],
      background: true,
      onStdout: (text) => {
        for (const line of text.trim().split('\n')) lines.shift()?.(line);
      },
    });
    await listening;
    const socket = connect({ host: addressOfGuest(installation, sandbox.id), port: PORT, noDelay: true });
    await once(socket, 'connect');
    const samples: number[] = [];
    for (let round = 0; round < rounds * 5; round++) {
      const ahead = await clockAhead(socket);
      const line = next();
      socket.write('w');
      const written = Number(await line) / 1e6 - ahead;
      samples.push(performance.now() - written);
    }
    socket.end();
    return [
      {
        metric: 'output from its writing to the SDK',
        unit: 'ms',
        samples,
        target: { text: '≤ 3 ms', of: 'p50', at: 'most', bound: 3 },
      },
    ];
  },
};

/**
 * By how many milliseconds the sandbox's clock is ahead of this program's: they are not the same. Of several answers the
 * quickest counts, and it was given half way.
 */
async function clockAhead(socket: Socket): Promise<number> {
  let [ahead, quickest] = [0, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < ASKED; turn++) {
    const asked = performance.now();
    socket.write('t');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    const answered = performance.now();
    if (answered - asked >= quickest) continue;
    quickest = answered - asked;
    ahead = Number(answer.readBigUInt64BE()) / 1e6 - (asked + answered) / 2;
  }
  return ahead;
}
