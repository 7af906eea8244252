import type { NewEvents } from './announce.ts';

export type EventListener = (tenantId: string, events: NewEvents) => void;

/** Tells listeners of this process which tenants have new events. */
export function listenForEvents() {
  const listeners = new Set<EventListener>();

  function onEvents(notes: ReadonlyMap<string, NewEvents>): void {
    for (const [tenantId, events] of notes) for (const listener of listeners) listener(tenantId, events);
  }

  function listen(listener: EventListener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return { onEvents, listen };
}
