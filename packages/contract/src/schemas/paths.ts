import * as z from 'zod';
import { limits, RESERVED_FOLDER } from '../limits.ts';

const encoder = new TextEncoder();

/**
 * A path inside a sandbox: absolute, or below the user's home, or without a user below the working directory.
 * ".." is resolved inside the sandbox and cannot leave it.
 */
export const sandboxPath = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (path) => encoder.encode(path).length <= limits.path_bytes,
    `must be at most ${limits.path_bytes} bytes`,
  )
  .refine((path) => !path.includes('\0'), 'must not contain a NUL character');

/** True for the platform's own folder and all below it, however the absolute path is spelt. */
export function isReservedPath(path: string): boolean {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const canonical = `/${parts.join('/')}`;
  return canonical === RESERVED_FOLDER || canonical.startsWith(`${RESERVED_FOLDER}/`);
}

/** An absolute path that may be a working directory. */
export const workingDirectory = sandboxPath
  .refine(
    (path) => path.split('/').every((name) => encoder.encode(name).length <= limits.name_bytes),
    `must have names of at most ${limits.name_bytes} bytes`,
  )
  .refine((path) => path.startsWith('/'), 'must be absolute')
  .refine((path) => !path.split('/').includes('..'), 'must not contain ".." as a component')
  .refine((path) => !isReservedPath(path), `must not lie in ${RESERVED_FOLDER}`);

/** Account inside the sandbox whose rights and home count. Blank or absent: root. */
export const account = z
  .string()
  .regex(/^\s*([A-Za-z_][A-Za-z0-9_.-]{0,31})?\s*$/, 'must be an account name')
  .nullish()
  .describe('Account inside the sandbox whose rights and home directory count. Null: root.');
