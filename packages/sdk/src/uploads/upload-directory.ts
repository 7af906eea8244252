import type { SandboxScope } from '../sandboxes/scope.ts';
import { directoryName } from './directory-name.ts';
import { packDirectory } from './pack-directory.ts';
import { sendSession } from './send-session.ts';
import { createUpload } from './sessions.ts';
import type { RandomAccess } from './source.ts';
import { spool } from './spool.ts';
import type { UploadDirectoryOptions, UploadResult } from './types.ts';
import { targetPath } from './upload-file.ts';
import { walkDirectory } from './walk-directory.ts';

/** Uploads a local directory as one archive, which appears in the sandbox whole or not at all. */
export async function uploadDirectory(
  scope: SandboxScope,
  source: string,
  destination: string | undefined,
  options: UploadDirectoryOptions,
): Promise<UploadResult> {
  const { user, conflict = 'merge', ignore, onProgress, signal, requestTimeoutMs } = options;
  const target = targetPath(await directoryName(source), destination);
  onProgress?.({ phase: 'preparing', bytesDone: 0, bytesTotal: undefined, uploadId: undefined });
  const archive = await archiveOf(source, ignore);
  try {
    const session = await createUpload(
      scope,
      {
        kind: 'directory_tar',
        source_kind: 'directory_archive',
        target_path: target,
        content_length: archive.size,
        conflict,
        archive_format: 'tar',
        checksum_algorithm: 'sha256',
        whole_checksum_sha256: null,
        metadata: {},
        ...(user ? { user } : {}),
      },
      { signal, requestTimeoutMs },
    );
    return await sendSession(scope, session, archive, options);
  } finally {
    await archive.close();
  }
}

/** A local directory as an archive on the disk. The caller closes it. */
export function archiveOf(source: string, ignore: readonly string[] | undefined): Promise<RandomAccess> {
  return spool(packDirectory(walkDirectory(source, ignore)));
}
