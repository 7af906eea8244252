import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import type { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import type { FrameSender } from '../sockets/frame-sender.ts';

/** A frame that says what went wrong, the same on every channel. */
export interface ErrorFrame {
  type: 'error';
  id?: string | null | undefined;
  message: string;
  code: string;
  request_id: string;
  details?: Record<string, unknown> | undefined;
}

/** One connection to the socket of a sandbox. */
export interface Session<F extends { type: string }> {
  context: Context;
  socket: WebSocket;
  request: FastifyRequest;
  address: SandboxAddress;
  sender: FrameSender<F | ErrorFrame>;
  /** Aborts when the client goes. */
  gone: AbortSignal;
}

/** A protocol of the socket of a sandbox. */
export interface Channel<F extends { type: string }> {
  /** Serves a connection to its end. What it throws is told in an `error` frame. */
  run(session: Session<F>): Promise<void>;
  /** Called after that frame. */
  afterError?(session: Session<F>, failure: ApiError): void;
}
