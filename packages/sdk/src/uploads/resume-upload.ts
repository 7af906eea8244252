import type { UploadSession } from '@nullspace/contract';
import { InvalidRequestError } from '../errors/state.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { refuseEnded } from './send-part.ts';
import { sendSession } from './send-session.ts';
import { readUpload } from './sessions.ts';
import { findSource, type RandomAccess } from './source.ts';
import { spool } from './spool.ts';
import type { ResumeUploadOptions, UploadResult, UploadSourceInput } from './types.ts';
import { archiveOf } from './upload-directory.ts';
import { withUploadId } from './with-upload-id.ts';

/** Goes on with an upload that broke off, from the first part that is missing. The source must be the same. */
export async function resumeUpload(
  scope: SandboxScope,
  uploadId: string,
  source: UploadSourceInput,
  options: ResumeUploadOptions,
): Promise<UploadResult> {
  const { signal, requestTimeoutMs } = options;
  const session = await readUpload(scope, uploadId, { signal, requestTimeoutMs });
  return withUploadId(uploadId, async () => {
    refuseEnded(uploadId, session.status);
    const bytes = await open(session, source, options);
    try {
      if (bytes.size !== session.content_length) {
        throw new InvalidRequestError(
          `The source has ${bytes.size} bytes, the upload ${uploadId} was begun with ${session.content_length}. Resume it with the same content.`,
        );
      }
      // Completing again is answered as the first time.
      const left = session.status === 'completed' ? { ...session, next_part: null } : session;
      return { ...(await sendSession(scope, left, bytes, options)), resumed: true };
    } finally {
      await bytes.close();
    }
  });
}

async function open(
  session: UploadSession,
  source: UploadSourceInput,
  { ignore }: ResumeUploadOptions,
): Promise<RandomAccess> {
  if (session.kind === 'directory_tar') {
    if (typeof source === 'string') return archiveOf(source, ignore);
    throw new InvalidRequestError('The upload is of a directory: the source must be its local path.');
  }
  const found = await findSource(source);
  return found.bytes ?? spool(found.stream!);
}
