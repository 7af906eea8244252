import { Code, ConnectError } from '@connectrpc/connect';

/** What broke a call that is done by hand, as the general client would tell it. */
export function toConnectError(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof ConnectError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const refused = code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ETIMEDOUT';
  // It was reached, and what it said is not HTTP.
  const garbled = code?.startsWith('HPE_');
  const as = signal?.aborted
    ? Code.Canceled
    : refused
      ? Code.Unavailable
      : garbled
        ? Code.Internal
        : Code.Aborted;
  return new ConnectError(message, as, undefined, undefined, error);
}
