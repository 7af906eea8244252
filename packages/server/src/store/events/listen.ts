/** Tells listeners of this process which tenants have new events. */
export function listenForEvents() {
  const listeners = new Set<(tenantId: string) => void>();

  function onEvents(tenantIds: Iterable<string>): void {
    for (const tenantId of tenantIds) for (const listener of listeners) listener(tenantId);
  }

  function listen(listener: (tenantId: string) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return { onEvents, listen };
}
