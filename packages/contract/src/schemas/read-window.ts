import * as z from 'zod';
import { limits } from '../limits.ts';

/** Of a first frame: how far the server may run ahead of a client that says what it has read. */
export const windowBytes = z
  .number()
  .int()
  .min(limits.smallest_window_bytes)
  .max(limits.largest_window_bytes)
  .nullish()
  .describe(
    'Bytes of output that may be on their way before the client says that it has read some. Absent: as many as the connection takes.',
  );

/** Bytes that a client has read since it connected, all frames together. */
export const bytesRead = z
  .number()
  .int()
  .min(0)
  .describe(
    'Bytes of output that were read since the connection was made. Needs `window_bytes` in the first frame.',
  );
