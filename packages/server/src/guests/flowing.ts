import type { Readable } from 'node:stream';

/**
 * The chunks of a stream as they come; no more is read before one has been taken. A stream's own iterator joins what has
 * come meanwhile, which copies it all. Ending early leaves the stream open.
 */
export async function* flowing(stream: Readable): AsyncGenerator<Buffer, void> {
  const come: Buffer[] = [];
  let over: { error?: Error } | undefined;
  let wake: () => void = () => undefined;
  const take = (chunk: Buffer) => {
    come.push(chunk);
    stream.pause();
    wake();
  };
  const end = (error?: Error) => {
    over ??= error ? { error } : {};
    wake();
  };
  const ended = () => end();
  const closed = () =>
    end(Object.assign(new Error('the stream broke off'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }));
  stream.on('data', take).once('end', ended).once('error', end).once('close', closed);
  // What it told before, it does not tell again.
  if (stream.readableEnded) end();
  else if (stream.errored) end(stream.errored);
  else if (stream.destroyed) closed();
  try {
    for (;;) {
      const next = come.shift();
      if (next) {
        yield next;
        continue;
      }
      if (over?.error) throw over.error;
      if (over) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      stream.resume();
      await promise;
    }
  } finally {
    stream.off('data', take).off('end', ended).off('error', end).off('close', closed);
  }
}
