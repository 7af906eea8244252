import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('lists', () => {
  let server: TestServer;
  const ids: string[] = [];
  before(async () => {
    server = await startTestServer();
    for (let number = 0; number < 5; number++) {
      ids.unshift(await server.createSandbox({ metadata: { team: number % 2 ? 'odd' : 'even', number } }));
    }
  });
  after(() => server.close());
  const list = async (query: Record<string, string>) =>
    (await server.call('GET', `/v1/sandboxes?${new URLSearchParams(query)}`)).body;
  const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

  test('pages hold everything once, newest first', async () => {
    const seen: string[] = [];
    let token: string | null = null;
    do {
      const page = await list({ limit: '2', ...(token ? { next_token: token } : {}) });
      assert.equal(page.has_next, page.next_token !== null);
      seen.push(...idsOf(page));
      token = page.next_token;
    } while (token);
    assert.deepEqual(seen, ids);
  });

  test('filters by metadata, template and state', async () => {
    assert.equal((await list({ metadata: '{"team":"odd"}' })).items.length, 2);
    assert.equal((await list({ metadata: '{"team":"even","number":2}' })).items.length, 1);
    assert.equal((await list({ metadata: '{"team":"even","number":"2"}' })).items.length, 0);
    assert.equal((await list({ template: 'base' })).items.length, 5);
    assert.equal((await list({ template: 'other' })).items.length, 0);
    assert.equal((await list({ state: 'paused' })).items.length, 0);
    assert.equal((await list({ state: 'running,paused' })).items.length, 5);
  });

  test('projects each item', async () => {
    const page = await list({ limit: '1', fields: 'id,status,template' });
    assert.deepEqual(page.items, [{ id: ids[0], status: 'running', template: 'base' }]);
    assert.equal(page.has_next, true);
  });

  test('a token that was tampered with is refused', async () => {
    const { next_token } = await list({ limit: '1' });
    for (const token of [
      'xyz',
      `${next_token}x`,
      next_token.slice(1),
      Buffer.from('[1]').toString('base64url'),
    ]) {
      const answer = await server.call('GET', `/v1/sandboxes?next_token=${encodeURIComponent(token)}`);
      expectError(answer, 'invalid_request', [/next_token/]);
    }
  });

  test('ended sandboxes show only when they are asked for', async () => {
    const [first] = ids;
    await server.call('DELETE', `/v1/sandboxes/${first}`);
    assert.ok(!idsOf(await list({})).includes(first!));
    const ended = await list({ state: 'destroyed' });
    assert.deepEqual(idsOf(ended), [first]);
    assert.equal(ended.items[0].status_reason, 'manual');
  });
});
