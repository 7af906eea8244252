import type { SandboxScope } from '../sandboxes/scope.ts';
import type { FileOptions, UploadUrl } from './types.ts';

export interface DownloadUrlOptions extends FileOptions {
  /** `tar`: the path is a directory, and the address gives it as an archive. @default the bytes of a file */
  archiveFormat?: 'tar';
}

/** An address that serves one path without the API key. */
export async function mintDownloadUrl(
  scope: SandboxScope,
  path: string,
  { user, archiveFormat, ...call }: DownloadUrlOptions,
): Promise<string> {
  const json = {
    path,
    user: user ?? null,
    ...(archiveFormat === undefined ? {} : { archive_format: archiveFormat }),
  };
  const answer = await scope.client.json<{ url: string }>('POST', `${scope.path}/files/download-url`, {
    ...call,
    json,
  });
  return answer.url;
}

/** An address that takes the content of one file, by PUT, without the API key. */
export async function mintUploadUrl(
  scope: SandboxScope,
  path: string,
  { user, ...call }: FileOptions,
): Promise<UploadUrl> {
  const json = { path, user: user ?? null };
  const answer = await scope.client.json<{ url: string; token?: string | null }>(
    'POST',
    `${scope.path}/files/upload-url`,
    { ...call, json },
  );
  return { url: answer.url, token: answer.token ?? undefined };
}
