import type { IncomingMessage, ServerResponse } from 'node:http';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';

/** What an implementation may know of a call. */
export type CallContext = Pick<HandlerContext, 'method' | 'signal'>;

/** A call that is answered by hand. Few ask for its signal, and for the others there is none. */
export class UnaryCall implements CallContext {
  readonly method: CallContext['method'];
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #signal: AbortSignal | undefined;

  constructor(method: CallContext['method'], request: IncomingMessage, response: ServerResponse) {
    this.method = method;
    this.#request = request;
    this.#response = response;
  }

  /** Aborts when the call has ended, its caller has gone, or its time is over. */
  get signal(): AbortSignal {
    this.#signal ??= follow(this.#response, Number(this.#request.headers['connect-timeout-ms'] ?? 0));
    return this.#signal;
  }
}

function follow(response: ServerResponse, timeoutMs: number): AbortSignal {
  const ending = new AbortController();
  const late = () => ending.abort(new ConnectError('the operation timed out', Code.DeadlineExceeded));
  const timer = timeoutMs > 0 ? setTimeout(late, timeoutMs) : undefined;
  const end = () => {
    clearTimeout(timer);
    ending.abort(new ConnectError('the call has ended', Code.Canceled));
  };
  if (response.closed) end();
  else response.once('close', end);
  return ending.signal;
}
