import { type IncomingMessage, request } from 'node:http';
import type { Installation } from './installation.ts';

/** How a transfer that was under way came to its end. */
export interface TransferEnd {
  /** The whole answer came, as its head announced. */
  complete: boolean;
  status: number | undefined;
  /** The end of what was received. */
  text: string;
}

/**
 * A transfer of bytes that is held open: of an answer no more than its first piece is read, and a body that is sent has
 * no end.
 */
export class OpenTransfer {
  readonly begun: Promise<unknown>;
  readonly over: Promise<TransferEnd>;
  #goOn: () => void = () => undefined;

  constructor(
    installation: Pick<Installation, 'url' | 'apiKey'>,
    path: string,
    { method = 'GET' }: { method?: 'GET' | 'PUT' } = {},
  ) {
    const call = request(`${installation.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${installation.apiKey}` },
    });
    const begun = Promise.withResolvers<unknown>();
    const over = Promise.withResolvers<TransferEnd>();
    this.begun = begun.promise;
    this.over = over.promise;
    let response: IncomingMessage | undefined;
    let text = '';
    call.on('response', (answer) => {
      response = answer;
      answer.on('data', (chunk: Buffer) => {
        text = (text + chunk.toString('latin1')).slice(-2000);
        begun.resolve(undefined);
        if (method === 'GET' && !answer.headers['content-type']?.startsWith('text/event-stream'))
          answer.pause();
      });
      answer.on('error', () => undefined);
      // The server may wait for the rest of a body that it has refused.
      answer.on('end', tell);
      this.#goOn = () =>
        answer
          .removeAllListeners('data')
          .on('data', () => undefined)
          .resume();
    });
    call.on('error', () => undefined);
    const tell = () =>
      over.resolve({ complete: response?.complete ?? false, status: response?.statusCode, text });
    call.on('close', tell);
    if (method === 'GET') call.end();
    else call.write(Buffer.alloc(64 * 1024), () => begun.resolve(undefined));
  }

  /** Reads on. */
  goOn(): void {
    this.#goOn();
  }
}
