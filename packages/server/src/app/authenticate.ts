import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import type { KeyVerifier } from '../keys/key-verifier.ts';

/**
 * Sets the tenant of a request from its `Authorization: Bearer` header.
 *
 * @throws {ApiError} `unauthorized`.
 */
export async function authenticate(verifier: KeyVerifier, request: FastifyRequest): Promise<void> {
  const header = request.headers.authorization;
  const key = header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
  if (key === undefined) {
    const problem =
      header === undefined ? 'The API key is missing' : 'The Authorization header is not "Bearer <key>"';
    throw refuse(problem);
  }
  const caller = await verifier.verify(key);
  if (!caller) throw refuse('The API key is unknown or revoked');
  request.tenantId = caller.tenantId;
}

function refuse(problem: string): ApiError {
  return new ApiError('unauthorized', { problem }, { headers: { 'www-authenticate': 'Bearer' } });
}
