import type { DatabaseTransaction } from '../schema.ts';

/** What listeners are told of the events of one tenant. */
export interface NewEvents {
  /** Webhooks wait for some of them. */
  forWebhooks: boolean;
}

/** Events that are part of a transaction that runs, by tenant. */
const notesOf = new WeakMap<DatabaseTransaction, Map<string, NewEvents>>();

/** Remembers that the transaction holds an event of that tenant. */
export function noteEvent(
  transaction: DatabaseTransaction,
  tenantId: string,
  { forWebhooks }: NewEvents,
): void {
  const notes = notesOf.get(transaction) ?? new Map<string, NewEvents>();
  notesOf.set(
    transaction,
    notes.set(tenantId, { forWebhooks: forWebhooks || !!notes.get(tenantId)?.forWebhooks }),
  );
}

/** What is to be told once the transaction is committed, of all since this was last asked. */
export function takeNotes(transaction: DatabaseTransaction): ReadonlyMap<string, NewEvents> {
  const notes = notesOf.get(transaction) ?? new Map<string, NewEvents>();
  notesOf.delete(transaction);
  return notes;
}
