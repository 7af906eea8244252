import { once } from 'node:events';
import { connect } from 'node:net';
import type { Sandbox } from 'nullspace';
import type { Installation } from '../../test/harness/installation.ts';
import { addressOfGuest } from '../../test/harness/leftovers.ts';

const PORT = 7777;

/** A program in the guest that sends so many bytes to whoever connects, or takes all that comes. */
const script = `
import socket, sys
server = socket.create_server(("", ${PORT}))
chunk = b"x" * 65536
buffer = bytearray(1 << 20)
print("listening", flush=True)
while True:
    client, _ = server.accept()
    asked = int.from_bytes(client.recv(8), "big")
    if asked:
        left = asked
        while left > 0:
            left -= client.send(chunk[:left])
    else:
        while client.recv_into(buffer): pass
    client.close()
`;

/** A plain TCP stream out of a guest and into it: what no way of moving bytes can beat. */
export async function startRawTcp(installation: Installation, sandbox: Sandbox) {
  const listening = Promise.withResolvers<void>();
  await sandbox.files.write('/tmp/raw.py', script);
  await sandbox.commands.run('python3', {
    args: ['/tmp/raw.py'],
    background: true,
    onStdout: () => listening.resolve(),
  });
  await listening.promise;
  const host = addressOfGuest(installation, sandbox.id);
  const open = async (asked: number) => {
    const socket = connect({ host, port: PORT });
    await once(socket, 'connect');
    const header = Buffer.alloc(8);
    header.writeBigUInt64BE(BigInt(asked));
    socket.write(header);
    return socket;
  };
  return {
    async receive(bytes: number): Promise<void> {
      const socket = await open(bytes);
      let left = bytes;
      for await (const chunk of socket) left -= (chunk as Buffer).length;
      if (left !== 0) throw new Error(`${left} bytes did not come`);
    },
    async send(bytes: number): Promise<void> {
      const socket = await open(0);
      const chunk = Buffer.alloc(256 * 1024);
      for (let left = bytes; left > 0; left -= chunk.length) {
        if (!socket.write(chunk.subarray(0, left))) await once(socket, 'drain');
      }
      socket.end();
      socket.resume();
      await once(socket, 'close');
    },
  };
}
