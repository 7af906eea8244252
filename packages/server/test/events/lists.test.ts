import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

interface Event {
  operation: string;
  status: string;
  actor_kind: string;
}
const brief = ({ operation, status, actor_kind }: Event) => `${operation} ${status} ${actor_kind}`;

describe('event lists', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const eventsOf = async (id: string, query = '?order=asc') => {
    const answer = await server.call('GET', `/v1/sandboxes/${id}/lifecycle${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };

  test('tell the life of a sandbox, also after its end', async () => {
    const id = await server.createSandbox({ metadata: { team: 'red' }, timeout_ms: 60_000 });
    await server.call('POST', `/v1/sandboxes/${id}/timeout`, { timeout_ms: 90_000 });
    await server.call('DELETE', `/v1/sandboxes/${id}`);
    assert.equal((await server.call('GET', `/v1/sandboxes/${id}`)).status, 404);
    const page = await eventsOf(id);
    assert.deepEqual(page.events.map(brief), [
      'create requested user',
      'create succeeded user',
      'timeout_updated succeeded user',
      'destroy succeeded user',
    ]);
    assert.deepEqual([page.offset, page.limit, page.has_more], [0, 50, false]);
    const [first] = page.events;
    assert.match(first.id, /^evt_[a-z0-9]{20}$/);
    assert.deepEqual(
      [first.audience, first.sandbox_id, first.metadata, first.details],
      ['customer', id, { team: 'red' }, { template: 'base' }],
    );
    assert.ok(Math.abs(Date.parse(first.occurred_at) - Date.now()) < 60_000);
    assert.equal('snapshot_id' in first, false);
    assert.equal(page.events.at(-1).reason, 'manual');
  });

  test('tell a deadline and an end on the machine', async () => {
    const overdue = await server.createSandbox({ timeout_ms: 1000 });
    await until(async () => (await eventsOf(overdue)).events.length === 4);
    assert.deepEqual((await eventsOf(overdue)).events.slice(2).map(brief), [
      'timeout_expired succeeded system',
      'destroy succeeded system',
    ]);
    const crashed = await server.createSandbox();
    server.host.end(crashed, { state: host.State.ERROR, reason: 'out_of_memory', message: 'full' });
    await until(async () => (await eventsOf(crashed)).events.length === 3);
    const [, , end] = (await eventsOf(crashed)).events;
    assert.deepEqual(
      [brief(end), end.reason, end.error_code, end.error_message],
      ['destroy succeeded system', 'out_of_memory', 'out_of_memory', 'full'],
    );
  });

  test('tell a create that failed', async () => {
    server.host.beforeCreate = () => {
      throw new Error('no room');
    };
    await server.call('POST', '/v1/sandboxes', {}).finally(() => {
      server.host.beforeCreate = () => undefined;
    });
    const { body } = await server.call('GET', '/v1/lifecycle/events?operation=create&status=failed');
    assert.equal(body.events.length, 1);
    assert.equal(body.events[0].reason, 'start_failed');
  });

  test('are filtered and paged', async () => {
    const key = await server.makeKey('filters');
    const call = (query: string) => server.call('GET', `/v1/lifecycle/events${query}`, undefined, { key });
    const ids: string[] = [];
    for (let number = 0; number < 3; number++) {
      const { body } = await server.call('POST', '/v1/sandboxes', {}, { key });
      ids.push(body.id);
    }
    const everything = (await call('?order=asc&audience=customer')).body.events;
    assert.equal(everything.length, 6);
    const newestFirst = (await call('')).body.events;
    assert.deepEqual(newestFirst, everything.toReversed());
    const page = (await call('?order=asc&offset=2&limit=3')).body;
    assert.deepEqual(page, { events: everything.slice(2, 5), offset: 2, limit: 3, has_more: true });
    const one = (await call(`?sandbox_id=${ids[1]}&status=succeeded`)).body.events;
    assert.deepEqual(one, [everything[3]]);
    const third = everything[2].occurred_at.replace('Z', '%2B00:00');
    const from = (await call(`?order=asc&from=${third}`)).body.events;
    const to = (await call(`?order=asc&to=${third}`)).body.events;
    assert.deepEqual([...to, ...from], everything);
    for (const query of [
      '?snapshot_id=snap_x',
      '?source_sandbox_id=sb_x',
      '?target_sandbox_id=sb_x',
      '?operation=fork',
    ]) {
      assert.deepEqual((await call(query)).body.events, []);
    }
  });

  test('refuse what is wrong with the field and its bound', async () => {
    const wrong: [string, RegExp][] = [
      ['limit=0', /limit.*at least 1/],
      ['limit=1001', /limit.*at most 1000/],
      ['offset=-1', /offset/],
      ['offset=1e3', /offset/],
      ['order=up', /order/],
      ['operation=explode', /operation/],
      ['status=done', /status/],
      ['from=yesterday', /from.*RFC 3339/],
      ['to=2026-01-01', /to.*RFC 3339/],
      ['audience=internal', /audience/],
      [`sandbox_id=${'x'.repeat(65)}`, /sandbox_id/],
      ['colour=red', /colour/],
    ];
    for (const [query, message] of wrong) {
      expectError(await server.call('GET', `/v1/lifecycle/events?${query}`), 'invalid_request', [message]);
    }
    expectError(
      await server.call('GET', '/v1/sandboxes/sb_none/lifecycle?sandbox_id=sb_x'),
      'invalid_request',
    );
  });

  test("do not show another tenant's, nor that they are", async () => {
    const id = await server.createSandbox();
    const key = await server.makeKey('stranger');
    expectError(
      await server.call('GET', `/v1/sandboxes/${id}/lifecycle`, undefined, { key }),
      'sandbox_not_found',
    );
    const list = await server.call('GET', `/v1/lifecycle/events?sandbox_id=${id}`, undefined, { key });
    assert.deepEqual(list.body.events, []);
    expectError(await server.call('GET', '/v1/sandboxes/sb_none/lifecycle'), 'sandbox_not_found');
    expectError(await server.call('GET', '/v1/sandboxes/%00/lifecycle'), 'sandbox_not_found');
    expectError(await server.call('GET', '/v1/snapshots/snap_none/lifecycle'), 'snapshot_not_found');
  });

  test('lead from a pause to the sandbox that was resumed, and from a snapshot to its copies', async () => {
    const old = await server.createSandbox({ metadata: { team: 'red' } });
    const pause = (await server.call('POST', `/v1/sandboxes/${old}/hibernate`)).body.id;
    const resumed = (await server.call('POST', `/v1/sandboxes/${pause}/resume`)).body.id;
    const named = ({ operation, status, ...event }: Event & Record<string, unknown>) => [
      `${operation} ${status}`,
      event.snapshot_id,
      event.source_sandbox_id,
      event.target_sandbox_id,
    ];
    const paused = (await eventsOf(old, '?order=asc&status=succeeded')).events.map(named);
    assert.deepEqual(paused.slice(0, 3), [
      ['create succeeded', undefined, undefined, undefined],
      ['hibernate succeeded', pause, undefined, undefined],
      ['snapshot_created succeeded', pause, undefined, undefined],
    ]);
    const resume = ['resume_from_snapshot succeeded', pause, old, resumed];
    for (const id of [old, resumed]) {
      const events = (await eventsOf(id)).events.map(named);
      assert.ok(
        events.some((event: unknown[]) => event.join() === resume.join()),
        JSON.stringify(events),
      );
    }
    const ofPause = await server.call('GET', `/v1/snapshots/${pause}/lifecycle?order=asc`);
    assert.equal(ofPause.status, 200);
    const made = ofPause.body.events.find(({ operation }: Event) => operation === 'snapshot_created');
    assert.deepEqual(made.metadata, { team: 'red', created_via: 'hibernate' });
    assert.ok(ofPause.body.events.every((event: { snapshot_id: string }) => event.snapshot_id === pause));

    const snapshot = (await server.call('POST', `/v1/sandboxes/${resumed}/snapshots`)).body.id;
    const child = (await server.call('POST', `/v1/sandboxes/${resumed}/fork`)).body.id;
    const forked = await server.call(
      'GET',
      `/v1/lifecycle/events?operation=fork&status=succeeded&source_sandbox_id=${resumed}&target_sandbox_id=${child}`,
    );
    assert.equal(forked.body.events.length, 1, forked.text);
    await server.call('DELETE', `/v1/snapshots/${snapshot}`);
    const ofSnapshot = await server.call('GET', `/v1/snapshots/${snapshot}/lifecycle`);
    assert.ok(ofSnapshot.body.events.some(({ operation }: Event) => operation === 'snapshot_created'));
    const key = await server.makeKey('snapshots');
    expectError(
      await server.call('GET', `/v1/snapshots/${snapshot}/lifecycle`, undefined, { key }),
      'snapshot_not_found',
    );
  });

  test('tell what a restart finds lost', async () => {
    const id = await server.createSandbox();
    server.host.goAway();
    server.host.instances.delete(id);
    server.host.comeBack();
    await until(async () => (await eventsOf(id)).events.length === 4);
    const [, , found, end] = (await eventsOf(id)).events;
    assert.deepEqual(
      [brief(found), brief(end)],
      ['reconcile succeeded reconcile', 'destroy succeeded reconcile'],
    );
    assert.equal(end.reason, 'host_lost');
  });
});
