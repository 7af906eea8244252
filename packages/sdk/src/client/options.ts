import type { WebSocketFactory } from '../websocket/platform.ts';

/** How to reach the server. Every call that needs no sandbox handle takes these. */
export interface ClientOptions {
  /**
   * API key. @default `NULLSPACE_API_KEY` of the environment, then of `.env` in the current directory, then `api_key`
   * of `~/.config/nullspace/config.json` and `~/.nullspace/config.json`
   */
  apiKey?: string;
  /**
   * Address of the server. @default `NULLSPACE_API_URL`, then `NULLSPACE_BASE_URL`, of the environment and of `.env`,
   * then `base_url` or `api_url` of the configuration files, then `http://localhost:3000`
   */
  baseUrl?: string;
  /**
   * Longest silence before and between bytes of an answer, in milliseconds; a longer one is a `TimeoutError`.
   * @default 30000; 120000 for create and every call on the handle that it returns; 300000 for resuming
   */
  requestTimeoutMs?: number;
  /** Carries the requests in place of the platform's HTTP client. */
  fetch?: typeof globalThis.fetch;
  /**
   * Opens WebSockets in place of the platform's. Browsers cannot send the API key with a WebSocket: there, live
   * commands need a factory that reaches the server through a proxy that adds the header.
   */
  webSocket?: WebSocketFactory;
}

/** What every single call takes. */
export interface CallOptions {
  /** Ends the waiting: the call rejects with the signal's reason. What the server has begun goes on. */
  signal?: AbortSignal;
  /** Longest silence before and between bytes of the answer, in milliseconds. @default that of the handle */
  requestTimeoutMs?: number;
}
