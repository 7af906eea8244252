import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotLimits } from '../../../src/webhooks/delivery/slots.ts';
import { startTestServer } from '../../fixtures/test-server.ts';
import { Receiver } from '../fixtures/receiver.ts';

const path = '/v1/lifecycle/webhooks';
const secret = 'whsec_0123456789abcdef';

test('a receiver that hangs delays no other, of its own tenant or of another', async () => {
  const server = await startTestServer({ webhook_allow_ranges: '127.0.0.0/8' });
  const dead = await new Receiver().listen();
  const good = await new Receiver().listen();
  dead.answer = () => undefined;
  try {
    const busy = await server.makeKey('busy');
    const calm = await server.makeKey('calm');
    const hook = (url: string, key: string) =>
      server.call('POST', path, { url, operations: ['create'], signing_secret: secret }, { key });
    const create = async (key: string) =>
      (await server.call('POST', '/v1/sandboxes', {}, { key })).body.id as string;
    for (let n = 0; n < 3; n++) assert.equal((await hook(dead.url, busy)).status, 201);
    for (let n = 0; n < 20; n++) await create(busy);
    // Each of the dead ones holds as many calls as one may; more are queued behind them.
    await dead.find(() => dead.received.length === 3 * slotLimits.webhook);
    await hook(good.url, busy);
    await hook(good.url, calm);
    const [own, other] = [await create(busy), await create(calm)];
    await good.find(({ event }) => event.sandbox_id === own);
    await good.find(({ event }) => event.sandbox_id === other);
    assert.equal(dead.received.length, 3 * slotLimits.webhook);
  } finally {
    await dead.close();
    await server.close();
    await good.close();
  }
});
