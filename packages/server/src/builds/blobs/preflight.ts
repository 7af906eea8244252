import type { PreflightRequest, PreflightResult } from '@nullspace/contract';
import { blobIdOf } from './blob-id.ts';
import type { BlobStore } from './blob-store.ts';

/** How many files are looked up at the same moment. */
const AT_ONCE = 64;

/** Says for each file of a context under which id its content belongs, and whether it is there. */
export async function preflight(
  blobs: BlobStore,
  tenantId: string,
  { files }: PreflightRequest,
): Promise<PreflightResult> {
  const results: PreflightResult['files'] = [];
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const part = files.slice(start, start + AT_ONCE).map(async (file) => {
      const { path, entry_type } = file;
      if (file.entry_type === 'dir') return { path, entry_type };
      const blob_id = blobIdOf(file.sha256, { fresh: file.force_upload === true });
      const size = file.force_upload ? undefined : await blobs.find(tenantId, blob_id);
      return { path, entry_type, blob_id, missing: size === undefined };
    });
    results.push(...(await Promise.all(part)));
  }
  return { files: results };
}
