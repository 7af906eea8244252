import { sql } from 'kysely';
import { bindVerbs } from './bind-verbs.ts';
import type { StoreContext } from './context.ts';
import { listenForEvents } from './events/listen.ts';
import * as events from './events/read-events.ts';
import * as idempotency from './idempotency.ts';
import { insertSandbox } from './insert-sandbox.ts';
import * as keys from './keys.ts';
import { listSandboxes } from './list-sandboxes.ts';
import { purgeExpired } from './purge-expired.ts';
import * as reads from './read-sandboxes.ts';
import type { Store } from './store.ts';
import * as tenants from './tenants.ts';
import { updateSandbox } from './update-sandbox.ts';

/** The store on a database whose schema is up to date. */
export function createStore(context: StoreContext): Store {
  const { onEvents, listen } = listenForEvents();
  const { verb, close } = bindVerbs({ ...context, onEvents });
  return {
    dialect: context.dialect,
    ping: verb(ping),
    createTenant: verb(tenants.createTenant),
    ensureTenant: verb(tenants.ensureTenant),
    getTenant: verb(tenants.getTenant),
    listTenants: verb(tenants.listTenants),
    createKey: verb(keys.createKey),
    findKeyByHash: verb(keys.findKeyByHash),
    listKeys: verb(keys.listKeys),
    revokeKey: verb(keys.revokeKey),
    markKeyUsed: verb(keys.markKeyUsed),
    insertSandbox: verb(insertSandbox),
    getSandbox: verb(reads.getSandbox),
    findSandbox: verb(reads.findSandbox),
    listSandboxes: verb(listSandboxes),
    countLive: verb(reads.countLive),
    updateSandbox: verb(updateSandbox),
    listUnfinished: verb(reads.listUnfinished),
    listEvents: verb(events.listEvents),
    readEvents: verb(events.readEvents),
    findEvent: verb(events.findEvent),
    eventRanges: verb(events.eventRanges),
    onEvents: listen,
    claimIdempotencyKey: verb(idempotency.claimIdempotencyKey),
    finishIdempotencyKey: verb(idempotency.finishIdempotencyKey),
    releaseIdempotencyKey: verb(idempotency.releaseIdempotencyKey),
    listUnfinishedClaims: verb(idempotency.listUnfinishedClaims),
    purgeExpired: verb(purgeExpired),
    close,
  };
}

async function ping({ db }: StoreContext): Promise<void> {
  await sql`select 1`.execute(db);
}
