import { type Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
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

interface Caller {
  agent: Agent;
  /** Largest answer that is accepted. */
  maxBytes: number;
  /** Largest head of an answer. Absent: Node's own bound. */
  maxHeaderSize?: number;
}

/** Where and how the agent of a guest is called. */
export interface AgentTarget extends Caller {
  host: string;
  port: number;
  token: string;
}

/** Where and how a service of this machine is called. */
export interface SocketTarget extends Caller {
  socketPath: string;
}

export interface UnaryOptions {
  signal?: AbortSignal | undefined;
  /** Ends the call with `DeadlineExceeded`; the other side is told. Absent: it takes what it takes. */
  timeoutMs?: number | undefined;
  /** Asked before more than `FREE_BYTES` of an answer are taken; what it rejects with ends the call. */
  admit?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

const never = new AbortController().signal;

/** Every answer may be this large. */
const FREE_BYTES = 256 * 1024;
/** How long the rest of a larger one may take once it was admitted: an agent that drips would keep others waiting. */
const ADMITTED_MS = 60_000;

/**
 * A unary call of the Connect protocol, done by hand: the general client costs as much CPU as the rest of an exec
 * request together. Rejects with `ConnectError` as that client does.
 */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  target: AgentTarget | SocketTarget,
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
  target: AgentTarget | SocketTarget,
  path: string,
  body: Uint8Array,
  { signal, timeoutMs, admit }: UnaryOptions,
): Promise<{ response: IncomingMessage; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new ConnectError('broken off', Code.Canceled));
    const { maxBytes, maxHeaderSize } = target;
    let dripping: NodeJS.Timeout | undefined;
    let late: NodeJS.Timeout | undefined;
    const breakOff = () => call.destroy();
    const settle = () => {
      clearTimeout(dripping);
      clearTimeout(late);
      signal?.removeEventListener('abort', breakOff);
    };
    const fail = (error: unknown) => {
      settle();
      reject(toConnectError(error, signal));
    };
    const headers = {
      'content-type': 'application/proto',
      'content-length': body.length,
      'connect-protocol-version': '1',
      ...('token' in target ? { authorization: `Bearer ${target.token}` } : {}),
      ...(timeoutMs ? { 'connect-timeout-ms': String(timeoutMs) } : {}),
    };
    const call = request({ ...findWay(target), path, method: 'POST', headers, maxHeaderSize }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      let ask = admit;
      const refuse = (error: unknown) => {
        // Whoever holds the call's closures would hold them for long.
        chunks.length = 0;
        settle();
        reject(error);
        call.destroy();
      };
      const askForRoom = () => {
        if (!ask) return;
        response.pause();
        ask(signal ?? never).then(() => {
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
    signal?.addEventListener('abort', breakOff, { once: true });
    if (timeoutMs) {
      late = setTimeout(() => {
        fail(new ConnectError(`no answer within ${timeoutMs} ms`, Code.DeadlineExceeded));
        call.destroy();
      }, timeoutMs);
    }
    call.end(body);
  });
}

function findWay(target: AgentTarget | SocketTarget): RequestOptions {
  const { agent } = target;
  if ('socketPath' in target) return { socketPath: target.socketPath, agent };
  const { host, port } = target;
  return { host, port, agent };
}
