import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApiError } from '../../api-error.ts';
import type { LifecycleEvent } from '../../store/events/event.ts';
import type { Store } from '../../store/store.ts';
import type { EventFeed } from '../event-feed.ts';
import type { Subscription } from './subscription.ts';

/** Events read together. One page and what waits in the socket is all that a slow client costs. */
const PAGE = 100;

/**
 * Sends every event after `cursor` that fits, in order and once, until `signal` aborts. The next events are read
 * when the client has taken those before, so a slow client is merely late.
 *
 * @throws {ApiError} `conflict` when events that the client has not had are no longer kept.
 */
export async function followEvents(
  { store, feed }: { store: Store; feed: EventFeed },
  subscription: Subscription,
  options: { cursor: number; send: (event: LifecycleEvent) => Promise<void>; signal: AbortSignal },
): Promise<void> {
  const { filter, fits } = subscription;
  const { send, signal } = options;
  const { tenantId } = filter;
  const bell = new Bell();
  const stop = feed.listen(tenantId, () => bell.ring());
  signal.addEventListener('abort', () => bell.ring(), { once: true });
  let { cursor } = options;
  try {
    while (!signal.aborted) {
      bell.reset();
      const range = (await store.eventRanges([tenantId])).get(tenantId);
      if (range === undefined || range.last <= cursor) {
        await bell.rung;
        continue;
      }
      if (range.first > cursor + 1) throw fellBehind();
      const page = await store.readEvents(filter, { after: cursor, upTo: range.last, limit: PAGE });
      for (const event of page) {
        if (signal.aborted) return;
        if (fits(event)) await send(event);
      }
      cursor = page.length < PAGE ? range.last : page.at(-1)!.number;
      // Neither reads of SQLite nor a socket with room wait for anything: others would not be served meanwhile.
      await nextTurn();
    }
  } finally {
    stop();
  }
}

function fellBehind(): ApiError {
  const problem = 'The stream fell behind: events that it has not sent are no longer kept';
  return new ApiError('conflict', { problem });
}

/** A promise that is settled from outside, again and again. */
class Bell {
  #current = Promise.withResolvers<void>();

  get rung(): Promise<void> {
    return this.#current.promise;
  }

  ring(): void {
    this.#current.resolve();
  }

  reset(): void {
    this.#current = Promise.withResolvers<void>();
  }
}
