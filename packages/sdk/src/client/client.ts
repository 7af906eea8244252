import { resolveApiKey, resolveBaseUrl } from '../configuration/resolve.ts';
import { errorFromResponse } from '../errors/from-response.ts';
import { RateLimitError } from '../errors/limits.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { TimeoutError } from '../errors/timeout.ts';
import { chooseTransport } from '../transport/choose.ts';
import {
  isStream,
  SilenceError,
  type Transport,
  TransportFailure,
  type TransportRequest,
  type TransportResponse,
} from '../transport/transport.ts';
import { openPlatformWebSocket, type WebSocketFactory } from '../websocket/platform.ts';
import type { CallOptions, ClientOptions } from './options.ts';
import { sleep } from './sleep.ts';

const rateLimitRetries = 3;
const defaultRequestTimeoutMs = 30_000;

/** One call as the rest of the package writes it. */
export interface ClientCall extends CallOptions {
  /** Sent as JSON. Without it the request has no body. */
  json?: unknown;
  /** Raw body; excludes `json`. */
  body?: TransportRequest['body'];
  headers?: Record<string, string>;
  read?: TransportRequest['read'];
}

/** Carries calls to one server with one key: errors as classes, 429 retried as the server asks, silence bounded. */
export class Client {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly requestTimeoutMs: number;
  readonly webSocket: WebSocketFactory;
  readonly #transport: Transport;

  constructor(options: ClientOptions = {}, requestTimeoutMs = defaultRequestTimeoutMs) {
    this.apiKey = resolveApiKey(options.apiKey);
    this.baseUrl = resolveBaseUrl(options.baseUrl);
    this.requestTimeoutMs = options.requestTimeoutMs ?? requestTimeoutMs;
    this.webSocket = options.webSocket ?? openPlatformWebSocket;
    this.#transport = chooseTransport(this.baseUrl, options.fetch);
  }

  /** The parsed answer; undefined when it has no body. */
  async json<T>(method: string, path: string, call: ClientCall = {}): Promise<T> {
    return parseJson<T>(await this.send(method, path, call), method, path);
  }

  /** The answer itself, its status below 300. Rate limits are retried unless the body is a stream. */
  async send(method: string, path: string, call: ClientCall = {}): Promise<TransportResponse> {
    const repeatable = call.read !== 'stream' && !isStream(call.body);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(method, path, call);
      } catch (error) {
        const pause = error instanceof RateLimitError ? error.retryAfterSecs : undefined;
        if (pause === undefined || !repeatable || attempt === rateLimitRetries) throw error;
        await sleep(pause * 1000, call.signal);
      }
    }
  }

  async #once(method: string, path: string, call: ClientCall): Promise<TransportResponse> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.apiKey}`, ...call.headers };
    let body = call.body;
    if (call.json !== undefined) {
      body = JSON.stringify(call.json);
      headers['content-type'] = 'application/json';
    }
    const request: TransportRequest = {
      method,
      path,
      headers,
      body,
      read: call.read ?? 'text',
      silenceMs: call.requestTimeoutMs ?? this.requestTimeoutMs,
      signal: call.signal,
    };
    let response: TransportResponse;
    try {
      response = await this.#transport.send(request);
    } catch (error) {
      throw this.#describe(error, method, path);
    }
    if (response.status >= 200 && response.status < 300) return response;
    throw failureOf(response, method, path);
  }

  #describe(error: unknown, method: string, path: string): unknown {
    if (error instanceof SilenceError) {
      return new TimeoutError(`${method} ${path}: ${error.message}`, {
        suggestedAction: 'Pass a larger requestTimeoutMs.',
        cause: error,
      });
    }
    if (!(error instanceof TransportFailure)) return error;
    return new SandboxError(`${method} ${this.baseUrl}${path} failed: ${error.message}`, {
      code: 'transport_error',
      suggestedAction: `Check that a Nullspace server answers at ${this.baseUrl}.`,
      cause: error,
    });
  }
}

function failureOf(response: TransportResponse, method: string, path: string): SandboxError {
  if (response.status < 400) {
    return new SandboxError(
      `${method} ${path} was answered with status ${response.status}, which no route uses.`,
      {
        code: 'invalid_response',
        status: response.status,
        suggestedAction: 'Check that baseUrl names a Nullspace server and not a page that redirects.',
      },
    );
  }
  return errorFromResponse({
    status: response.status,
    body: response.body as string,
    retryAfter: response.header('retry-after'),
  });
}

/** Parses an answer that was read as text. */
export function parseJson<T>(response: TransportResponse, method: string, path: string): T {
  const text = response.body as string;
  if (!text) return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new SandboxError(`The answer to ${method} ${path} is not JSON.`, {
      code: 'invalid_response',
      status: response.status,
      suggestedAction: 'Check that baseUrl names a Nullspace server.',
      cause,
    });
  }
}
