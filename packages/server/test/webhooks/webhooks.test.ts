import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';
import { Receiver } from './fixtures/receiver.ts';

const path = '/v1/lifecycle/webhooks';
const secret = 'whsec_0123456789abcdef0123456789abcdef';

describe('webhooks', () => {
  let server: TestServer;
  let receiver: Receiver;
  before(async () => {
    server = await startTestServer({
      webhook_allow_ranges: '127.0.0.0/8',
      webhook_retry_ms: 20,
      webhook_max_attempts: 3,
    });
    receiver = await new Receiver().listen();
  });
  after(async () => {
    await server?.close();
    await receiver?.close();
  });

  const create = async (fields: object = {}, key = server.key) => {
    const body = { url: receiver.url, operations: ['create', 'destroy'], signing_secret: secret, ...fields };
    const answer = await server.call('POST', path, body, { key });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
  };
  const remove = (id: string) => server.call('DELETE', `${path}/${id}`);
  const deliveriesOf = async (id: string, query = '') =>
    (await server.call('GET', `${path}/${id}/deliveries${query}`)).body;

  test('post each event once, signed, and log it', async () => {
    const webhook = await create();
    const id = await server.createSandbox({ metadata: { team: 'red' } });
    await server.call('DELETE', `/v1/sandboxes/${id}`);
    const call = await receiver.find(({ event }) => event.sandbox_id === id && event.operation === 'destroy');
    const { events } = (await server.call('GET', `/v1/sandboxes/${id}/lifecycle?order=asc`)).body;
    const got = receiver.received.filter(({ event }) => event.sandbox_id === id);
    assert.deepEqual(
      new Set(got.map(({ event }) => event.id)),
      new Set(events.map((event: { id: string }) => event.id)),
    );
    assert.deepEqual(call.event, events.at(-1));
    assert.equal(call.headers['content-type'], 'application/json');
    assert.equal(call.headers['x-nullspace-event-id'], call.event.id);
    const timestamp = String(call.headers['x-nullspace-timestamp']);
    assert.ok(Math.abs(Number(timestamp) - Date.now() / 1000) < 60);
    const expected = createHmac('sha256', secret).update(`${timestamp}.${call.body}`).digest('hex');
    assert.equal(call.headers['x-nullspace-signature'], `sha256=${expected}`);

    await until(async () =>
      (await deliveriesOf(webhook.id)).every(
        (one: { delivery_status: string }) => one.delivery_status === 'succeeded',
      ),
    );
    const list = await deliveriesOf(webhook.id);
    assert.equal(list.length, 3);
    assert.deepEqual(await deliveriesOf(webhook.id, '?offset=1&limit=1'), [list[1]]);
    const detail = await server.call('GET', `${path}/${webhook.id}/deliveries/${list[0].id}`);
    assert.deepEqual(detail.body.delivery, list[0]);
    assert.deepEqual(detail.body.event, call.event);
    assert.equal(call.headers['x-nullspace-delivery-id'], list[0].id);
    const [attempt, ...more] = detail.body.attempts;
    assert.deepEqual(more, []);
    assert.deepEqual(
      [attempt.delivery_id, attempt.attempt_number, attempt.response_status, 'error_code' in attempt],
      [list[0].id, 1, 204, false],
    );
    const read = (await server.call('GET', `${path}/${webhook.id}`)).body;
    assert.equal(read.last_delivery_status, 'succeeded');
    await remove(webhook.id);
  });

  test('repeat what was not taken under the same id, and give up at last', async () => {
    const webhook = await create({ operations: ['create'] });
    let answers = 0;
    receiver.answer = (_call, response) => response.writeHead(++answers <= 4 ? 500 : 204).end();
    const id = await server.createSandbox();
    await until(async () => {
      const list = await deliveriesOf(webhook.id);
      return list.every(
        ({ delivery_status: s }: { delivery_status: string }) => s === 'succeeded' || s === 'dead_letter',
      );
    });
    receiver.answer = (_call, response) => response.writeHead(204).end();
    const calls = receiver.received.filter(({ event }) => event.sandbox_id === id);
    assert.ok(calls.length >= 5);
    const byDelivery = Map.groupBy(calls, ({ headers }) => headers['x-nullspace-delivery-id']);
    assert.equal(byDelivery.size, 2);
    for (const [deliveryId, group] of byDelivery) {
      const { body } = await server.call('GET', `${path}/${webhook.id}/deliveries/${deliveryId}`);
      assert.equal(body.attempts.length, group.length);
      assert.equal(body.delivery.attempt_count, group.length);
      assert.deepEqual(
        group.map(({ headers }) => headers['x-nullspace-attempt']),
        group.map((_, index) => String(index + 1)),
      );
      assert.equal(new Set(group.map(({ body: text }) => text)).size, 1);
    }
    await remove(webhook.id);
  });

  test('become dead letters that say why', async () => {
    const webhook = await create({ operations: ['create'] });
    receiver.answer = (_call, response) => response.writeHead(503).end();
    await server.createSandbox();
    await until(async () =>
      (await deliveriesOf(webhook.id)).every(
        (one: { delivery_status: string }) => one.delivery_status === 'dead_letter',
      ),
    );
    receiver.answer = (_call, response) => response.writeHead(204).end();
    const [dead] = await deliveriesOf(webhook.id);
    assert.deepEqual(
      [dead.attempt_count, dead.last_response_status, dead.last_error, 'next_attempt_at' in dead],
      [3, 503, 'The receiver answered 503', false],
    );
    const read = (await server.call('GET', `${path}/${webhook.id}`)).body;
    assert.deepEqual(
      [read.last_delivery_status, read.last_error],
      ['dead_letter', 'The receiver answered 503'],
    );
    const metrics = await (await fetch(`${server.metricsUrl}`)).text();
    assert.match(metrics, /nullspace_webhook_attempts_total\{outcome="bad_status"\} [1-9]/);
    assert.match(metrics, /nullspace_webhook_attempts_total\{outcome="delivered"\} [1-9]/);
    assert.match(metrics, /nullspace_webhook_dead_letters_total [1-9]/);
    await remove(webhook.id);
  });

  test('are read, changed and deleted, and never show their secret', async () => {
    const webhook = await create({ enabled: false });
    assert.match(webhook.id, /^wh_[a-z0-9]{20}$/);
    assert.deepEqual(
      [webhook.url, webhook.operations, webhook.enabled, webhook.has_signing_secret],
      [receiver.url, ['create', 'destroy'], false, true],
    );
    const silent = await server.createSandbox();
    const changes = {
      enabled: true,
      operations: ['create', 'create'],
      signing_secret: 'whsec_of_the_change',
      url: `${receiver.url}2`,
    };
    const changed = await server.call('PATCH', `${path}/${webhook.id}`, changes);
    assert.deepEqual(
      [changed.status, changed.body.enabled, changed.body.operations, changed.body.url],
      [200, true, ['create'], `${receiver.url}2`],
    );
    assert.ok(changed.body.updated_at > webhook.updated_at);
    const id = await server.createSandbox();
    const call = await receiver.find(({ event }) => event.sandbox_id === id);
    assert.equal(call.path, '/hook2');
    const signed = `${call.headers['x-nullspace-timestamp']}.${call.body}`;
    const expected = createHmac('sha256', 'whsec_of_the_change').update(signed).digest('hex');
    assert.equal(call.headers['x-nullspace-signature'], `sha256=${expected}`);
    assert.equal(
      receiver.received.some(({ event }) => event.sandbox_id === silent),
      false,
    );
    const listed = await server.call('GET', path);
    assert.deepEqual(
      listed.body.map(({ id: one }: { id: string }) => one),
      [webhook.id],
    );
    const texts = [listed.text, changed.text, ...server.logs];
    assert.equal(
      texts.some((text) => text.includes(secret) || text.includes('whsec_of_the_change')),
      false,
    );
    assert.equal((await remove(webhook.id)).status, 204);
    expectError(await remove(webhook.id), 'webhook_not_found');
    expectError(await server.call('GET', `${path}/${webhook.id}`), 'webhook_not_found');
    assert.deepEqual((await server.call('GET', path)).body, []);
  });

  test('refuse what is wrong, before anything is stored', async () => {
    const good = { url: receiver.url, operations: ['create'], signing_secret: secret };
    const wrong: [object, RegExp][] = [
      [{ ...good, url: 'ftp://example.com/' }, /url.*http/],
      [{ ...good, url: 'https://user:secret@example.com/' }, /url.*credentials/],
      [{ ...good, url: 'https://example.com/#x' }, /url.*fragment/],
      [{ ...good, url: '/hook' }, /url/],
      [{ ...good, url: `https://example.com/${'x'.repeat(2048)}` }, /url.*2048/],
      [{ ...good, url: 'http://10.0.0.1/' }, /url.*10\.0\.0\.1 is not a public address/],
      [{ ...good, url: 'http://169.254.169.254/latest' }, /url.*not a public address/],
      [{ ...good, url: 'http://[::1]/' }, /url.*not a public address/],
      [{ ...good, operations: [] }, /operations/],
      [{ ...good, operations: ['explode'] }, /operations/],
      [{ ...good, signing_secret: '' }, /signing_secret/],
      [{ ...good, signing_secret: 'x'.repeat(513) }, /signing_secret.*512/],
      [{ url: good.url, operations: ['create'] }, /signing_secret/],
      [{ ...good, enabled: 'yes' }, /enabled/],
      [{ ...good, colour: 'red' }, /colour|unrecognized/i],
    ];
    for (const [body, message] of wrong) {
      expectError(await server.call('POST', path, body), 'invalid_request', [message]);
    }
    assert.deepEqual((await server.call('GET', path)).body, []);
    const webhook = await create();
    for (const body of [{}, { url: 'http://192.168.0.1/' }, { operations: [] }, { id: 'wh_1' }]) {
      expectError(await server.call('PATCH', `${path}/${webhook.id}`, body), 'invalid_request');
    }
    expectError(await server.call('GET', `${path}/${webhook.id}/deliveries?limit=0`), 'invalid_request');
    expectError(await server.call('GET', `${path}/${webhook.id}/deliveries/del_none`), 'delivery_not_found');
    await remove(webhook.id);
  });

  test("are their own tenant's, and are bounded", async () => {
    const webhook = await create();
    const key = await server.makeKey('stranger');
    const call = (method: string, to: string, body?: object) => server.call(method, to, body, { key });
    expectError(await call('GET', `${path}/${webhook.id}`), 'webhook_not_found');
    expectError(await call('PATCH', `${path}/${webhook.id}`, { enabled: false }), 'webhook_not_found');
    expectError(await call('DELETE', `${path}/${webhook.id}`), 'webhook_not_found');
    expectError(await call('GET', `${path}/${webhook.id}/deliveries`), 'webhook_not_found');
    expectError(await call('GET', `${path}/%00`), 'webhook_not_found');
    const before = receiver.received.length;
    const id = (await call('POST', '/v1/sandboxes', {})).body.id;
    for (let n = 0; n < 20; n++) await create({ enabled: false }, key);
    const body = { url: receiver.url, operations: ['create'], signing_secret: secret };
    expectError(await call('POST', path, body), 'quota_exceeded', [/20 webhooks/]);
    assert.equal(
      receiver.received.slice(before).some(({ event }) => event.sandbox_id === id),
      false,
    );
    await remove(webhook.id);
  });
});
