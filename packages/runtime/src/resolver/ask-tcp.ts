import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { createFrame, createFrameReader } from './frames.ts';
import { isAnswerTo, type Query, withId } from './message.ts';
import type { Nameserver } from './nameservers.ts';

const LONGEST_MESSAGE = 65_535;

/** Asks one nameserver over TCP; rejects when it does not answer in time. */
export async function askOverTcp(query: Query, server: Nameserver, timeoutMs: number): Promise<Buffer> {
  const id = randomInt(0x10000);
  const reader = createFrameReader({ maxLength: LONGEST_MESSAGE });
  const socket = connect({ host: server.address, port: server.port });
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
      socket.on('close', () => {
        clearTimeout(timer);
        reject(new Error('the nameserver closed the connection'));
      });
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        const answer = reader.push(chunk)?.find((message) => isAnswerTo(query, id, message));
        if (answer) resolve(withId(answer, query.id));
      });
      socket.write(createFrame(withId(query.bytes, id)));
    });
  } finally {
    socket.destroy();
  }
}
