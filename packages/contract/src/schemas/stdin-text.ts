import * as z from 'zod';
import { limits } from '../limits.ts';

const encoder = new TextEncoder();

/** Text for the stdin of a process. */
export const stdinText = z
  .string()
  .refine(
    (text) => encoder.encode(text).length <= limits.stdin_bytes,
    `must be at most ${limits.stdin_bytes} bytes`,
  );
