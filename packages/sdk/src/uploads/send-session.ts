import type { FileInfo, UploadSession } from '@nullspace/contract';
import type { CallOptions } from '../client/options.ts';
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
      path: await absolutePath(scope, done.session, { signal, requestTimeoutMs }),
      bytes: done.published_bytes,
      files: done.published_file_count,
      transport: 'resumable',
      resumed: false,
      uploadId,
    };
  });
}

/** A session repeats the path that was asked for; a relative one is resolved by asking for the file. */
async function absolutePath(
  scope: SandboxScope,
  { target_path: path, user }: UploadSession,
  call: CallOptions,
): Promise<string> {
  if (path.startsWith('/')) return path;
  const json = { path, user };
  return (await scope.client.json<FileInfo>('POST', `${scope.path}/files/info`, { ...call, json })).path;
}
