import { errorByCode } from './by-code.ts';
import { RateLimitError } from './limits.ts';
import type { ErrorFields, SandboxError } from './sandbox-error.ts';

type Body = Record<string, unknown>;

/** Facts of a failed answer. `body` is its text, `retryAfter` the header of that name. */
export interface FailedResponse {
  status: number;
  body: string;
  retryAfter: string | undefined;
}

/** Turns an answer of status 400 or above into the error to throw. Understands the flat and the nested shape. */
export function errorFromResponse({ status, body, retryAfter }: FailedResponse): SandboxError {
  const envelope = parseObject(body);
  if (!envelope) {
    const message = body.trim().slice(0, 500) || `The server answered with status ${status}.`;
    if (status === 429) return rateLimit(message, { status }, retryAfter);
    return errorByCode(message, 'unknown', { status });
  }
  const nested = asObject(envelope.error);
  const inner = nested ?? envelope;
  const message =
    asText(nested ? nested.message : envelope.error) ?? `The server answered with status ${status}.`;
  const fields: ErrorFields = {
    status,
    requestId: asText(inner.request_id) ?? asText(envelope.request_id),
    retryable: typeof inner.retryable === 'boolean' ? inner.retryable : undefined,
    suggestedAction: asText(inner.suggested_action) ?? asText(envelope.suggested_action),
    details: asObject(inner.details) ?? asObject(envelope.details),
  };
  const topCode = asText(envelope.code)?.toLowerCase();
  // On 429 only the code at top level counts: it tells a used-up quota from a rate limit.
  if (status === 429 && (!topCode || topCode === 'rate_limit_exceeded'))
    return rateLimit(message, fields, retryAfter);
  const code = (status === 429 ? topCode : asText(inner.code)?.toLowerCase()) ?? topCode ?? 'unknown';
  return errorByCode(message, code, fields, inner.error_detail ?? envelope.error_detail);
}

function rateLimit(message: string, fields: ErrorFields, retryAfter: string | undefined): RateLimitError {
  const seconds = retryAfter ? Number(retryAfter) : Number.NaN;
  return new RateLimitError(message, { ...fields, retryAfterSecs: seconds >= 0 ? seconds : 1 });
}

function parseObject(text: string): Body | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Body | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined;
}
