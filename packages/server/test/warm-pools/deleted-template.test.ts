import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { build, run } from '../builds/fixtures.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

const path = '/v1/template-warm-pools';

describe('a template that is deleted', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  const makePool = async (templateRef: string, key?: string) => {
    const body = {
      ...{ template_ref: templateRef, name: 'small', min_ready: 1, max_ready: 2 },
      resources: { vcpus: 2, memory_mb: 512 },
    };
    const answer = await server.call('POST', path, body, key ? { key } : {});
    assert.equal(answer.status, 201, answer.text);
    return answer.body.id as string;
  };

  test('is refused while a pool of its tenant is made of it, and goes after that', async () => {
    await build(server, { name: 'pooled', steps: [run('echo pooled')] });
    const pool = await makePool('pooled');
    const refused = await server.call('DELETE', '/v1/templates/refs/pooled');
    expectError(refused, 'conflict', [new RegExp(`warm pool ${pool}`)]);
    assert.equal((await server.call('GET', `${path}/${pool}`)).body.degraded_reason, undefined);
    await server.call('DELETE', `${path}/${pool}`);
    assert.equal((await server.call('DELETE', '/v1/templates/refs/pooled')).status, 204);
  });

  test('leaves pools of other tenants degraded', async () => {
    await build(server, { name: 'public', steps: [run('echo public')] });
    await server.call('PATCH', '/v1/templates/refs/public/visibility', { visibility: 'public' });
    const key = await server.makeKey('second');
    const pool = await makePool('first/public', key);
    assert.equal(server.host.pools.defined.length, 1);
    assert.equal((await server.call('DELETE', '/v1/templates/refs/public')).status, 204);
    await until(() => server.host.pools.defined.length === 0);
    const { body } = await server.call('GET', `${path}/${pool}`, undefined, { key });
    assert.equal(body.degraded_reason, 'template_build_unavailable');
    assert.equal(body.status.ready, 0);
    await until(() => server.host.deletedImages.length > 0);
    const asked = { template: 'first/public', warm_pool: { id: pool, mode: 'prefer' } };
    expectError(await server.call('POST', '/v1/sandboxes', asked, { key }), 'template_not_found');
  });
});
