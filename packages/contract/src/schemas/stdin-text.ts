import * as z from 'zod';
import { limits } from '../limits.ts';

const encoder = new TextEncoder();

/** Bytes for the stdin of a process. */
export const stdinBytes = z
  .base64('must be standard base64')
  .max(Math.ceil(limits.stdin_bytes / 3) * 4, `must be at most ${limits.stdin_bytes} bytes`);

/** Text for the stdin of a process. */
export const stdinText = z
  .string()
  .refine(
    (text) => encoder.encode(text).length <= limits.stdin_bytes,
    `must be at most ${limits.stdin_bytes} bytes`,
  );
