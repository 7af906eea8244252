import type { DatabaseTransaction } from '../schema.ts';

/** Tenants whose events are part of a transaction that runs. */
const tenantsOf = new WeakMap<DatabaseTransaction, Set<string>>();

/** Remembers that the transaction holds an event of that tenant. */
export function noteEvents(transaction: DatabaseTransaction, tenantId: string): void {
  const tenants = tenantsOf.get(transaction);
  if (tenants) tenants.add(tenantId);
  else tenantsOf.set(transaction, new Set([tenantId]));
}

/** Tenants that have new events once the transaction is committed, since they were last taken. */
export function takeNotedTenants(transaction: DatabaseTransaction): Iterable<string> {
  const tenants = tenantsOf.get(transaction) ?? [];
  tenantsOf.delete(transaction);
  return tenants;
}
