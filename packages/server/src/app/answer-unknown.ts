import type { FastifyRequest } from 'fastify';
import { ApiError } from '../api-error.ts';
import { findMethods } from './find-methods.ts';

/** The answer to a request that no route takes. */
export function describeUnknown({ method, url }: Pick<FastifyRequest, 'method' | 'url'>): ApiError {
  const path = url.split('?', 1)[0]!.slice(0, 200);
  const methods = findMethods(url);
  if (methods.length === 0) return new ApiError('not_found', { method, path });
  const allowed = methods.join(', ');
  return new ApiError('method_not_allowed', { method, path, allowed }, { headers: { allow: allowed } });
}
