import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import type { StoreContext } from '../../../src/store/context.ts';
import { labelsOf, pageQuery } from '../../../src/store/list-sandboxes.ts';
import { openDatabase } from '../../../src/store/open-store.ts';
import { metadataLabels } from '../../../src/store/sandbox-labels.ts';
import { makeTenant } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const sandboxes = 100_000;
const projects = 10;

export function testsOfListPlan(database: TestDatabase): void {
  describeStore('list of many sandboxes', database, (opened) => {
    test('walks an index in its order', async () => {
      const tenant = await makeTenant(opened.store);
      const context = await openDatabase(opened.settings);
      try {
        await fill(context, tenant.id);
        const query = { tenantId: tenant.id, metadata: { project: 'p3' }, limit: 20 };
        const page = await opened.store.listSandboxes({ ...query, statuses: ['running'] });
        const times = Array.from(
          { length: 20 },
          (_, number) => sandboxes - (projects - 3) - number * projects,
        );
        assert.deepEqual(
          page.items.map(({ createdAt }) => createdAt),
          times,
        );

        const labelled = await planOf(context, { ...query, after: page.next });
        assert.match(labelled, /sandbox_labels_by_label/);
        assertNoScan(labelled);
        const all = await planOf(context, { tenantId: tenant.id, limit: 20, after: page.next });
        assert.match(all, /sandboxes_by_tenant/);
        assertNoScan(all);
      } finally {
        await context.db.destroy();
      }
    });
  });
}

function assertNoScan(plan: string): void {
  assert.doesNotMatch(plan, /SCAN (rarest|sandboxes|sandbox_labels)|Seq Scan/, plan);
}

async function planOf(
  { db, dialect }: StoreContext,
  query: {
    tenantId: string;
    metadata?: Record<string, string>;
    limit: number;
    after?: { createdAt: number; id: string };
  },
): Promise<string> {
  const page = pageQuery(db, query, { statuses: ['running', 'paused'], labels: labelsOf(query) });
  const rows = dialect === 'sqlite' ? await page.explain(undefined, sql`query plan`) : await page.explain();
  return rows.map((row) => row.detail ?? row['QUERY PLAN']).join('\n');
}

async function fill({ db, dialect }: StoreContext, tenantId: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (dialect === 'postgres') {
      await sql`set local statement_timeout to 0`.execute(transaction);
    }
    await sql`
      with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(sandboxes)})
      insert into sandboxes (id, tenant_id, template, image, status, vcpus, memory_mb, disk_mb, cwd, envs, metadata,
        network, internet_access, timeout_ms, timeout_action, created_at, revision)
      select 'sb_' || n, ${sql.lit(tenantId)}, 'base', 'sha256-0', 'running', 2, 512, 8192, '/', '{}', '{}',
        'null', 1, 1, 'destroy', n, 0 from numbers`.execute(transaction);
    for (let number = 0; number < projects; number++) {
      const [label] = metadataLabels({ project: `p${number}` });
      await sql`
        insert into sandbox_labels (sandbox_id, tenant_id, label, status, created_at)
        select id, tenant_id, ${sql.lit(label!)}, status, created_at from sandboxes
        where tenant_id = ${sql.lit(tenantId)} and created_at % ${sql.lit(projects)} = ${sql.lit(number)}`.execute(
        transaction,
      );
    }
    // PostgreSQL does this by itself after a while.
    if (dialect === 'postgres') {
      await sql`analyze`.execute(transaction);
    }
  });
}
