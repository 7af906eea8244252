import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots, slotLimits } from '../../../src/webhooks/delivery/slots.ts';

const webhook = (id: string, tenantId = 'ten_1') => ({ id, tenantId });

test('a webhook, a tenant and all together take no more than their share', () => {
  const slots = new Slots();
  const leaves: ((ok: boolean) => void)[] = [];
  const take = (one: { id: string; tenantId: string }) => {
    while (slots.room(one) > 0) leaves.push(slots.enter(one));
  };
  take(webhook('a'));
  assert.equal(leaves.length, slotLimits.webhook);
  for (const id of ['b', 'c', 'd', 'e', 'f']) take(webhook(id));
  assert.equal(slots.ofTenant('ten_1'), slotLimits.tenant);
  for (let n = 2; n < 100; n++) for (const id of ['w', 'x', 'y', 'z']) take(webhook(`${id}${n}`, `ten_${n}`));
  assert.equal(leaves.length, slotLimits.all);
  for (const leave of leaves) leave(true);
  assert.equal(slots.room(webhook('a')), slotLimits.webhook);
});

test('a webhook whose calls fail gets one at a time until one is taken', () => {
  const slots = new Slots();
  const one = webhook('a');
  for (let n = 0; n < 3; n++) slots.enter(one)(false);
  assert.equal(slots.room(one), slotLimits.failingWebhook);
  const leave = slots.enter(one);
  assert.equal(slots.room(one), 0);
  leave(true);
  assert.equal(slots.room(one), slotLimits.webhook);
});
