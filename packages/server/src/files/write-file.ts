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
 */
export async function writeFile(
  context: Context,
  address: SandboxAddress,
  file: FileTarget,
  chunks: Chunks,
): Promise<FileInfo> {
  const live = await context.finder.findLive(address);
  const target = toTarget(file);
  const call = { path: file.path, user: target.user };
  const sending = { call, chunks, describeBreak };
  const { info } = await sendChunks(context, live, sending, (guest, data, signal) =>
    guest.writeFile(data({ target }), signal),
  );
  return presentFile(info);
}

function describeBreak(cause: unknown): ApiError {
  const problem = 'body: broke off before its end; the old file was kept';
  return new ApiError('invalid_request', { problem }, { cause });
}
