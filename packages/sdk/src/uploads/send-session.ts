import type { UploadSession } from '@nullspace/contract';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { type SendOptions, sendParts } from './send-parts.ts';
import { completeUpload } from './sessions.ts';
import type { RandomAccess } from './source.ts';
import type { UploadResult } from './types.ts';
import { withUploadId } from './with-upload-id.ts';

/** Sends what a session lacks and publishes it. */
export function sendSession(
  scope: SandboxScope,
  session: UploadSession,
  source: RandomAccess,
  options: SendOptions,
): Promise<UploadResult> {
  const { onProgress, signal, requestTimeoutMs } = options;
  const uploadId = session.upload_id;
  const tell = (phase: 'completing' | 'completed'): void =>
    onProgress?.({ phase, bytesDone: source.size, bytesTotal: source.size, uploadId });
  return withUploadId(uploadId, async () => {
    const checksum = await sendParts(scope, session, source, options);
    tell('completing');
    const done = await completeUpload(scope, uploadId, checksum, { signal, requestTimeoutMs });
    tell('completed');
    return {
      kind: session.kind === 'file' ? 'file' : 'directory',
      path: done.session.target_path,
      bytes: done.published_bytes,
      files: done.published_file_count,
      transport: 'resumable',
      resumed: false,
      uploadId,
    };
  });
}
