import { Readable } from 'node:stream';
import { Code, ConnectError } from '@connectrpc/connect';
import type { guest } from '@nullspace/proto';
import { toCount } from '../sandboxes/read-metrics.ts';
import type { Contents } from './file-contents.ts';
import { readGuestStream } from './read-stream.ts';

/** What was asked of the messages. */
export interface Part {
  offset: number;
  /** 0: to the end. */
  maxBytes: number;
}

/** The bytes in the messages of a file, as `readContents` gives them. */
export async function readMessages(
  messages: AsyncIterable<guest.ReadFileResponse>,
  { offset, maxBytes }: Part,
): Promise<Contents> {
  const paced = readGuestStream(messages, ({ data }) => data.length);
  const first = await paced.next();
  const size = first.done ? 0 : toCount(first.value.info?.size ?? 0n);
  const left = Math.max(0, size - offset);
  // Files of /proc have content without a size.
  const length = size === 0 ? undefined : maxBytes > 0 ? Math.min(left, maxBytes) : left;
  let taken = 0;
  async function* bytes() {
    for (let next = first; !next.done; next = await paced.next()) {
      const data = next.value.data.subarray(0, length === undefined ? undefined : length - taken);
      taken += data.length;
      if (data.length > 0) yield data;
      if (taken === length) return;
    }
    if (length !== undefined) throw new ConnectError('the file became shorter', Code.Aborted);
  }
  return { bytes: Readable.from(bytes(), { objectMode: false }), length, progress: () => taken };
}
