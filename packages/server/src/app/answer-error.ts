import { buildErrorEnvelope, type ErrorCodeEntry, errorCodes } from '@nullspace/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiError } from '../api-error.ts';

/** The body of an error answer. */
export function describeError(error: ApiError, requestId: string) {
  return buildErrorEnvelope({
    code: error.code,
    message: error.message,
    requestId,
    ...(error.details ? { details: error.details } : {}),
    ...describeUploadFailure(error, requestId),
    ...(error.errorDetail ? { errorDetail: error.errorDetail } : {}),
  });
}

/** What clients of uploads decide by. A closed object: published clients refuse further keys. */
function describeUploadFailure(
  { code, message, details = {} }: ApiError,
  request_id: string,
): { errorDetail?: Record<string, unknown> } {
  const { uploadReason: reason, retryable }: ErrorCodeEntry = errorCodes[code];
  if (!reason) return {};
  const { upload_id, path, part_number, ...rest } = details;
  const named = { upload_id, path, part_number };
  return { errorDetail: { reason, message, retryable, request_id, ...named, details: rest } };
}

/** Refusals by which nothing has failed: the log of the request has their code. */
const foreseen: ReadonlySet<string> = new Set<ApiError['code']>(['not_implemented', 'warm_pool_unavailable']);

/** Answers with an error, and notes its code for log and metrics. */
export function answerError(error: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = errorCodes[error.code];
  request.errorCode = error.code;
  if (status >= 500 && !foreseen.has(error.code)) {
    request.log.error({ err: error.cause ?? error, code: error.code }, error.message);
  }
  if (error.retryAfterSecs !== undefined) reply.header('retry-after', String(error.retryAfterSecs));
  if (error.headers) reply.headers(error.headers);
  // A body that nobody has read would be taken for the next request.
  if (status === 413) reply.header('connection', 'close');
  return reply
    .code(status)
    .header('x-request-id', request.id)
    .header('content-type', 'application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(describeError(error, request.id));
}
