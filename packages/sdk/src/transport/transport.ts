/** One HTTP request, complete with its absolute path below the base URL. */
export interface TransportRequest {
  method: string;
  /** Path and query, starting with `/v1/`. */
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** How the body of a successful answer is wanted; that of a failed one is always text. */
  read: 'text' | 'bytes' | 'stream';
  /** Longest silence before and between bytes of the answer, in milliseconds. */
  silenceMs: number;
  signal?: AbortSignal;
}

export interface TransportResponse {
  status: number;
  header(name: string): string | undefined;
  body: string | Uint8Array | ReadableStream<Uint8Array>;
}

/** Whether a body is read while it is sent, and so can be sent only once. */
export function isStream(body: TransportRequest['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

/**
 * A way to carry requests. It rejects with the signal's reason when aborted, with `SilenceError` when the silence
 * lasts too long, and with the platform's error, as `TransportFailure`, when the connection fails.
 */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>;
}

/** No byte arrived within the bound. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/**
 * The connection failed. `connected` is false when no part of the request can have reached the server; `stale` tells that it
 * had served before and was cut without a word of an answer.
 */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  readonly connected: boolean;
  readonly stale: boolean;

  constructor(cause: unknown, connected: boolean, stale = false) {
    super(describe(cause), { cause });
    this.connected = connected;
    this.stale = stale;
  }
}

/** The innermost message: the platform's fetch hides the reason in `cause`, Node that of many addresses in `errors`. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return describe(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  const code = (error as { code?: unknown }).code;
  return error.message || (typeof code === 'string' ? code : error.name);
}
