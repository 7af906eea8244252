import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { connectPort } from './connect-port.ts';

const options: AgentOptions = { keepAlive: true, maxFreeSockets: 32, timeout: 30_000, scheduling: 'lifo' };

/** Connections to one port of one guest, kept alive between requests. */
export class GuestAgent extends Agent {
  readonly #live: LiveInstance;
  readonly #port: number;

  constructor(live: LiveInstance, port: number) {
    super(options);
    this.#live = live;
    this.#port = port;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    connectPort(this.#live, this.#port).then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
  }
}
