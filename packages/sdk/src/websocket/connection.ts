import type { Client } from '../client/client.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { WebSocketLike } from './platform.ts';

const openTimeoutMs = 15_000;
/** What was sent last waits here for a moment even when the server reads at once. */
const heldUpBytes = 256 * 1024;

export interface ConnectionEvents {
  /** One JSON message. Frames that are not JSON objects are skipped. */
  onMessage(message: Record<string, unknown>): void;
  /** One message of bytes. @default they are skipped */
  onBytes?(bytes: Uint8Array): void;
  /** The connection is gone, whoever ended it. Called once, only after `open` resolved. */
  onClose(reason: string, code?: number): void;
}

/** A JSON WebSocket to the server. */
export interface Connection {
  send(message: unknown): void;
  sendBytes(bytes: Uint8Array): void;
  /** Whether much of what was sent waits here, because the server reads no faster. */
  readonly isHeldUp: boolean;
  close(): void;
}

/**
 * Opens a WebSocket on a path of the API.
 * @throws SandboxError `transport_error` when it cannot be opened; the reason of the signal when aborted.
 */
export function openConnection(
  client: Client,
  path: string,
  events: ConnectionEvents,
  signal?: AbortSignal,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const url = client.baseUrl.replace(/^http/i, 'ws') + path;
    let socket: WebSocketLike;
    try {
      socket = client.webSocket(url, { authorization: `Bearer ${client.apiKey}` });
    } catch (error) {
      return reject(error);
    }
    socket.binaryType = 'arraybuffer';
    let state: 'opening' | 'open' | 'over' = 'opening';
    const fail = (error: unknown): void => {
      if (state !== 'opening') return;
      state = 'over';
      settle();
      socket.close();
      reject(error);
    };
    const onAbort = (): void => fail(signal?.reason);
    const timer = setTimeout(
      () => fail(unopened(url, `no answer within ${openTimeoutMs} ms`)),
      openTimeoutMs,
    );
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort);
    const close = (): void => {
      state = 'over';
      socket.close(1000);
    };
    socket.addEventListener('open', () => {
      if (state !== 'opening') return;
      state = 'open';
      settle();
      resolve({
        send: (message) => socket.send(JSON.stringify(message)),
        sendBytes: (bytes) => socket.send(bytes as Uint8Array<ArrayBuffer>),
        get isHeldUp() {
          return (socket.bufferedAmount ?? 0) > heldUpBytes;
        },
        close,
      });
    });
    socket.addEventListener('message', (event) => {
      if (state !== 'open') return;
      if (event.data instanceof ArrayBuffer) return events.onBytes?.(new Uint8Array(event.data));
      const message = parseMessage(event.data);
      if (message) events.onMessage(message);
    });
    // The platform reports a failed upgrade as an error without its status; `close` always follows.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', (event) => {
      if (state === 'open') {
        state = 'over';
        events.onClose(event.reason || `closed with code ${event.code}`, event.code);
      } else {
        fail(unopened(url, event.reason || 'the upgrade was refused or the server was not reached'));
      }
    });
  });
}

function unopened(url: string, reason: string): SandboxError {
  return new SandboxError(`WebSocket ${url} could not be opened: ${reason}`, { code: 'transport_error' });
}

function parseMessage(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
