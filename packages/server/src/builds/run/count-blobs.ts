import { readBlobId } from '../blobs/blob-id.ts';
import type { BuildEnv } from './build-env.ts';

const AT_ONCE = 64;

/** Counts the contents of the context: those that were sent for this build, and those that an earlier one had. */
export async function countBlobs({ definition, blobs, tenantId, counts }: BuildEnv): Promise<void> {
  const ids = [...new Set(definition.files.flatMap(({ blob_id }) => blob_id ?? []))];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const part = ids.slice(start, start + AT_ONCE).map(async (id) => {
      if (!(await blobs.noteBuild(tenantId, id))) return counts.add('file_blob', 'hit');
      // What was sent by force was not looked for.
      counts.add('file_blob', readBlobId(id)?.word ? 'bypass' : 'miss');
      counts.add('file_blob', 'stored');
    });
    await Promise.all(part);
  }
}
