import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError, invalidField } from '../api-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads JSON bodies. Published clients send POST without a body, some with a JSON content type. */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      const text = decode(request, body as Buffer);
      parse(request, text, (error, value) => done(error && describeJson(text), value));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Refuses compressed bodies: what is read as it came would be taken for what it stands for. */
export function refuseEncoded({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw unreadable(`The content encoding ${encoding.slice(0, 100)}`);
}

export function unreadable(what: string): ApiError {
  return new ApiError('unsupported_media_type', { what });
}

function decode({ headers }: FastifyRequest, body: Buffer): string {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw unreadable(`The charset ${charset.slice(0, 100)}`);
  }
  try {
    return decoder.decode(body);
  } catch (cause) {
    throw invalidField('body', 'is not valid UTF-8', { cause });
  }
}

function describeJson(text: string): ApiError {
  try {
    JSON.parse(text);
    return invalidField('body', 'is JSON with a key "__proto__" or "constructor" that is not taken');
  } catch (cause) {
    const { message } = cause as SyntaxError;
    return invalidField('body', `is not valid JSON: ${message.slice(0, 200)}`, { cause });
  }
}
