import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect.ts';
import * as firstTables from './0001-first-tables.ts';
import * as events from './0002-events.ts';
import * as snapshots from './0003-snapshots.ts';
import * as webhooks from './0004-webhooks.ts';
import * as templates from './0005-templates.ts';
import * as warmPools from './0006-warm-pools.ts';
import * as previews from './0009-previews.ts';
import * as uploads from './0010-uploads.ts';
import * as sshAccesses from './0011-ssh-accesses.ts';

/** One step of the schema. It runs in a transaction together with the note that it was made. */
export interface Migration {
  up(db: Kysely<unknown>, dialect: Dialect): Promise<void>;
}

/** Every step by its name, in the order of the names. A released step is never changed. */
export const migrations: Record<string, Migration> = {
  '0001-first-tables': firstTables,
  '0002-events': events,
  '0003-snapshots': snapshots,
  '0004-webhooks': webhooks,
  '0005-templates': templates,
  '0006-warm-pools': warmPools,
  '0009-previews': previews,
  '0010-uploads': uploads,
  '0011-ssh-accesses': sshAccesses,
};
