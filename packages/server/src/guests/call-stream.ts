import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeFromHttpStatus, endStreamFromJson } from '@connectrpc/connect/protocol-connect';
import { type AgentTarget, toConnectError } from '@nullspace/host';
import { EnvelopeSplitter, writeEnvelope } from './envelopes.ts';
import { flowing } from './flowing.ts';
import { countPassed } from './passed-bytes.ts';

const COMPRESSED = 1;
const END_OF_STREAM = 2;
/** How long the end of an answer may trail behind its last message. */
const END_MS = 1000;
const CONTENT_TYPE = 'application/connect+proto';

/**
 * A call of the Connect protocol that is answered by a stream, done by hand: the general client spends most of the time
 * of a large transfer between its layers. What is not asked for is not read. Rejects with `ConnectError`.
 */
export async function* callStream<I extends DescMessage, O extends DescMessage>(
  target: AgentTarget,
  method: DescMethodServerStreaming<I, O>,
  message: MessageInitShape<I>,
  signal: AbortSignal,
): AsyncGenerator<MessageShape<O>, void> {
  if (signal.aborted) throw new ConnectError('broken off', Code.Canceled);
  const body = writeEnvelope(toBinary(method.input, create(method.input, message)));
  const call = request({
    host: target.host,
    port: target.port,
    path: `/${method.parent.typeName}/${method.name}`,
    method: 'POST',
    agent: target.agent,
    headers: {
      'content-type': CONTENT_TYPE,
      'content-length': body.length,
      'connect-protocol-version': '1',
      authorization: `Bearer ${target.token}`,
    },
  });
  const breakOff = () => call.destroy();
  signal.addEventListener('abort', breakOff, { once: true });
  let whole = false;
  try {
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    // What breaks the connection ends the reading of the answer, which tells it.
    call.on('error', () => undefined);
    checkResponse(response);
    const splitter = new EnvelopeSplitter(target.maxBytes);
    for await (const chunk of flowing(response)) {
      countPassed(chunk.length);
      for (const { flags, data } of splitter.push(chunk)) {
        if (flags === END_OF_STREAM) {
          const { error } = endStreamFromJson(data);
          whole = true;
          letEnd(response);
          if (error) throw error;
          return;
        }
        if (flags & COMPRESSED) throw new ConnectError('a compressed message', Code.Internal);
        yield decode(method.output, data);
      }
    }
    throw new ConnectError('the stream broke off', Code.Aborted);
  } catch (error) {
    throw toConnectError(error, signal);
  } finally {
    signal.removeEventListener('abort', breakOff);
    // A connection with an answer that was not read to its end is of no use to another call.
    if (!whole) call.destroy();
  }
}

/** After its last message an answer ends at once; then its connection serves other calls. */
function letEnd(response: IncomingMessage): void {
  const late = setTimeout(() => response.destroy(), END_MS);
  response.once('close', () => clearTimeout(late));
  response.on('error', () => undefined);
  response.resume();
}

function checkResponse({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode !== 200) throw new ConnectError(`HTTP ${statusCode}`, codeFromHttpStatus(statusCode));
  if (headers['content-type'] !== CONTENT_TYPE || headers['content-encoding']) {
    throw new ConnectError('an answer of another type', Code.Internal);
  }
}

function decode<O extends DescMessage>(schema: O, data: Uint8Array): MessageShape<O> {
  try {
    return fromBinary(schema, data);
  } catch (error) {
    throw new ConnectError('an answer that is no message', Code.DataLoss, undefined, undefined, error);
  }
}
