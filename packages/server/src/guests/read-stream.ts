import { setTimeout as sleep } from 'node:timers/promises';

/** Small messages that may come in one go, and how many a second after that. Honest agents send fewer and larger ones. */
const BURST = 256;
const SMALL_A_SECOND = 2000;
const SMALL_BYTES = 4096;
const PAUSE_MS = 20;

/**
 * Passes the messages of a guest's stream on, but no faster than honest agents send. Without that one guest's flood of
 * tiny messages would keep this process from serving the others.
 *
 * @param sizeOf Bytes of content in a message; of more than one message in a stream it must not be 0.
 */
export async function* readGuestStream<Message>(
  messages: AsyncIterable<Message>,
  sizeOf: (message: Message) => number,
): AsyncGenerator<Message, void> {
  let empty = 0;
  let allowed = BURST;
  let countedAt = performance.now();
  for await (const message of messages) {
    const size = sizeOf(message);
    if (size === 0 && ++empty > 1) throw new Error('the guest sent messages without content');
    yield message;
    if (size >= SMALL_BYTES) continue;
    allowed -= 1;
    while (allowed <= 0) {
      await sleep(PAUSE_MS);
      const now = performance.now();
      allowed = Math.min(BURST, allowed + ((now - countedAt) / 1000) * SMALL_A_SECOND);
      countedAt = now;
    }
  }
}
