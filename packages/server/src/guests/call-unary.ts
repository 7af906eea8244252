import { type Agent, type IncomingMessage, request } from 'node:http';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeFromHttpStatus, errorFromJsonBytes } from '@connectrpc/connect/protocol-connect';
import { toConnectError } from './to-connect-error.ts';

/** Where and how an agent is called. */
export interface UnaryTarget {
  host: string;
  port: number;
  token: string;
  agent: Agent;
  /** Largest answer that is accepted. */
  maxBytes: number;
}

export interface UnaryOptions {
  signal: AbortSignal;
  /** Asked before more than `FREE_BYTES` of an answer are taken; what it rejects with ends the call. */
  admit?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/** Every answer may be this large. */
const FREE_BYTES = 256 * 1024;
/** How long the rest of a larger one may take once it was admitted: an agent that drips would keep others waiting. */
const ADMITTED_MS = 60_000;

/**
 * A unary call of the Connect protocol, done by hand: the general client costs as much CPU as the rest of an exec
 * request together. Rejects with `ConnectError` as that client does.
 */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  target: UnaryTarget,
  method: DescMethodUnary<I, O>,
  message: MessageInitShape<I>,
  options: UnaryOptions,
): Promise<MessageShape<O>> {
  const body = toBinary(method.input, create(method.input, message));
  const { response, bytes } = await exchange(
    target,
    `/${method.parent.typeName}/${method.name}`,
    body,
    options,
  );
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) {
    const fallback = new ConnectError(`HTTP ${statusCode}`, codeFromHttpStatus(statusCode));
    throw errorFromJsonBytes(bytes, undefined, fallback);
  }
  if (headers['content-type'] !== 'application/proto' || headers['content-encoding']) {
    throw new ConnectError('an answer of another type', Code.Internal);
  }
  try {
    return fromBinary(method.output, bytes);
  } catch (error) {
    throw new ConnectError('an answer that is no message', Code.DataLoss, undefined, undefined, error);
  }
}

function exchange(
  { host, port, token, agent, maxBytes }: UnaryTarget,
  path: string,
  body: Uint8Array,
  { signal, admit }: UnaryOptions,
): Promise<{ response: IncomingMessage; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new ConnectError('broken off', Code.Canceled));
    let dripping: NodeJS.Timeout | undefined;
    const breakOff = () => call.destroy();
    const settle = () => {
      clearTimeout(dripping);
      signal.removeEventListener('abort', breakOff);
    };
    const fail = (error: NodeJS.ErrnoException) => {
      settle();
      reject(toConnectError(error, signal));
    };
    const headers = {
      'content-type': 'application/proto',
      'content-length': body.length,
      'connect-protocol-version': '1',
      authorization: `Bearer ${token}`,
    };
    const call = request({ host, port, path, method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      let ask = admit;
      const refuse = (error: unknown) => {
        // Whoever holds the call's closures would hold them for long.
        chunks.length = 0;
        reject(error);
        call.destroy();
      };
      const askForRoom = () => {
        if (!ask) return;
        response.pause();
        ask(signal).then(() => {
          dripping = setTimeout(breakOff, ADMITTED_MS);
          response.resume();
        }, refuse);
        ask = undefined;
      };
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxBytes) {
          return refuse(new ConnectError(`more than ${maxBytes} bytes`, Code.ResourceExhausted));
        }
        chunks.push(chunk);
        if (length > FREE_BYTES) askForRoom();
      });
      response.on('end', () => {
        settle();
        resolve({ response, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length) });
      });
    });
    call.on('error', fail);
    // Node's own `signal` option does the same at five times the cost.
    signal.addEventListener('abort', breakOff, { once: true });
    call.end(body);
  });
}
