import type { WebSocket } from 'ws';
import type * as z from 'zod';
import { ApiError } from '../api-error.ts';
import { parseFrame } from './parse-frame.ts';

/** How long a client may take to say what it wants. */
const FIRST_FRAME_MS = 30_000;
const MOST_ID_CHARS = 255;

/**
 * The first frame of a client. Its id is noted in `sender`, also when the frame is wrong, so that the refusal names it.
 *
 * @throws {ApiError} `invalid_request` when it is wrong or does not come.
 */
export async function receiveFrame<S extends z.ZodType>(
  socket: WebSocket,
  schema: S,
  sender?: { id: string | null | undefined },
): Promise<z.output<S>> {
  const { promise, resolve, reject } = Promise.withResolvers<z.output<S>>();
  const late = setTimeout(
    () => reject(new ApiError('invalid_request', { problem: 'invalid message: none came' })),
    FIRST_FRAME_MS,
  );
  const leave = () => reject(new Error('the client went'));
  socket.once('close', leave);
  socket.once('message', (data, isBinary) => {
    try {
      if (sender) sender.id = readId(data as Buffer);
      resolve(parseFrame(schema, data as Buffer, isBinary));
    } catch (error) {
      reject(error);
    }
  });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    socket.removeListener('close', leave);
  }
}

function readId(data: Buffer): string | null | undefined {
  try {
    const { id } = JSON.parse(data.toString('utf8')) as { id?: unknown };
    return id === null || (typeof id === 'string' && id.length <= MOST_ID_CHARS) ? id : undefined;
  } catch {
    return undefined;
  }
}
