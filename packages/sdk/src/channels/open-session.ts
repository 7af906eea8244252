import { errorByCode } from '../errors/by-code.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { TimeoutError } from '../errors/timeout.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { Connection } from '../websocket/connection.ts';
import { type Channel, openChannel } from './open-channel.ts';

export type Frame = Record<string, unknown>;

export interface SessionEvents {
  /** The frame that began the session, before any later one. */
  onBegin?(frame: Frame): void;
  /** A frame after the one that began the session. */
  onFrame(frame: Frame): void;
  /** Bytes after the frame that began the session. */
  onBytes?(bytes: Uint8Array): void;
  /** The connection is gone; called once, only after the session began. */
  onClose(closing: { reason: string; code: number | undefined }): void;
}

/**
 * Opens a channel, sends its first frame and waits for the frame that begins the session.
 * @throws the server's error frame by its code; `transport_error` when the connection ends before.
 */
export async function openSession(
  scope: SandboxScope,
  { channel, first, started }: { channel: Channel; first: Frame; started: string },
  events: SessionEvents,
  signal?: AbortSignal,
): Promise<Connection> {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const answer = new Promise<void>((onBegin, onError) => {
    resolve = onBegin;
    reject = onError;
  });
  let begun = false;
  const connection = await openChannel(
    scope,
    channel,
    {
      onMessage(frame) {
        if (begun) return events.onFrame(frame);
        if (frame.type === started) {
          begun = true;
          events.onBegin?.(frame);
          resolve();
        } else if (frame.type === 'error') reject(frameError(frame));
      },
      onBytes: (bytes) => events.onBytes?.(bytes),
      onClose(reason, code) {
        if (begun) events.onClose({ reason, code });
        else reject(new SandboxError(`The channel closed early: ${reason}`, { code: 'transport_error' }));
      },
    },
    signal,
  );
  const { requestTimeoutMs } = scope.client;
  const timer = setTimeout(() => {
    reject(new TimeoutError(`The ${channel} channel said nothing for ${requestTimeoutMs} ms.`));
  }, requestTimeoutMs);
  const onAbort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    connection.send(first);
    await answer;
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The error that an `error` frame stands for. */
export function frameError(frame: Frame): SandboxError {
  const message = typeof frame.message === 'string' ? frame.message : 'The channel failed.';
  const code = typeof frame.code === 'string' ? frame.code.toLowerCase() : 'unknown';
  return errorByCode(message, code, {
    requestId: typeof frame.request_id === 'string' ? frame.request_id : undefined,
    details: frame.details as Record<string, unknown> | undefined,
  });
}
