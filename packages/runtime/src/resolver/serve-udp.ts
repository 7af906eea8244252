import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Answerer } from './answer.ts';
import { askOverUdp } from './ask-udp.ts';

/** Longest query taken; longer ones are no lookups. */
const LONGEST_QUERY = 1232;

/** Answers lookups over UDP. Resolves once it listens. */
export async function serveUdp(options: {
  address: string;
  port: number;
  answer: Answerer;
  onError(error: Error): void;
}): Promise<Socket> {
  const { address, port, answer, onError } = options;
  const socket = createSocket('udp4');
  socket.bind(port, address);
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', onError);
  socket.on('message', (message, guest) => {
    if (message.length > LONGEST_QUERY) return;
    answer(message, guest.address, askOverUdp).then((reply) => {
      // The guest may be gone by now, or the resolver closed; nobody waits for the answer then.
      if (reply) trySend(socket, reply, guest.port, guest.address);
    }, onError);
  });
  return socket;
}

function trySend(socket: Socket, reply: Buffer, port: number, address: string): void {
  try {
    socket.send(reply, port, address, () => {});
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING' && code !== 'ERR_SOCKET_BAD_PORT') throw error;
  }
}
