import type { BlobStore } from '../blobs/blob-store.ts';
import { missingBlob } from '../run/copy-files.ts';
import type { BuildDefinition } from './definition.ts';

const AT_ONCE = 64;

/** @throws {BuildFailure} When the content of a file of the context is not on the server. */
export async function requireBlobs(
  { files }: Pick<BuildDefinition, 'files'>,
  { blobs, tenantId }: { blobs: BlobStore; tenantId: string },
): Promise<void> {
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const part = files.slice(start, start + AT_ONCE).map(async ({ path, blob_id }) => {
      if (blob_id !== undefined && (await blobs.find(tenantId, blob_id)) === undefined) {
        throw missingBlob(path, blob_id);
      }
    });
    await Promise.all(part);
  }
}
