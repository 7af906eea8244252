import { routes } from '@nullspace/contract';
import type { FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { type FileTarget, toTarget } from './file-calls.ts';
import type { FileGrant, FileTokens } from './file-tokens.ts';

type Direction = FileGrant['direction'];

/** A URL that serves or takes one file without an API key. */
export async function mintUrl(
  context: Context,
  { tokens, url }: { tokens: FileTokens; url: string },
  options: SandboxAddress & {
    direction: Direction;
    file: FileTarget;
    archiveFormat?: string | null | undefined;
  },
): Promise<{ url: string; token: string }> {
  const { direction, file, archiveFormat, ...address } = options;
  const { sandboxId } = await context.finder.findLive(address);
  const { path, user } = toTarget(file);
  const grant = { tenantId: address.tenantId, sandboxId, direction, path, user };
  const token = await tokens.mint({ ...grant, archiveFormat: archiveFormat ?? '' });
  const query = new URLSearchParams({ path });
  if (user) query.set('user', user);
  if (archiveFormat) query.set('archive_format', archiveFormat);
  query.set('file_token', token);
  const place = routes.downloadFile.path.replace('{sandbox_id}', sandboxId);
  return { url: `${url}${place}?${query}`, token };
}

/** Whether a request shows a file token in place of an API key. */
export function showsFileToken(request: FastifyRequest): boolean {
  return request.headers.authorization === undefined && readQuery(request).file_token !== '';
}

/**
 * The tenant that the file token of a request was minted for.
 *
 * @throws {ApiError} `file_token_invalid`.
 */
export function checkFileToken(tokens: FileTokens, request: FastifyRequest): Promise<string> {
  const { path, user, archive_format, file_token } = readQuery(request);
  const { sandbox_id: sandboxId } = request.params as { sandbox_id: string };
  return tokens.check(file_token, {
    sandboxId,
    direction: request.method === 'PUT' ? 'upload' : 'download',
    path,
    user: user.trim(),
    archiveFormat: archive_format,
  });
}

// A parameter that is repeated comes as a list; no token was minted for it.
function readQuery(request: FastifyRequest) {
  const query = request.query as Record<string, unknown>;
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '');
  return {
    path: text('path'),
    user: text('user'),
    archive_format: text('archive_format'),
    file_token: text('file_token'),
  };
}
