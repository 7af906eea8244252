import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { Context } from '../../context.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { BuildFailure } from '../build-failure.ts';
import type { CopyFile, CopySource } from '../plan/operation.ts';
import type { BuildSandbox } from './build-sandbox.ts';
import { sniffArchive } from './sniff-archive.ts';
import { findTarget, unpack } from './unpack.ts';

/** Copies files of the build context into the sandbox, as one archive. */
export async function copyFiles(
  context: Context,
  sandbox: BuildSandbox,
  options: {
    entries: CopySource[];
    dst: string;
    owner: string;
    mode: number | undefined;
    isAdd?: true;
    tenantId: string;
    blobs: BlobStore;
    index: number;
    line: number | undefined;
    signal: AbortSignal;
  },
): Promise<void> {
  const { entries, dst, owner, mode, signal } = options;
  if (options.isAdd) await refuseArchives(entries, options);
  const isFolder = entries.length > 1 || entries[0]?.isFolder === true;
  const { folder, name } = await findTarget(context, sandbox, { dst, isFolder, signal });
  const archive = pack();
  const packing = writeEntries(archive, entries, { ...options, name, mode });
  packing.catch((error: Error) => archive.destroy(error));
  try {
    await unpack(context, sandbox, {
      archive: archive as AsyncIterable<Uint8Array>,
      folder,
      owner,
      signal,
    });
  } catch (error) {
    // What broke the source is the reason, and not the call that ended with it.
    await packing;
    throw error;
  }
  await packing;
}

/** ADD would unpack an archive that is named itself; one within a folder stays as it is. */
async function refuseArchives(
  entries: CopySource[],
  {
    tenantId,
    blobs,
    index,
    line,
  }: { tenantId: string; blobs: BlobStore; index: number; line: number | undefined },
): Promise<void> {
  for (const { isFolder, name, files } of entries) {
    const [file] = files;
    if (isFolder || !file || (await blobs.find(tenantId, file.blobId)) === undefined) continue;
    const kind = await sniffArchive(blobs.pathOf(tenantId, file.blobId));
    if (kind === undefined) continue;
    const place = line === undefined ? '' : `Line ${line} of the Dockerfile: `;
    throw new BuildFailure('prepare', `${place}ADD does not unpack archives, and ${name} is one (${kind})`, {
      stepIndex: index,
      action: 'COPY it and unpack it with RUN.',
      details: { reason: 'dockerfile_unsupported', ...(line === undefined ? {} : { line }) },
    });
  }
}

async function writeEntries(
  archive: Pack,
  entries: CopySource[],
  options: {
    name: string | undefined;
    mode: number | undefined;
    tenantId: string;
    blobs: BlobStore;
    index: number;
  },
): Promise<void> {
  for (const source of entries) {
    for (const file of source.files) {
      const path = source.isFolder ? file.path : (options.name ?? source.name);
      await writeEntry(archive, path, file, options);
    }
  }
  archive.finalize();
}

async function writeEntry(
  archive: Pack,
  path: string,
  file: CopyFile,
  {
    mode,
    tenantId,
    blobs,
    index,
  }: { mode: number | undefined; tenantId: string; blobs: BlobStore; index: number },
): Promise<void> {
  if (file.isFolder) {
    archive.entry({ name: path, type: 'directory', mode: mode ?? file.mode });
    return;
  }
  const size = await blobs.find(tenantId, file.blobId);
  if (size === undefined) throw missingBlob(path, file.blobId, index);
  const header = { name: path, type: 'file', mode: mode ?? file.mode, size } as const;
  const content = createReadStream(blobs.pathOf(tenantId, file.blobId));
  await pipeline(content, archive.entry(header) as unknown as NodeJS.WritableStream);
}

/** The content of a file of the context was never uploaded, or is no longer kept. */
export function missingBlob(path: string, blobId: string, index?: number): BuildFailure {
  return new BuildFailure(
    'prepare',
    `The content of ${posix.basename(path)} (${blobId}) is not on the server`,
    {
      stepIndex: index,
      action: 'Ask the preflight which files are missing, upload them and build again.',
      details: { reason: 'missing_blob', blob_id: blobId },
    },
  );
}
