import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { isAnswerTo, type Query, withId } from './message.ts';
import type { Nameserver } from './nameservers.ts';

/** Asks one nameserver over UDP; rejects when it does not answer in time. */
export async function askOverUdp(query: Query, server: Nameserver, timeoutMs: number): Promise<Buffer> {
  // A port and an id of its own for each query make forged answers unlikely.
  const id = randomInt(0x10000);
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
      socket.on('close', () => clearTimeout(timer));
      socket.on('error', reject);
      socket.on('message', (answer) => {
        if (isAnswerTo(query, id, answer)) resolve(withId(answer, query.id));
      });
      // Connected, the socket takes answers from this nameserver only.
      socket.connect(server.port, server.address, () => socket.send(withId(query.bytes, id)));
    });
  } finally {
    socket.close();
  }
}
