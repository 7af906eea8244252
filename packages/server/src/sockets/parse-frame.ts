import type * as z from 'zod';
import { ApiError } from '../api-error.ts';
import { describeZodIssue } from '../app/describe-issue.ts';

/**
 * Reads a text frame of that schema.
 *
 * @throws {ApiError} `invalid_request` whose message begins with "invalid message".
 */
export function parseFrame<S extends z.ZodType>(schema: S, data: Buffer, isBinary: boolean): z.output<S> {
  if (isBinary) throw new ApiError('invalid_request', { problem: 'invalid message: must be a text frame' });
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch (error) {
    throw new ApiError('invalid_request', { problem: 'invalid message: must be JSON' }, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { field, message } = describeZodIssue(result.error.issues[0], 'frame');
  throw new ApiError('invalid_request', {
    problem: `invalid message: ${field}: ${message}`.slice(0, 300),
  });
}
