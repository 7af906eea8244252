import type { UploadSession } from '@nullspace/contract';
import type { CallOptions } from '../client/options.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { type RunningChecksum, runningChecksum } from './checksum.ts';
import { sendPart } from './send-part.ts';
import { changed, type RandomAccess } from './source.ts';
import type { UploadProgress } from './types.ts';

export interface SendOptions extends CallOptions {
  concurrency?: number;
  onProgress?: (progress: UploadProgress) => void;
}

/**
 * Sends what a session lacks, several parts at once. The source is read once, in order, which gives the checksum of
 * the whole on the way.
 * @returns the checksum, as far as the platform can calculate it
 */
export async function sendParts(
  scope: SandboxScope,
  session: UploadSession,
  source: RandomAccess,
  { concurrency, onProgress, ...call }: SendOptions,
): Promise<string | undefined> {
  const { upload_id: uploadId, part_size: partSize, part_count: partCount } = session;
  const atOnce = Math.max(1, Math.min(concurrency ?? session.max_concurrency, session.max_concurrency));
  const first = session.next_part ?? partCount;
  const failed = new AbortController();
  const signal = call.signal ? AbortSignal.any([call.signal, failed.signal]) : failed.signal;
  const sending = new Set<Promise<void>>();
  const checksum: RunningChecksum = runningChecksum();
  let bytesDone = Math.min(first * partSize, source.size);
  const tell = (phase: UploadProgress['phase']): void =>
    onProgress?.({ phase, bytesDone, bytesTotal: source.size, uploadId });
  tell('uploading');
  const send = async (number: number, bytes: Uint8Array): Promise<void> => {
    await sendPart(scope, { uploadId, number, bytes }, { ...call, signal }, () => tell('retrying'));
    bytesDone += bytes.length;
    tell('uploading');
  };
  let failure: unknown;
  try {
    for (let number = 0; number < partCount && !failed.signal.aborted; number++) {
      const offset = number * partSize;
      const bytes = await source.read(offset, Math.min(partSize, source.size - offset));
      if (bytes.length < Math.min(partSize, source.size - offset))
        throw changed(source.size, offset + bytes.length);
      checksum.update(bytes);
      if (number < first) continue;
      const part = send(number, bytes)
        .catch((error) => {
          failure ??= error;
          failed.abort(error);
        })
        .finally(() => sending.delete(part));
      sending.add(part);
      if (sending.size >= atOnce) await Promise.race(sending);
    }
  } catch (error) {
    failure ??= error;
    failed.abort(error);
  }
  await Promise.all(sending);
  if (failure) throw failure;
  return checksum.digest();
}
