import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { type CallContext, UnaryCall } from './unary-call.ts';

/** Answers a unary call with a whole message. */
type Answer = (
  request: MessageShape<DescMessage>,
  context: CallContext,
) => Promise<MessageShape<DescMessage>>;

interface Served {
  method: DescMethodUnary;
  answer: Answer;
}

/**
 * Answers by hand the unary calls that `callUnary` makes: of what the host does for a call, the general handler is often
 * the half. Everything else, such as streams, JSON and compressed messages, is left to `others`.
 *
 * @param options.maxBytes Calls with larger requests are left to `others` as well.
 */
export function serveUnary(
  service: DescService,
  answers: object,
  options: { maxBytes: number; others: RequestListener },
): RequestListener {
  const { maxBytes, others } = options;
  const byPath = new Map<string | undefined, Served>();
  for (const method of service.methods.filter((one): one is DescMethodUnary => one.methodKind === 'unary')) {
    const answer = (answers as Record<string, Answer>)[method.localName];
    if (answer) byPath.set(`/${service.typeName}/${method.name}`, { method, answer });
  }
  return (request, response) => {
    const served = byPath.get(request.url);
    if (!served || !isPlain(request, maxBytes)) return others(request, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // One that breaks off has no end, and nobody waits for its answer.
    request.on('end', () => {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      void serve(served, bytes, { request, response });
    });
  };
}

/** Whether a request is as `callUnary` makes it. Node sees to it that its body is no longer than it says. */
function isPlain({ method, headers }: IncomingMessage, maxBytes: number): boolean {
  const timeout = headers['connect-timeout-ms'];
  return (
    method === 'POST' &&
    headers['content-type'] === 'application/proto' &&
    Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= maxBytes &&
    headers['content-encoding'] === undefined &&
    headers['accept-encoding'] === undefined &&
    (timeout === undefined || (typeof timeout === 'string' && /^\d{1,10}$/.test(timeout)))
  );
}

async function serve(
  { method, answer }: Served,
  bytes: Uint8Array,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  let status = 200;
  let type = 'application/proto';
  let body: Uint8Array;
  try {
    const asked = read(method, bytes);
    body = toBinary(method.output, await answer(asked, new UnaryCall(method, request, response)));
  } catch (error) {
    const told = error instanceof ConnectError ? error : new ConnectError('internal error', Code.Internal);
    status = codeToHttpStatus(told.code);
    type = 'application/json';
    body = errorToJsonBytes(told, undefined);
  }
  // The caller has gone.
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': type, 'content-length': body.byteLength });
  response.end(body);
}

function read({ input }: DescMethodUnary, bytes: Uint8Array): MessageShape<DescMessage> {
  try {
    return fromBinary(input, bytes);
  } catch (error) {
    throw new ConnectError(`parse binary: ${(error as Error).message}`, Code.Internal);
  }
}
