import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WarmPool } from '../../../src/store/pools/warm-pool.ts';
import type { NewBuild } from '../../../src/store/templates/template.ts';
import { makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const fields: Omit<WarmPool, 'tenantId' | 'id' | 'hostPoolId'> = {
  name: 'small',
  state: 'enabled',
  templateRef: 'base',
  templateId: null,
  maxReady: 4,
  settings: {
    ...{ minReady: 2, vcpus: 1, memoryMb: 256, diskMb: null, idleTimeoutSeconds: null },
    ...{ staleAfterSeconds: 60, checkoutPolicy: 'prefer', versionPolicy: 'pinned_build' },
    ...{ trackTag: null, pinnedBuildId: null, labels: { team: 'röd' }, metadata: { a: [1, null] } },
  },
  createdAt: 1000,
  updatedAt: 1000,
  enabledAt: 1000,
  disabledAt: null,
  drainRequestedAt: null,
};

export function testsOfWarmPools(database: TestDatabase): void {
  describeStore('warm pools', database, (opened) => {
    const insert = (tenantId: string, more: Partial<WarmPool> = {}, maxReady = 10) => {
      const pool = { ...fields, tenantId, id: uniqueId('twp'), hostPoolId: uniqueId('twp'), ...more };
      return opened.store.insertWarmPool(pool, { maxReady });
    };

    test('are kept, changed and deleted, each by its own tenant alone', async () => {
      const [owner, stranger] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const result = await insert(owner.id);
      assert.ok(result.outcome === 'done');
      const { pool } = result;
      const foreign = { tenantId: stranger.id, id: pool.id };
      assert.deepEqual(await opened.store.getWarmPool(pool), pool);
      assert.equal(await opened.store.getWarmPool(foreign), undefined);
      assert.deepEqual(await opened.store.listWarmPools({ tenantId: owner.id }), [pool]);
      assert.ok((await opened.store.listWarmPools()).some(({ id }) => id === pool.id));
      const options = {
        change: { state: 'draining', drainRequestedAt: 2000 },
        now: 2000,
        maxReady: 10,
      } as const;
      assert.equal(await opened.store.updateWarmPool(foreign, options), undefined);
      const changed = await opened.store.updateWarmPool(pool, options);
      assert.deepEqual(changed, {
        outcome: 'done',
        pool: { ...pool, state: 'draining', drainRequestedAt: 2000, updatedAt: 2000 },
      });
      assert.equal(await opened.store.updateWarmPool(pool, { ...options, from: 'enabled' }), undefined);
      assert.equal(await opened.store.deleteWarmPool(foreign), false);
      assert.equal(await opened.store.deleteWarmPool(pool), true);
      assert.equal(await opened.store.deleteWarmPool(pool), false);
    });

    test('have ids that are unique in their tenant', async () => {
      const [one, other] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const id = uniqueId('twp');
      assert.equal((await insert(one.id, { id })).outcome, 'done');
      assert.equal((await insert(one.id, { id })).outcome, 'taken');
      assert.equal((await insert(other.id, { id })).outcome, 'done');
    });

    test('keep their template from being deleted', async () => {
      const tenant = await makeTenant(opened.store);
      const template = { id: uniqueId('tmpl'), name: 'app' };
      const build: NewBuild = {
        id: uniqueId('tb'),
        tenantId: tenant.id,
        backend: 'native',
        source: 'declarative',
        tags: ['default'],
        about: { config: {} },
        createdAt: 1000,
      };
      const inserted = await opened.store.insertBuild({ build, template, definition: {}, maxUnfinished: 5 });
      assert.ok(inserted);
      await opened.store.updateBuild(build.id, { from: ['waiting'], change: { status: 'error' }, now: 1001 });
      const result = await insert(tenant.id, { templateId: template.id });
      assert.ok(result.outcome === 'done');
      const address = { id: template.id, tenantId: tenant.id };
      assert.deepEqual(await opened.store.deleteTemplate(address), {
        deleted: false,
        usedBy: { kind: 'warm pool', id: result.pool.id },
      });
      await opened.store.deleteWarmPool(result.pool);
      assert.ok((await opened.store.deleteTemplate(address))?.deleted);
    });

    test('never hold more together than their tenant may, also when made at once', async () => {
      const tenant = await makeTenant(opened.store);
      const results = await Promise.all(Array.from({ length: 5 }, () => insert(tenant.id)));
      assert.equal(results.filter(({ outcome }) => outcome === 'done').length, 2);
      assert.deepEqual(
        results.find(({ outcome }) => outcome === 'full'),
        { outcome: 'full', ready: 8 },
      );
      const [pool] = await opened.store.listWarmPools({ tenantId: tenant.id });
      const change = (maxReady: number) =>
        opened.store.updateWarmPool(pool!, { change: { maxReady }, now: 2, maxReady: 10 });
      assert.deepEqual(await change(7), { outcome: 'full', ready: 4 });
      assert.equal((await change(6))?.outcome, 'done');
    });
  });
}
