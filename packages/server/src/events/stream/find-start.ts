import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LifecycleEvent } from '../../store/events/event.ts';
import type { Store } from '../../store/store.ts';
import type { Subscription } from './subscription.ts';

/** Events looked at together while the newest that fit are searched. */
const PAGE = 500;
/** Newest events that are looked through for labels: so much may one subscription cost. */
const MOST_SEARCHED = 20_000;

/** Where a stream begins: events of the past to send first, oldest first, and the number to go on after. */
export interface StreamStart {
  replay: LifecycleEvent[];
  cursor: number;
  /** Whether the client's `after_event_id` is known; undefined: it gave none, or wants no past. */
  cursorFound?: boolean;
}

/**
 * After an event that is known everything is sent, however much it is, so that nothing is missed. In any other case
 * the newest `replayLimit` events come first.
 */
export async function findStart(store: Store, subscription: Subscription): Promise<StreamStart> {
  const { filter, liveOnly, afterEventId } = subscription;
  const { tenantId } = filter;
  if (!liveOnly && afterEventId !== undefined) {
    const event = await store.findEvent({ tenantId, id: afterEventId });
    if (event) return { replay: [], cursor: event.number, cursorFound: true };
  }
  const cursor = (await store.eventRanges([tenantId])).get(tenantId)?.last ?? 0;
  if (liveOnly) return { replay: [], cursor };
  const replay = await newest(store, subscription, cursor);
  return { replay, cursor, ...(afterEventId === undefined ? {} : { cursorFound: false }) };
}

async function newest(
  store: Store,
  { filter, fits, replayLimit }: Subscription,
  upTo: number,
): Promise<LifecycleEvent[]> {
  const found: LifecycleEvent[] = [];
  let searched = 0;
  for (let top = upTo; found.length < replayLimit && searched < MOST_SEARCHED; searched += PAGE) {
    const page = await store.readEvents(filter, { after: 0, upTo: top, limit: PAGE, order: 'desc' });
    for (const event of page) if (found.length < replayLimit && fits(event)) found.push(event);
    if (page.length < PAGE) break;
    top = page.at(-1)!.number - 1;
    // Reads of SQLite do not wait for anything: others would not be served meanwhile.
    await nextTurn();
  }
  return found.reverse();
}
