import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotFoundError, Webhook } from '../../src/index.ts';
import { always, failure, inTurn, startApiServer } from '../support/api-server.ts';
import { eventRecord } from '../support/records.ts';

const record = {
  id: 'wh_1',
  url: 'https://example.test/hook',
  operations: ['create', 'destroy'],
  enabled: true,
  has_signing_secret: true,
  created_at: '2026-03-10T12:00:00Z',
  updated_at: '2026-03-10T12:00:00Z',
  last_delivery_status: 'dead_letter',
};
const delivery = {
  id: 'whd_1',
  webhook_id: 'wh_1',
  event_id: 'evt_1',
  operation: 'create',
  status: 'succeeded',
  delivery_status: 'queued',
  attempt_count: 1,
  created_at: '2026-03-10T12:00:00Z',
  last_response_status: 500,
};
const attempt = {
  id: 'wha_1',
  delivery_id: 'whd_1',
  attempt_number: 1,
  attempted_at: '2026-03-10T12:00:00Z',
  duration_ms: 12,
  response_status: 500,
};

describe('Webhook', () => {
  test('is made, listed, read, changed and deleted', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(
        always(201, record),
        always(200, [record]),
        always(200, record),
        always(200, record),
        always(204),
      ),
    );
    const settings = { url: record.url, operations: ['create', 'destroy'] as const, signingSecret: 's' };
    const made = await Webhook.create({ ...settings, operations: [...settings.operations] }, api.connection);
    assert.deepEqual(
      [made.id, made.hasSigningSecret, made.lastDeliveryStatus],
      ['wh_1', true, 'dead_letter'],
    );
    assert.equal((await Webhook.list(api.connection)).length, 1);
    assert.equal((await Webhook.get('wh_1', api.connection)).url, record.url);
    await Webhook.update('wh_1', { enabled: false }, api.connection);
    await Webhook.delete('wh_1', api.connection);
    assert.deepEqual(
      api.received.map(({ method, path, body }) => [method, path, body]),
      [
        [
          'POST',
          '/v1/lifecycle/webhooks',
          { enabled: true, url: record.url, operations: ['create', 'destroy'], signing_secret: 's' },
        ],
        ['GET', '/v1/lifecycle/webhooks', undefined],
        ['GET', '/v1/lifecycle/webhooks/wh_1', undefined],
        ['PATCH', '/v1/lifecycle/webhooks/wh_1', { enabled: false }],
        ['DELETE', '/v1/lifecycle/webhooks/wh_1', undefined],
      ],
    );
  });

  test('shows its deliveries and their attempts', async (context) => {
    const detail = { delivery, event: eventRecord('evt_1'), attempts: [attempt] };
    const api = await startApiServer(context, inTurn(always(200, [delivery]), always(200, detail)));
    const [first] = await Webhook.deliveries('wh_1', { ...api.connection, limit: 10 });
    assert.deepEqual([first!.deliveryStatus, first!.lastResponseStatus], ['queued', 500]);
    assert.equal(api.received[0]!.path, '/v1/lifecycle/webhooks/wh_1/deliveries?offset=0&limit=10');
    const read = await Webhook.delivery('wh_1', 'whd_1', api.connection);
    assert.deepEqual([read.event.id, read.attempts[0]!.durationMs], ['evt_1', 12]);
  });

  test('that is not there is an error', async (context) => {
    const api = await startApiServer(context, always(404, failure('webhook_not_found')));
    await assert.rejects(Webhook.get('wh_1', api.connection), NotFoundError);
    await assert.rejects(Webhook.get('', api.connection), { code: 'invalid_request' });
  });
});
