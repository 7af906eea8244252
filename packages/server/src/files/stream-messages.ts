import { Readable } from 'node:stream';
import { readGuestStream } from '../guests/read-stream.ts';
import type { OpenStream } from './open-stream.ts';

/** The bytes in the messages of a guest's stream. Resolves when the first message has come. */
export async function streamMessages(messages: AsyncIterable<{ data: Uint8Array }>): Promise<OpenStream> {
  const paced = readGuestStream(messages, ({ data }) => data.length);
  const first = await paced.next();
  let taken = 0;
  async function* bytes() {
    for (let next = first; !next.done; next = await paced.next()) {
      taken += 1;
      if (next.value.data.length > 0) yield next.value.data;
    }
  }
  return { bytes: Readable.from(bytes(), { objectMode: false }), progress: () => taken };
}
