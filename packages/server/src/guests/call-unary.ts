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

/** Where and how an agent is called. */
export interface UnaryTarget {
  host: string;
  port: number;
  token: string;
  agent: Agent;
  /** Largest answer that is accepted. */
  maxBytes: number;
}

/**
 * A unary call of the Connect protocol, done by hand: the general client costs as much CPU as the rest of an exec
 * request together. Rejects with `ConnectError` as that client does.
 */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  target: UnaryTarget,
  method: DescMethodUnary<I, O>,
  message: MessageInitShape<I>,
  signal: AbortSignal,
): Promise<MessageShape<O>> {
  const body = toBinary(method.input, create(method.input, message));
  const { response, bytes } = await exchange(
    target,
    `/${method.parent.typeName}/${method.name}`,
    body,
    signal,
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
  signal: AbortSignal,
): Promise<{ response: IncomingMessage; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new ConnectError('broken off', Code.Canceled));
    const breakOff = () => call.destroy();
    const fail = (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', breakOff);
      const refused =
        error.code === 'ECONNREFUSED' || error.code === 'EHOSTUNREACH' || error.code === 'ETIMEDOUT';
      const code = signal.aborted ? Code.Canceled : refused ? Code.Unavailable : Code.Aborted;
      reject(new ConnectError(error.message, code, undefined, undefined, error));
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
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length <= maxBytes) chunks.push(chunk);
        else {
          reject(new ConnectError(`more than ${maxBytes} bytes`, Code.ResourceExhausted));
          call.destroy();
        }
      });
      response.on('end', () => {
        signal.removeEventListener('abort', breakOff);
        resolve({ response, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length) });
      });
    });
    call.on('error', fail);
    // Node's own `signal` option does the same at five times the cost.
    signal.addEventListener('abort', breakOff, { once: true });
    call.end(body);
  });
}
