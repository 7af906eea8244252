import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { StoreContext } from '../src/store/context.ts';
import { createStore } from '../src/store/create-store.ts';
import { insertRows } from '../src/store/insert-sandbox.ts';
import { migrate } from '../src/store/migrate.ts';
import { openDatabase } from '../src/store/open-store.ts';
import type { NewSandbox, SandboxStatus } from '../src/store/records.ts';
import { finalStatuses, isFinal, unfinishedStatuses } from '../src/store/sandbox-status.ts';
import { write } from '../src/store/write.ts';

const usage = `Fills a store with sandboxes that are records alone, to measure lists.

  node packages/server/scripts/seed-sandboxes.ts --data-dir DIR --tenant ID_OR_NAME --count N
    [--database-url URL] [--status destroyed]

Sandbox number i has the metadata {"team": "team-<i modulo 10>", "project": "p<i modulo 50>", "index": i}. They are
destroyed unless told otherwise, so that a server that runs meanwhile leaves them alone.
Prints {"tenant_id", "count", "seconds"}.`;

const rowsAtOnce = 1000;

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: '' },
    'database-url': { type: 'string', default: '' },
    tenant: { type: 'string', default: 'default' },
    count: { type: 'string', default: '100000' },
    status: { type: 'string', default: 'destroyed' },
    help: { type: 'boolean', default: false },
  },
});

const count = Number(values.count);
const status = [...unfinishedStatuses, ...finalStatuses].find((known) => known === values.status);
const nowhere = values['data-dir'] === '' && values['database-url'] === '';
if (values.help || nowhere || !status || !Number.isSafeInteger(count) || count < 0) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const context = await openDatabase({ data_dir: values['data-dir'], database_url: values['database-url'] });
const startedAt = Date.now();
await migrate(context.db, { dialect: context.dialect });
const tenantId = await findTenant(context, values.tenant);
await seed(context, { tenantId, count, status });
await context.db.destroy();
console.log(JSON.stringify({ tenant_id: tenantId, count, seconds: (Date.now() - startedAt) / 1000 }));

async function findTenant(context: StoreContext, idOrName: string): Promise<string> {
  const store = createStore(context);
  const known = await store.getTenant(idOrName);
  const id = `ten_${randomBytes(8).toString('hex')}`;
  return (known ?? (await store.ensureTenant({ id, name: idOrName, createdAt: startedAt }))).id;
}

async function seed(
  context: StoreContext,
  { tenantId, count, status }: { tenantId: string; count: number; status: SandboxStatus },
): Promise<void> {
  for (let start = 0; start < count; start += rowsAtOnce) {
    const length = Math.min(rowsAtOnce, count - start);
    const part = Array.from({ length }, (_, offset) =>
      makeSandbox({ tenantId, index: start + offset, status }),
    );
    await write(context, 'soon', (transaction) => insertRows(transaction, part));
  }
}

function makeSandbox({
  tenantId,
  index,
  status,
}: {
  tenantId: string;
  index: number;
  status: SandboxStatus;
}): NewSandbox {
  return {
    id: `sb_${randomBytes(10).toString('hex')}`,
    tenantId,
    hostId: 'seeded',
    template: 'base',
    image: `sha256-${'0'.repeat(64)}`,
    status,
    vcpus: 2,
    memoryMb: 512,
    diskMb: 8192,
    cwd: '/workspace',
    envs: {},
    metadata: { team: `team-${index % 10}`, project: `p${index % 50}`, index },
    network: null,
    endedAt: isFinal(status) ? startedAt : null,
    internetAccess: true,
    timeoutMs: 300_000,
    timeoutAction: 'destroy',
    // A minute apart, the last one now.
    createdAt: startedAt - (count - index) * 60_000,
  };
}
