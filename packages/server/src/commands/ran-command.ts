import type { ExecResult } from '@nullspace/contract';
import { decodeText } from './describe-exit.ts';
import { writeBase64, writeJsonString } from './json-text.ts';

/** How output is written in an answer. */
export type OutputEncoding = 'utf8' | 'base64';

/** The result of a command, its output as the bytes that came from the guest. */
export interface RanCommand extends Omit<ExecResult, 'stdout' | 'stderr'> {
  stdout: Uint8Array;
  stderr: Uint8Array;
}

export function presentRan(
  { stdout, stderr, ...rest }: RanCommand,
  encoding: OutputEncoding = 'utf8',
): ExecResult {
  const write = encoding === 'utf8' ? decodeText : encodeBytes;
  return { ...rest, stdout: write(stdout), stderr: write(stderr) };
}

/** The same as JSON text in pieces. */
export function* writeRan(
  { stdout, stderr, ...rest }: RanCommand,
  encoding: OutputEncoding = 'utf8',
): Generator<string, void> {
  const write = encoding === 'utf8' ? writeJsonString : writeBase64;
  yield '{"stdout":';
  yield* write(stdout);
  yield ',"stderr":';
  yield* write(stderr);
  yield `,${JSON.stringify(rest).slice(1)}`;
}

function encodeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
