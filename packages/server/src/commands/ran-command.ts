import type { ExecResult } from '@nullspace/contract';
import { decodeText } from './describe-exit.ts';
import { writeJsonString } from './json-text.ts';

/** The result of a command, its output as the bytes that came from the guest. */
export interface RanCommand extends Omit<ExecResult, 'stdout' | 'stderr'> {
  stdout: Uint8Array;
  stderr: Uint8Array;
}

export function presentRan({ stdout, stderr, ...rest }: RanCommand): ExecResult {
  return { ...rest, stdout: decodeText(stdout), stderr: decodeText(stderr) };
}

/** The same as JSON text in pieces. */
export function* writeRan({ stdout, stderr, ...rest }: RanCommand): Generator<string, void> {
  yield '{"stdout":';
  yield* writeJsonString(stdout);
  yield ',"stderr":';
  yield* writeJsonString(stderr);
  yield `,${JSON.stringify(rest).slice(1)}`;
}
