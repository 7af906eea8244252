import { posix } from 'node:path';
import { guest } from '@nullspace/proto';
import type { Context } from '../../context.ts';
import type { BuildSandbox } from './build-sandbox.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Where a copy goes: a folder's content and several sources go into `dst`, one file becomes `dst` unless that is a
 * folder or written as one.
 */
export async function findTarget(
  context: Context,
  sandbox: BuildSandbox,
  { dst, isFolder, signal }: { dst: string; isFolder: boolean; signal: AbortSignal },
): Promise<{ folder: string; name: string | undefined }> {
  if (isFolder || dst.endsWith('/')) return { folder: dst, name: undefined };
  const call = { failure: 'guest_unavailable' as const, path: dst, signal };
  const { info } = await context.guests.call(sandbox.live, call, ({ unary }, linked) =>
    unary.stat({ target: { path: dst } }, { signal: linked }),
  );
  if (info?.type === 'dir') return { folder: dst, name: undefined };
  return { folder: posix.dirname(dst), name: posix.basename(dst) };
}

/** Unpacks an archive into a folder, which is made if missing. */
export async function unpack(
  context: Context,
  sandbox: BuildSandbox,
  options: {
    archive: AsyncIterable<Uint8Array>;
    folder: string;
    owner: string;
    signal: AbortSignal;
  },
): Promise<void> {
  const { archive, folder, owner, signal } = options;
  async function* pieces() {
    const conflict = guest.ArchiveConflict.MERGE;
    // As COPY does: what a folder of the image is, and a link that leads to one, stays.
    const kept = { specialModes: true, keepFolders: true };
    yield { options: { target: { path: folder }, conflict, owner, ...kept } };
    for await (const chunk of archive) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES)
        yield { data: chunk.subarray(at, at + CHUNK_BYTES) };
    }
  }
  const call = { failure: 'guest_unavailable' as const, path: folder, user: owner, answerMs: 0, signal };
  await context.guests.call(sandbox.live, call, ({ unpackArchive }, linked) =>
    unpackArchive(pieces(), linked),
  );
}
