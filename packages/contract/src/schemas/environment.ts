import * as z from 'zod';
import { limits } from '../limits.ts';

const encoder = new TextEncoder();
const name = z.string().regex(/^[^=\0]{1,256}$/, 'names have 1 to 256 characters, none of them "=" or NUL');
const value = z.string().refine((text) => !text.includes('\0'), 'must not contain a NUL character');

/** Environment variables: names to values. Values are secrets: never logged, never returned. */
export const environment = z.record(name, value).superRefine((variables, context) => {
  const entries = Object.entries(variables);
  if (entries.length > limits.env_names) {
    context.addIssue({ code: 'custom', message: `must have at most ${limits.env_names} variables` });
  }
  let total = 0;
  for (const [key, text] of entries) {
    const bytes = encoder.encode(key).length + encoder.encode(text).length + 2;
    total += bytes;
    if (bytes > limits.argument_bytes) {
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `must be at most ${limits.argument_bytes} bytes with its name`,
      });
    }
  }
  if (total > limits.env_bytes) {
    context.addIssue({ code: 'custom', message: `must be at most ${limits.env_bytes} bytes together` });
  }
});
