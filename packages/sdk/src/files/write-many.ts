import type { BatchResult } from '@nullspace/contract';
import { BatchWriteError, type FailedWrite } from '../errors/batch-write.ts';
import { InvalidRequestError } from '../errors/state.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { readFileInfo } from './read-info.ts';
import type { FileInfo, FileOptions, NewFile } from './types.ts';

/** Writes many files with one request, each whole or not at all. */
export async function writeFiles(
  scope: SandboxScope,
  files: readonly NewFile[],
  { user, ...call }: FileOptions,
): Promise<FileInfo[]> {
  if (files.length === 0) return [];
  // The platform's own form: it makes the boundary and escapes names.
  const request = new Response(form(files, user));
  const { results } = await scope.client.json<BatchResult>('POST', `${scope.path}/files/batch-write`, {
    ...call,
    headers: { 'content-type': request.headers.get('content-type')! },
    body: new Uint8Array(await request.arrayBuffer()),
  });
  const written: FileInfo[] = [];
  const failed: FailedWrite[] = [];
  for (const result of results) {
    if (result.status === 'success') written.push(readFileInfo(result.info));
    else failed.push({ path: result.path, message: result.error });
  }
  if (failed.length > 0) throw new BatchWriteError(written, failed);
  return written;
}

function form(files: readonly NewFile[], user: string | undefined): FormData {
  const manifest = {
    files: files.map(({ path }, index) => ({ path, field: `file${index}` })),
    user: user ?? null,
  };
  const data = new FormData();
  data.append(
    'manifest',
    new Blob([JSON.stringify(manifest)], { type: 'application/json' }),
    'manifest.json',
  );
  for (const [index, { path, content }] of files.entries()) {
    if (!isReady(content)) {
      throw new InvalidRequestError(
        `The content of ${JSON.stringify(path)} must be a string, bytes or a Blob. Write streams one by one.`,
      );
    }
    const blob = new Blob([content as string | Uint8Array<ArrayBuffer>], {
      type: 'application/octet-stream',
    });
    data.append(`file${index}`, blob, `file${index}.bin`);
  }
  return data;
}

function isReady(content: unknown): boolean {
  return (
    typeof content === 'string' ||
    content instanceof Uint8Array ||
    content instanceof ArrayBuffer ||
    content instanceof Blob
  );
}
