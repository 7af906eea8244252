import { SilenceWatch, watchedBody } from './silence.ts';
import { readerChunks, streamOf } from './stream.ts';
import {
  isStream,
  type Transport,
  TransportFailure,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts';

/** Transport on `fetch`: the platform's in browsers and workers, or one that the caller passes. */
export function fetchTransport(baseUrl: string, fetch: typeof globalThis.fetch): Transport {
  return { send: (request) => send(fetch, baseUrl, request) };
}

async function send(
  fetch: typeof globalThis.fetch,
  baseUrl: string,
  request: TransportRequest,
): Promise<TransportResponse> {
  request.signal?.throwIfAborted();
  const controller = new AbortController();
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error;
    controller.abort(error);
  };
  const onAbort = (): void => fail(request.signal?.reason);
  request.signal?.addEventListener('abort', onAbort);
  const silence = new SilenceWatch(request.silenceMs, fail);
  try {
    const response = await fetch(baseUrl + request.path, {
      method: request.method,
      headers: request.headers,
      body: requestBody(request.body, silence),
      redirect: 'manual',
      signal: controller.signal,
      ...(isStream(request.body) ? { duplex: 'half' } : {}),
    });
    silence.heard();
    const answer = {
      status: response.status,
      header: (name: string) => response.headers.get(name) ?? undefined,
    };
    if (request.read === 'stream' && response.ok && response.body) {
      const release = (): void => controller.abort();
      return {
        ...answer,
        body: streamOf(readerChunks(response.body), request.silenceMs, request.signal, release),
      };
    }
    const bytes = await collect(response.body, silence);
    const asBytes = request.read === 'bytes' && response.ok;
    return { ...answer, body: asBytes ? bytes : new TextDecoder().decode(bytes) };
  } catch (error) {
    throw failure ?? new TransportFailure(error, isBroken(error));
  } finally {
    silence.end();
    request.signal?.removeEventListener('abort', onAbort);
  }
}

function requestBody(body: TransportRequest['body'], silence: SilenceWatch): RequestInit['body'] {
  if (!isStream(body)) return body as RequestInit['body'];
  const chunks = watchedBody(body, silence);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return();
    },
  });
}

async function collect(body: ReadableStream<Uint8Array> | null, silence: SilenceWatch): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (body) {
    for await (const chunk of readerChunks(body)) {
      silence.heard();
      chunks.push(chunk);
      length += chunk.byteLength;
    }
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Reasons that arise on a connection that stands. Browsers name none, so that there nothing is repeated. */
const brokenCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

function isBroken(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code !== undefined && brokenCodes.has(cause.code);
}
