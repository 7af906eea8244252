import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConflictError, NotFoundError, Template } from '../../src/index.ts';
import { always, failure, inTurn, startApiServer } from '../support/api-server.ts';
import { buildRecord, templateRecord } from '../support/templates.ts';

const created_at = '2026-03-10T12:00:00Z';
const ref = 'acme/x:t';

test('every call about names', async (context) => {
  const api = await startApiServer(
    context,
    inTurn(
      always(200, templateRecord),
      always(200, { id: 'tmpl_1' }),
      always(204),
      always(200, [{ tag: 't', build_id: 'tb_1', created_at }]),
      always(200, templateRecord),
      always(204),
      always(200, [{ alias_ref: 'acme/old', created_at }]),
      always(204),
      always(200, templateRecord),
      always(200, templateRecord),
      always(201, { claim_token: 'tclm_1', canonical_ref: 'acme/x', expires_at: created_at }),
      always(204),
      always(200, { slug: 'acme', kind: 'user', is_default: true }),
      always(200, { builds: [buildRecord()], next_cursor: 'c2' }),
      always(200, { builds: [], next_cursor: null }),
    ),
  );
  const to = api.connection;
  assert.equal((await Template.get(ref, to)).canonicalRef, 'acme/review-api:default');
  assert.deepEqual(await Template.get(ref, { ...to, fields: ['id'] }), { id: 'tmpl_1' });
  await Template.delete(ref, to);
  assert.equal((await Template.getTags(ref, to))[0]!.buildId, 'tb_1');
  await Template.assignTags(ref, ['a'], to);
  await Template.removeTag(ref, 't/u', to);
  assert.equal((await Template.listAliases(ref, to))[0]!.aliasRef, 'acme/old');
  await Template.removeAlias(ref, 'acme/old', to);
  await Template.rename(ref, 'y', to);
  await Template.setVisibility(ref, 'public', to);
  assert.equal((await Template.reserveName('acme/x', to)).claimToken, 'tclm_1');
  await Template.releaseNameClaim('tclm_1', to);
  assert.equal((await Template.getNamespace('acme', to)).isDefault, true);
  const page = await Template.listBuilds(ref, { ...to, status: 'ready', limit: 2, cursor: 'c1' });
  assert.deepEqual([page.builds[0]!.buildId, page.nextCursor], ['tb_1', 'c2']);
  await Template.listBuilds('tmpl_1', to);
  const one = '/v1/templates/refs/acme%2Fx%3At';
  assert.deepEqual(
    api.received.map(({ method, path, body }) => [method, path, body]),
    [
      ['GET', one, undefined],
      ['GET', `${one}?fields=id`, undefined],
      ['DELETE', one, undefined],
      ['GET', `${one}/tags`, undefined],
      ['POST', `${one}/tags`, { tags: ['a'] }],
      ['DELETE', `${one}/tags/t%2Fu`, undefined],
      ['GET', `${one}/aliases`, undefined],
      ['DELETE', `${one}/aliases/acme%2Fold`, undefined],
      ['POST', `${one}/rename`, { new_name: 'y' }],
      ['PATCH', `${one}/visibility`, { visibility: 'public' }],
      ['POST', '/v1/templates/claims', { template_ref: 'acme/x' }],
      ['DELETE', '/v1/templates/claims/tclm_1', undefined],
      ['GET', '/v1/templates/namespaces/acme', undefined],
      ['GET', `${one}/builds?status=ready&cursor=c1&limit=2`, undefined],
      ['GET', '/v1/templates/tmpl_1/builds', undefined],
    ],
  );
});

test('existence is told apart from other failures', async (context) => {
  const api = await startApiServer(
    context,
    inTurn(
      always(200, templateRecord),
      always(404, failure('template_not_found')),
      always(404, failure('not_found')),
      always(409, failure('conflict')),
    ),
  );
  assert.equal(await Template.exists('x', api.connection), true);
  assert.equal(await Template.exists('x', api.connection), false);
  await assert.rejects(Template.exists('x', api.connection), NotFoundError);
  await assert.rejects(Template.delete('x', api.connection), ConflictError);
});

test('a reference to nothing is refused', async (context) => {
  const api = await startApiServer(context, always(200, []));
  for (const bad of ['', '.', '..']) {
    await assert.rejects(async () => Template.get(bad, api.connection), { code: 'invalid_request' });
    await assert.rejects(async () => Template.removeTag('x', bad, api.connection), {
      code: 'invalid_request',
    });
  }
  assert.equal(api.received.length, 0);
});
