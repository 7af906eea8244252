import type {
  DescMessage,
  DescMethodClientStreaming,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';

/**
 * A call that sends many messages and is answered by one. The general client reads answers until there are no more,
 * which a hostile agent never lets happen: this one breaks off at the second.
 */
export async function sendStream<I extends DescMessage, O extends DescMessage>(
  transport: Transport,
  method: DescMethodClientStreaming<I, O>,
  messages: AsyncIterable<MessageInitShape<I>>,
  signal: AbortSignal,
): Promise<MessageShape<O>> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  try {
    const { message: answers } = await transport.stream(method, either, undefined, undefined, messages);
    let answer: MessageShape<O> | undefined;
    for await (const next of answers) {
      if (answer) throw new ConnectError('more than one answer', Code.Internal);
      answer = next;
    }
    if (!answer) throw new ConnectError('no answer', Code.Internal);
    return answer;
  } finally {
    done.abort();
  }
}
