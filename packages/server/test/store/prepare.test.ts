import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepare } from '../../src/store/prepare.ts';
import { openTestSqlite } from './fixtures/open-sqlite.ts';

interface Tenant {
  id: string;
  name: string;
  created_at: number;
}

// SQLite's rows have no prototype.
const plain = (row: Tenant) => ({ ...row });

test('a query is put together once a database, in its transactions too, and runs with the values of each call', async (t) => {
  let built = 0;
  const insert = prepare((db, tenant: Tenant) => {
    built += 1;
    return db.insertInto('tenants').values(tenant);
  });
  const db = await openTestSqlite(t);
  const tenants = ['one', 'two', 'three'].map((name, index) => ({
    id: `tn_${index}`,
    name,
    created_at: index,
  }));
  await insert(db, tenants[0]!);
  await db.transaction().execute(async (transaction) => {
    const { numAffectedRows } = await insert(transaction, tenants[1]!);
    assert.equal(numAffectedRows, 1n);
  });
  assert.equal(built, 1);
  const other = await openTestSqlite(t);
  await insert(other, tenants[2]!);
  assert.equal(built, 2);
  const stored = await db.selectFrom('tenants').selectAll().orderBy('id').execute();
  assert.deepEqual(stored.map(plain), tenants.slice(0, 2));
  const elsewhere = await other.selectFrom('tenants').selectAll().execute();
  assert.deepEqual(elsewhere.map(plain), [tenants[2]]);
});

test('values of other names, or in another order, are another query', async (t) => {
  const change = prepare((db, { id, ...changed }: Pick<Tenant, 'id'> & Partial<Tenant>) =>
    db.updateTable('tenants').set(changed).where('id', '=', id).returningAll(),
  );
  const db = await openTestSqlite(t);
  await db.insertInto('tenants').values({ id: 'tn_1', name: 'one', created_at: 1 }).execute();
  const steps: [Partial<Tenant>, Omit<Tenant, 'id'>][] = [
    [{ name: 'other' }, { name: 'other', created_at: 1 }],
    [{ created_at: 2 }, { name: 'other', created_at: 2 }],
    [
      { created_at: 3, name: 'both' },
      { name: 'both', created_at: 3 },
    ],
    [
      { name: 'again', created_at: 4 },
      { name: 'again', created_at: 4 },
    ],
  ];
  for (const [changed, after] of steps) {
    const { rows } = await change(db, { id: 'tn_1', ...changed });
    assert.deepEqual(rows.map(plain), [{ id: 'tn_1', ...after }]);
  }
});
