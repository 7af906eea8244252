import type { FileInfo } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { type FileTarget, toTarget } from './file-calls.ts';
import { presentFile } from './present-file.ts';
import { type Chunks, sendChunks } from './send-chunks.ts';

/**
 * Writes a file from chunks of bytes, making its parents. The old file stays until all has arrived: chunks that
 * fail leave it.
 *
 * @param content.length How many bytes the chunks are together, when that is known and they cannot fail after the last.
 */
export async function writeFile(
  context: Context,
  address: SandboxAddress,
  file: FileTarget,
  content: { chunks: Chunks; length?: number | undefined },
): Promise<FileInfo> {
  const live = await context.finder.findLive(address);
  const target = toTarget(file);
  const call = { path: file.path, user: target.user };
  const { chunks, length } = content;
  const sending = { call, chunks, describeBreak };
  const info = await sendChunks(context, live, sending, (guest, pieces, signal) =>
    guest.writeContents(target, { length, chunks: pieces }, signal),
  );
  return presentFile(info);
}

function describeBreak(cause: unknown): ApiError {
  const problem = 'body: broke off before its end; the old file was kept';
  return new ApiError('invalid_request', { problem }, { cause });
}
