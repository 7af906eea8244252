import type { FastifyError, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ApiError } from '../api-error.ts';
import { StoreError } from '../store/store-error.ts';
import { describeIssue, type Issue } from './describe-issue.ts';
import { unreadable } from './read-bodies.ts';

/** Issues named in one answer; the rest would be found after these are mended. */
const MOST_ISSUES = 20;
const MOST_CHARS = 300;

/** Any error of a request as the one that its caller sees. What is not known becomes `internal_error`. */
export function toApiError(error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  if (hasZodFastifySchemaValidationErrors(error))
    return describeIssues(error as Parameters<typeof describeIssues>[0]);
  if (error instanceof StoreError) return fromStore(error);
  const { code, statusCode } = error as FastifyError;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limit = request.routeOptions.bodyLimit ?? 0;
    return new ApiError('payload_too_large', { limit }, { details: { limit }, cause: error });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const content_type = request.headers['content-type'] ?? '';
    return unreadable(
      content_type === ''
        ? 'A body without a content type'
        : `The content type ${content_type.slice(0, 100)}`,
    );
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return malformed(error as FastifyError);
  return new ApiError('internal_error', {}, { cause: error });
}

interface ValidationError {
  validationContext?: string;
  validation: (Issue & { instancePath: string })[];
}

function describeIssues(error: ValidationError): ApiError {
  const where = { body: 'body', querystring: 'query', params: 'path', headers: 'header' }[
    error.validationContext ?? 'body'
  ];
  const issues = error.validation.slice(0, MOST_ISSUES).map((issue) => {
    const path = issue.instancePath.split('/').filter((part) => part !== '');
    const named = issue.params?.keys?.[0];
    const field = [...path, ...(named === undefined ? [] : [named])].join('.') || where || 'body';
    return { field: field.slice(0, MOST_CHARS), message: describeIssue(issue).slice(0, MOST_CHARS) };
  });
  const [first = { field: 'body', message: 'is wrong' }] = issues;
  return new ApiError(
    'invalid_request',
    { problem: `${first.field}: ${first.message}` },
    { details: { field: first.field, issues } },
  );
}

function fromStore(error: StoreError): ApiError {
  if (error.code === 'busy' || error.code === 'unavailable' || error.code === 'disk_full') {
    return new ApiError('database_unavailable', {}, { retryAfterSecs: 1, cause: error });
  }
  if (error.code === 'invalid_value') {
    return new ApiError('invalid_request', { problem: `body: ${error.message}` }, { cause: error });
  }
  return new ApiError('internal_error', {}, { cause: error });
}

function malformed(error: FastifyError): ApiError {
  const isJson = error.code?.startsWith('FST_ERR_CTP') || error.name === 'SyntaxError';
  const problem = isJson ? `body: is not valid JSON: ${error.message}` : error.message;
  return new ApiError('invalid_request', { problem: problem.slice(0, MOST_CHARS) }, { cause: error });
}
