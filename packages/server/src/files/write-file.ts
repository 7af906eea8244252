import type { FileInfo } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { StallTimer } from '../guests/stall-timer.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { type FileTarget, toTarget } from './file-calls.ts';
import { presentFile } from './present-file.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Writes a file from chunks of bytes, making its parents. The old file stays until all has arrived: chunks that
 * fail leave it.
 */
export async function writeFile(
  context: Context,
  address: SandboxAddress,
  file: FileTarget,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<FileInfo> {
  const live = await context.finder.findLive(address);
  const target = toTarget(file);
  const call = { failure: 'guest_unavailable' as const, path: file.path, user: target.user, answerMs: 0 };
  // What breaks the source is the caller's doing and not the guest's.
  let broken: ApiError | undefined;
  const stall = new StallTimer();
  async function* messages() {
    yield { target };
    const source =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    // Only the source's own failures are caught: a guest that refuses early throws into the yields.
    const take = async () => {
      stall.stop();
      try {
        return await source.next();
      } catch (error) {
        const problem = 'body: broke off before its end; the old file was kept';
        broken = new ApiError('invalid_request', { problem }, { cause: error });
        throw broken;
      } finally {
        stall.wait();
      }
    };
    try {
      for (let taken = await take(); !taken.done; taken = await take())
        for (let at = 0; at < taken.value.length; at += CHUNK_BYTES) {
          stall.wait();
          yield { data: taken.value.subarray(at, at + CHUNK_BYTES) };
        }
    } finally {
      await source.return?.();
    }
  }
  try {
    stall.wait();
    return await context.guests.call(live, call, async (guest, ended) => {
      const signal = AbortSignal.any([ended, stall.signal]);
      return presentFile((await guest.writeFile(messages(), signal)).info);
    });
  } catch (error) {
    throw broken ?? error;
  } finally {
    stall.stop();
  }
}
