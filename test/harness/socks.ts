import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Opens a connection through a SOCKS 5 proxy on the loopback, as that of `ssh -D`. @throws {Error} It was refused. */
export async function connectThrough(proxy: number, host: string, port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: proxy });
  await once(socket, 'connect');
  socket.write(Buffer.from([5, 1, 0]));
  await take(socket, 2);
  const name = Buffer.from(host);
  const tail = Buffer.from([port >> 8, port & 255]);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, tail]));
  // ssh answers with an IPv4 address, whatever it was.
  const answer = await take(socket, 10);
  if (answer[1] === 0) return socket;
  socket.destroy();
  throw new Error(`the proxy refused with code ${answer[1]}`);
}

async function take(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const data = socket.read(bytes) as Buffer | null;
    if (data) return data;
    if (socket.readableEnded || socket.destroyed) throw new Error('the proxy closed the connection');
    await Promise.race([once(socket, 'readable'), once(socket, 'end')]);
  }
}
