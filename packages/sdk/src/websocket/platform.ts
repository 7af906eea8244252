import { SandboxError } from '../errors/sandbox-error.ts';

/** The part of the standard WebSocket interface that the client uses. */
export interface WebSocketLike {
  /** Set to `arraybuffer`: output comes as bytes. */
  binaryType?: string;
  /** Bytes that were sent and wait here, as the other side reads no faster. */
  readonly bufferedAmount?: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** Opens a WebSocket to `url` whose upgrade request carries `headers`. */
export type WebSocketFactory = (url: string, headers: Record<string, string>) => WebSocketLike;

type HeaderWebSocket = new (url: string, options: { headers: Record<string, string> }) => WebSocketLike;

/** Node's WebSocket takes headers as an extension of the standard; those of browsers do not. */
export const openPlatformWebSocket: WebSocketFactory = (url, headers) => {
  const NodeWebSocket = globalThis.WebSocket as unknown as HeaderWebSocket | undefined;
  if (NodeWebSocket && globalThis.process?.versions?.node) return new NodeWebSocket(url, { headers });
  throw new SandboxError('This platform cannot send the API key with a WebSocket.', {
    code: 'websocket_error',
    suggestedAction: 'Pass a webSocket factory, or run without onStdout, onStderr and handles.',
  });
};
