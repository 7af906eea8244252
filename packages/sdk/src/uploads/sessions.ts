import type { CompletedUpload, CreatedUpload, CreateUploadRequest, UploadSession } from '@nullspace/contract';
import { parseJson } from '../client/client.ts';
import type { CallOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import { postOnce } from '../client/post-once.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';

/** Opens an upload session; a repeated request opens no second one. */
export async function createUpload(
  scope: SandboxScope,
  request: CreateUploadRequest,
  call: CallOptions,
): Promise<UploadSession> {
  const path = `${scope.path}/uploads`;
  const response = await postOnce(scope.client, path, undefined, { ...call, json: request });
  return parseJson<CreatedUpload>(response, 'POST', path).session;
}

export function readUpload(scope: SandboxScope, id: string, call: CallOptions = {}): Promise<UploadSession> {
  return scope.client.json<UploadSession>('GET', uploadPath(scope, id), call);
}

/** Publishes what was sent. Repeating it after a lost answer is harmless. */
export async function completeUpload(
  scope: SandboxScope,
  id: string,
  checksum: string | undefined,
  call: CallOptions,
): Promise<CompletedUpload> {
  const path = `${uploadPath(scope, id)}/complete`;
  const json = checksum === undefined ? undefined : { whole_checksum_sha256: checksum };
  return parseJson<CompletedUpload>(
    await postOnce(scope.client, path, undefined, { ...call, json }),
    'POST',
    path,
  );
}

export async function abortUpload(scope: SandboxScope, id: string, call: CallOptions = {}): Promise<void> {
  await scope.client.send('DELETE', uploadPath(scope, id), call);
}

export function uploadPath(scope: SandboxScope, id: string): string {
  return `${scope.path}/uploads/${pathId('upload', id)}`;
}
