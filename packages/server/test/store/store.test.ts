import { after, before, describe } from 'node:test';
import { type Postgres, startPostgres } from './fixtures/start-postgres.ts';
import { postgresOn, sqlite, type TestDatabase } from './fixtures/test-database.ts';
import { testsOfClose } from './suites/close.ts';
import { testsOfCrashes } from './suites/crash.ts';
import { testsOfEvents } from './suites/events.ts';
import { testsOfIdempotency } from './suites/idempotency.ts';
import { testsOfInsertSandbox } from './suites/insert-sandbox.ts';
import { testsOfKeys } from './suites/keys.ts';
import { testsOfListPlan } from './suites/list-plan.ts';
import { testsOfListSandboxes } from './suites/list-sandboxes.ts';
import { testsOfMigrate } from './suites/migrate.ts';
import { testsOfOldBuilds } from './suites/old-builds.ts';
import { testsOfPreviews } from './suites/previews.ts';
import { testsOfPurge } from './suites/purge-expired.ts';
import { testsOfResume } from './suites/resume.ts';
import { testsOfSnapshots } from './suites/snapshots.ts';
import { testsOfSshAccesses } from './suites/ssh-accesses.ts';
import { testsOfTemplates } from './suites/templates.ts';
import { testsOfTenants } from './suites/tenants.ts';
import { testsOfTwoProcesses } from './suites/two-processes.ts';
import { testsOfUpdateSandbox } from './suites/update-sandbox.ts';
import { testsOfUploads } from './suites/uploads.ts';
import { testsOfWarmPools } from './suites/warm-pools.ts';
import { testsOfWebhooks } from './suites/webhooks.ts';
import { testsOfWrite } from './suites/write.ts';
import { testsOfWritingTogether } from './suites/write-together.ts';

const suites = [
  testsOfTenants,
  testsOfKeys,
  testsOfInsertSandbox,
  testsOfListSandboxes,
  testsOfListPlan,
  testsOfUpdateSandbox,
  testsOfEvents,
  testsOfIdempotency,
  testsOfPurge,
  testsOfSnapshots,
  testsOfResume,
  testsOfMigrate,
  testsOfWebhooks,
  testsOfPreviews,
  testsOfSshAccesses,
  testsOfTemplates,
  testsOfUploads,
  testsOfOldBuilds,
  testsOfWarmPools,
  testsOfWrite,
  testsOfWritingTogether,
  testsOfCrashes,
  testsOfTwoProcesses,
  testsOfClose,
];

describe('store on SQLite', () => runOn(sqlite));

describe('store on PostgreSQL', () => {
  let server: Postgres;
  before(async () => {
    server = await startPostgres();
  });
  after(async () => {
    await server?.stop();
  });
  runOn(postgresOn(() => server));
});

function runOn(database: TestDatabase): void {
  for (const suite of suites) {
    suite(database);
  }
}
