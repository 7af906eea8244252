import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGuestStream } from '../../src/guests/read-stream.ts';

async function* send(sizes: Iterable<number>): AsyncGenerator<number> {
  yield* sizes;
}

async function read(sizes: Iterable<number>): Promise<number[]> {
  return Array.fromAsync(readGuestStream(send(sizes), (size) => size));
}

test('every message arrives, many small ones too', async () => {
  const sizes = [0, ...Array<number>(600).fill(1), 32_768];
  assert.deepEqual(await read(sizes), sizes);
});

test('messages without content are not read without end', async () => {
  await assert.rejects(
    read(
      (function* () {
        for (;;) yield 0;
      })(),
    ),
    /without content/,
  );
});

test('a flood of tiny messages leaves others their turn', async () => {
  const stop = new AbortController();
  let others = 0;
  const flood = (function* () {
    while (!stop.signal.aborted) yield 1;
  })();
  const reading = read(flood);
  // These turns never come while the flood is read without a pause.
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      others += 1;
      if (others < 5) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  stop.abort();
  await reading;
});
