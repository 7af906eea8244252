import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WarmPool } from '../../../src/store/pools/warm-pool.ts';
import type { BuildResult } from '../../../src/store/templates/template.ts';
import { addSandbox, makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfOldBuilds(database: TestDatabase): void {
  describeStore('old builds', database, (opened) => {
    /** A template with builds that became ready at these moments; each points the tag to itself. */
    const makeBuilds = async (moments: number[], tenantId: string) => {
      const template = { id: uniqueId('tmpl'), name: uniqueId('app') };
      const builds: { id: string; result: BuildResult; resultId: string }[] = [];
      for (const now of moments) {
        const id = uniqueId('tb');
        const result: BuildResult = {
          image: `sha256-${uniqueId('i')}`,
          sizeBytes: 10,
          snapshotId: uniqueId('tsn'),
          ...{ imageEnv: {}, envs: {}, user: '', workdir: '', runtimeDefaults: {}, ociMetadata: {} },
          shape: { vcpus: 1, memoryMb: 256, diskMb: 1024 },
        };
        const resultId = uniqueId('fin');
        const about = { config: {} };
        const build = { id, tenantId, about, tags: ['default'], createdAt: now } as const;
        await opened.store.insertBuild({
          build: { ...build, tags: [...build.tags], backend: 'native', source: 'declarative' },
          template,
          definition: {},
          maxUnfinished: 100,
        });
        await opened.store.updateBuild(id, { from: ['waiting'], change: { status: 'building' }, now });
        await opened.store.beginLayer({ id: resultId, tenantId, kind: 'final', createdAt: now });
        await opened.store.finishLayer({ id: resultId, value: result as never, sizeBytes: 0, now });
        await opened.store.finishBuild(id, { result, resultId, change: {}, now, log: [] });
        builds.push({ id, result, resultId });
      }
      return { templateId: template.id, builds };
    };
    const old = async (rule: { keep: number; unchangedSince: number }, builds: { id: string }[]) => {
      const ids = await opened.store.listOldBuilds(rule);
      return builds.map(({ id }, index) => (ids.includes(id) ? index : -1)).filter((index) => index >= 0);
    };

    test('are those beyond the newest ones without a tag, long after they lost it', async () => {
      const tenant = await makeTenant(opened.store);
      const { templateId, builds } = await makeBuilds([10, 20, 30, 40, 50], tenant.id);
      assert.deepEqual(await old({ keep: 0, unchangedSince: 100 }, builds), [0, 1, 2, 3]);
      assert.deepEqual(await old({ keep: 2, unchangedSince: 100 }, builds), [0, 1]);
      // The second one lost its tag at 30.
      assert.deepEqual(await old({ keep: 2, unchangedSince: 30 }, builds), [0]);
      const tags = { templateId, buildId: builds[0]!.id, tags: ['stable'], now: 60 };
      assert.equal(await opened.store.setTags(tags), true);
      assert.deepEqual(await old({ keep: 2, unchangedSince: 100 }, builds), [1]);
      await opened.store.deleteTag({ templateId, tag: 'stable', now: 70 });
      assert.deepEqual(await old({ keep: 2, unchangedSince: 70 }, builds), [1]);
      assert.deepEqual(await old({ keep: 2, unchangedSince: 71 }, builds), [0, 1]);
    });

    test('lose what they made, once, and can be tagged no more', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const { templateId, builds } = await makeBuilds([10, 20], tenant.id);
      const [one, tagged] = [builds[0]!, builds[1]!];
      const expire = (id: string) => store.expireBuild({ id, unchangedSince: 100, now: 100 });
      assert.equal(await expire(tagged.id), undefined);
      assert.deepEqual(await expire(one.id), one.result);
      assert.equal(await expire(one.id), undefined);
      const left = await store.findBuild(one.id);
      assert.deepEqual([left?.status, left?.result], ['ready', null]);
      assert.equal(await store.isImageNeeded(one.result.image), false);
      assert.equal(await store.useLayer({ id: one.resultId, now: 200 }), undefined);
      const tags = { templateId, buildId: one.id, tags: ['back'], now: 200 };
      assert.equal(await store.setTags(tags), false);
      assert.deepEqual(await old({ keep: 0, unchangedSince: 1000 }, builds), []);
    });

    test('stay while a living sandbox or a warm pool means them', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const { templateId, builds } = await makeBuilds([10, 20, 30], tenant.id);
      const expire = (id: string) => store.expireBuild({ id, unchangedSince: 100, now: 100 });
      const id = await addSandbox(store, tenant, { templateId, templateBuildId: builds[0]!.id });
      assert.equal(await expire(builds[0]!.id), undefined);
      await store.updateSandbox(id, { status: 'destroyed' });
      assert.deepEqual(await expire(builds[0]!.id), builds[0]!.result);
      const pool: WarmPool = {
        ...{ tenantId: tenant.id, id: uniqueId('twp'), hostPoolId: uniqueId('twp'), name: 'p' },
        ...{
          state: 'enabled' as const,
          templateRef: 'app',
          templateId,
          maxReady: 1,
          createdAt: 1,
          updatedAt: 1,
        },
        ...{ enabledAt: 1, disabledAt: null, drainRequestedAt: null },
        settings: {
          ...{ minReady: 1, vcpus: 1, memoryMb: 256, diskMb: null, idleTimeoutSeconds: null },
          ...{ staleAfterSeconds: null, checkoutPolicy: 'prefer' as const },
          versionPolicy: 'pinned_build',
          ...{ trackTag: null, pinnedBuildId: builds[1]!.id, labels: {}, metadata: {} },
        },
      };
      await store.insertWarmPool(pool, { maxReady: 10 });
      assert.equal(await expire(builds[1]!.id), undefined);
      await store.deleteWarmPool(pool);
      assert.deepEqual(await expire(builds[1]!.id), builds[1]!.result);
    });
  });
}
