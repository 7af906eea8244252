import type { guest } from '@nullspace/proto';
import { invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import { readGuestStream } from '../guests/read-stream.ts';
import { StallTimer } from '../guests/stall-timer.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { type FileTarget, toTarget } from './file-calls.ts';

/**
 * Reads a whole file as text or base64.
 *
 * @throws {ApiError} `invalid_request` for a file that is larger than `maxBytes` or no UTF-8.
 */
export async function readWholeFile(
  context: Context,
  address: SandboxAddress,
  { encoding, maxBytes, ...file }: FileTarget & { encoding: 'utf8' | 'base64'; maxBytes: number },
): Promise<string> {
  const live = await context.finder.findLive(address);
  const target = toTarget(file);
  const call = { failure: 'guest_unavailable' as const, path: file.path, user: target.user, answerMs: 0 };
  const stall = new StallTimer();
  const reading = context.guests.call(live, call, async ({ streams }, ended) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const signal = AbortSignal.any([ended, stall.signal]);
    const messages = streams.readFile({ target, maxBytes: BigInt(maxBytes) + 1n }, { signal });
    stall.wait();
    for await (const { data } of readGuestStream(messages, sizeOf)) {
      length += data.length;
      if (length > maxBytes) {
        throw invalidField(
          'path',
          `${file.path} is larger than ${maxBytes} bytes; stream it with GET …/file`,
        );
      }
      chunks.push(data);
      stall.wait();
    }
    return Buffer.concat(chunks, length);
  });
  const bytes = await reading.finally(() => stall.stop());
  if (encoding === 'base64') return bytes.toString('base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const problem = `${file.path} is not UTF-8 text; read it with encoding "base64" or GET …/file`;
    throw invalidField('path', problem, { cause: error });
  }
}

function sizeOf({ data }: guest.ReadFileResponse): number {
  return data.length;
}
