import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildResult, LogLine } from '../../../src/store/templates/template.ts';
import { addSandbox, makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const result: BuildResult = {
  image: `sha256-${'b'.repeat(64)}`,
  sizeBytes: 10,
  snapshotId: null,
  imageEnv: { PATH: '/bin' },
  envs: { A: 'a\0b' },
  user: 'app',
  workdir: '/srv',
  shape: { vcpus: 1, memoryMb: 256, diskMb: 1024 },
  runtimeDefaults: { default_user: 'app' },
  ociMetadata: {},
};

function line(buildId: string, offset: number): LogLine {
  const timestamp = new Date(0).toISOString();
  const about = { build_id: buildId, template_id: 'tmpl_1', offset, timestamp };
  return { ...about, kind: 'message', level: 'info', message: `line ${offset}` };
}

export function testsOfTemplates(database: TestDatabase): void {
  describeStore('templates', database, (opened) => {
    const insert = (
      tenantId: string,
      name: string,
      more: { claimToken?: string; maxUnfinished?: number } = {},
    ) =>
      opened.store.insertBuild({
        build: {
          id: uniqueId('tb'),
          tenantId,
          backend: 'native',
          source: 'declarative',
          tags: ['default'],
          about: { config: { vcpus: 2 } },
          createdAt: Date.now(),
        },
        template: { id: uniqueId('tmpl'), name },
        definition: { base_image: 'base', steps: [{ action: 'run', command: 'a\0b' }] },
        maxUnfinished: 100,
        ...more,
      });
    const insertOne = async (tenantId: string, name: string) => {
      const inserted = await insert(tenantId, name);
      assert.ok(inserted.outcome === 'inserted');
      return inserted;
    };
    const finish = async (id: string) => {
      await opened.store.updateBuild(id, { from: ['waiting'], change: { status: 'building' }, now: 1 });
      const finished = await opened.store.finishBuild(id, { result, change: {}, now: 2, log: [line(id, 0)] });
      assert.notEqual(finished, 'lost');
      return finished as Exclude<typeof finished, 'lost'>;
    };

    test('appear with their first ready build, whose tags then point to it', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const { build, template } = await insertOne(tenant.id, 'app');
      assert.deepEqual(await store.listTemplates(tenant.id), []);
      assert.deepEqual(await store.listTags(template.id), []);
      assert.equal((await finish(build.id))?.status, 'ready');
      assert.equal(await finish(build.id), undefined);
      assert.deepEqual(
        (await store.listTags(template.id)).map(({ tag, buildId }) => [tag, buildId]),
        [['default', build.id]],
      );
      const [listed] = await store.listTemplates(tenant.id);
      assert.equal(listed?.id, template.id);
      const second = await insertOne(tenant.id, 'app');
      assert.equal(second.template.id, template.id);
      const found = await store.findBuild(build.id);
      assert.deepEqual(found?.result, { ...result, envs: { A: 'a\ufffdb' } });
      assert.deepEqual((await store.readBuildLog({ buildId: build.id, offset: 0, limit: 10 })).length, 1);
      assert.equal(await store.isImageNeeded(result.image), true);
    });

    test('are found by their former names, which nobody else can take', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const { template, build } = await insertOne(tenant.id, 'old');
      await finish(build.id);
      const rename = (id: string, name: string) =>
        store.renameTemplate({ id, tenantId: tenant.id, name, now: 5 });
      const renamed = await rename(template.id, 'new');
      assert.ok(renamed && renamed !== 'taken');
      assert.equal(renamed.name, 'new');
      const byName = (name: string) => store.findTemplateByName({ tenantId: tenant.id, name });
      assert.equal((await byName('old'))?.id, template.id);
      const other = await insertOne(tenant.id, 'other');
      assert.equal(await rename(other.template.id, 'old'), 'taken');
      assert.equal((await insertOne(tenant.id, 'old')).template.id, template.id);
      const alias = { templateId: template.id, name: 'old' };
      assert.equal(await store.deleteTemplateAlias(alias), true);
      assert.equal(await store.deleteTemplateAlias(alias), false);
      assert.equal(await byName('old'), undefined);
    });

    test('are not deleted while a sandbox or a build needs them', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const { template, build } = await insertOne(tenant.id, 'app');
      const address = { id: template.id, tenantId: tenant.id };
      const byBuild = await store.deleteTemplate(address);
      assert.deepEqual(byBuild, { deleted: false, usedBy: { kind: 'build', id: build.id } });
      await finish(build.id);
      const id = await addSandbox(store, tenant, { templateId: template.id });
      const bySandbox = await store.deleteTemplate(address);
      assert.deepEqual(bySandbox, { deleted: false, usedBy: { kind: 'sandbox', id } });
      await store.updateSandbox(id, { status: 'destroyed' });
      const gone = await store.deleteTemplate(address);
      assert.ok(gone?.deleted);
      assert.equal(await store.findBuild(build.id), undefined);
      assert.equal(await store.deleteTemplate(address), undefined);
    });

    test('take what they made along when they are deleted, unless another build has it', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const made = { ...result, envs: {}, image: `sha256-${uniqueId('i')}`, snapshotId: uniqueId('tsn') };
      const resultId = uniqueId('fin');
      const keep = async (id: string, kind: 'final' | 'snapshot', value: object | null) => {
        await store.beginLayer({ id, tenantId: tenant.id, kind, createdAt: 1 });
        await store.finishLayer({ id, value: value as never, sizeBytes: 1, now: 1 });
      };
      await keep(resultId, 'final', made);
      await keep(made.snapshotId, 'snapshot', null);
      const finishWith = async (id: string) => {
        await store.updateBuild(id, { from: ['waiting'], change: { status: 'building' }, now: 1 });
        return store.finishBuild(id, { result: made, resultId, change: {}, now: 2, log: [] });
      };
      const [one, two, late] = [
        await insertOne(tenant.id, 'one'),
        await insertOne(tenant.id, 'two'),
        await insertOne(tenant.id, 'late'),
      ];
      for (const { build } of [one, two]) assert.notEqual(await finishWith(build.id), 'lost');
      const remove = (id: string) => store.deleteTemplate({ id, tenantId: tenant.id });
      assert.deepEqual(await remove(one.template.id), { deleted: true, results: [] });
      assert.ok(await store.useLayer({ id: resultId, now: 3 }));
      assert.deepEqual(await remove(two.template.id), { deleted: true, results: [made] });
      for (const id of [resultId, made.snapshotId])
        assert.equal(await store.useLayer({ id, now: 3 }), undefined);
      assert.equal(await finishWith(late.build.id), 'lost');
      assert.equal((await store.findBuild(late.build.id))?.status, 'building');
    });

    test('are not kept by what other tenants have of them', async () => {
      const { store } = opened;
      const [tenant, other] = [await makeTenant(store), await makeTenant(store)];
      const { template, build } = await insertOne(tenant.id, 'app');
      await finish(build.id);
      await addSandbox(store, other, { templateId: template.id });
      assert.ok((await store.deleteTemplate({ id: template.id, tenantId: tenant.id }))?.deleted);
    });

    test('keep a tag at least', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const { template, build } = await insertOne(tenant.id, 'app');
      await finish(build.id);
      const templateId = template.id;
      const set = (buildId: string) => store.setTags({ templateId, buildId, tags: ['v1'], now: 9 });
      assert.equal(await set('tb_unknown'), false);
      assert.equal(await set(build.id), true);
      assert.equal(await store.deleteTag({ templateId, tag: 'none', now: 9 }), 'not_found');
      assert.equal(await store.deleteTag({ templateId, tag: 'default', now: 9 }), 'deleted');
      assert.equal(await store.deleteTag({ templateId, tag: 'v1', now: 9 }), 'last');
    });

    test('leave a reserved name to the build with the token, until the reservation ends', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const now = Date.now();
      const claim = { tenantId: tenant.id, name: 'app', expiresAt: now + 60_000, now };
      assert.equal(await store.claimTemplateName({ ...claim, token: uniqueId('tclm') }), true);
      const token = uniqueId('tclm');
      assert.equal(await store.claimTemplateName({ ...claim, token }), false);
      assert.equal((await insert(tenant.id, 'app')).outcome, 'claimed');
      const late = { ...claim, now: now + 60_001, expiresAt: now + 120_000, token };
      assert.equal(await store.claimTemplateName(late), true);
      assert.equal((await insert(tenant.id, 'app', { claimToken: token })).outcome, 'inserted');
      assert.equal((await insert(tenant.id, 'app')).outcome, 'inserted');
    });

    test('never have more unfinished builds than allowed, however many come at once', async () => {
      const tenant = await makeTenant(opened.store);
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) => insert(tenant.id, `app${index}`, { maxUnfinished: 4 })),
      );
      assert.equal(results.filter(({ outcome }) => outcome === 'inserted').length, 4);
      assert.equal(
        (await opened.store.listUnfinishedBuilds()).filter((b) => b.tenantId === tenant.id).length,
        4,
      );
    });

    test('live in a namespace that stays theirs', async () => {
      const { store } = opened;
      const [one, two] = [await makeTenant(store), await makeTenant(store)];
      const slug = uniqueId('team').replace('_', '-');
      const ensure = (tenantId: string) => store.ensureNamespace({ tenantId, slugs: [slug, `${slug}-2`] });
      assert.equal(await ensure(one.id), slug);
      assert.equal(await ensure(two.id), `${slug}-2`);
      assert.equal(await ensure(one.id), slug);
      assert.deepEqual(await store.findNamespace(slug), { slug, tenantId: one.id });
    });

    test('list their builds newest first, in pages', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const ids: string[] = [];
      for (let count = 0; count < 5; count++) ids.unshift((await insertOne(tenant.id, 'app')).build.id);
      const { templateId } = (await store.findBuild(ids[0]!))!;
      const first = await store.listBuilds({ templateId, limit: 3 });
      const second = await store.listBuilds({ templateId, limit: 3, before: first.at(-1) });
      assert.deepEqual(new Set([...first, ...second].map(({ id }) => id)), new Set(ids));
      assert.equal((await store.listBuilds({ templateId, status: 'ready', limit: 3 })).length, 0);
    });

    test('keep logs in order and layers until they are deleted', async () => {
      const { store } = opened;
      const tenant = await makeTenant(store);
      const { build } = await insertOne(tenant.id, 'app');
      const id = build.id;
      assert.equal(await store.nextLogOffset(id), 0);
      await store.appendBuildLog(id, [line(id, 0), line(id, 1), line(id, 2)]);
      const read = await store.readBuildLog({ buildId: id, offset: 1, limit: 1 });
      assert.deepEqual(read, [line(id, 1)]);
      assert.equal(await store.nextLogOffset(id), 3);
      const layer = { id: uniqueId('lay'), tenantId: tenant.id, kind: 'layer' as const, createdAt: 1 };
      await store.beginLayer(layer);
      await store.beginLayer(layer);
      assert.equal(await store.useLayer({ id: layer.id, now: 2 }), undefined);
      assert.ok((await store.listTemplateSnapshots()).has(layer.id));
      await store.finishLayer({ id: layer.id, value: { image: 'x' }, sizeBytes: 7, now: 3 });
      const used = await store.useLayer({ id: layer.id, now: 4 });
      assert.deepEqual(used, { ...layer, ready: true, value: { image: 'x' }, sizeBytes: 7, usedAt: 4 });
      assert.equal(await store.deleteLayer(layer.id, { unusedSince: 4 }), false);
      assert.equal(await store.deleteLayer(layer.id, { unusedSince: 5 }), true);
      assert.equal(await store.deleteLayer(layer.id), false);
      assert.equal(
        (await store.listLayers()).some((kept) => kept.id === layer.id),
        false,
      );
    });
  });
}
