import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { host } from '@nullspace/proto';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());
beforeEach(() => {
  server.host.onCall = () => undefined;
  server.host.onAnswer = () => undefined;
});

const change = (id: string, body: object) => server.call('PATCH', `/v1/sandboxes/${id}/network`, body);
const eventsOf = async (id: string, query = '') =>
  (await server.call('GET', `/v1/sandboxes/${id}/lifecycle?order=asc${query}`)).body.events;

test('what the host was told last is what is on record, however many change it at once', async () => {
  const id = await server.createSandbox();
  const told: string[][] = [];
  server.host.onCall = (name, request) => {
    if (name === 'setNetworkPolicy') told.push((request as host.SetNetworkPolicyRequest).denyOut);
  };
  // The answer to the first one comes last, if others may overtake it.
  let held = 0;
  server.host.onAnswer = async (name) => {
    if (name !== 'setNetworkPolicy' || held++ > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const lists = ['1.1.1.1', '2.2.2.2', '3.3.3.3'].map((address) => [address]);
  const answers = await Promise.all(lists.map((deny_out) => change(id, { deny_out })));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.deepEqual(
    answers.map(({ body }) => body.network.deny_out),
    lists,
  );
  const { body } = await server.call('GET', `/v1/sandboxes/${id}`);
  assert.deepEqual(body.network.deny_out, told.at(-1));
  const events = await eventsOf(id, '&operation=network_updated');
  assert.deepEqual(
    events.map(({ details }: { details: { network: object } }) => details.network),
    told.map((deny_out) => ({ deny_out })),
  );
});

test('a change that changes something is told, with the policy after it, to who asks for it by name', async () => {
  const id = await server.createSandbox({ metadata: { team: 'red' } });
  await change(id, { allow_out: ['api.example.com'], internet_access: false });
  await change(id, { allow_out: ['api.example.com'] });
  await change(id, {});
  await change(id, { allow_out: [], internet_access: true });
  const events = await eventsOf(id, '&operation=network_updated');
  const brief = events.map(({ status, actor_kind, metadata, details }: Record<string, unknown>) => ({
    ...{ status, actor_kind, metadata, details },
  }));
  const same = { status: 'succeeded', actor_kind: 'user', metadata: { team: 'red' } };
  assert.deepEqual(brief, [
    { ...same, details: { internet_access: false, network: { allow_out: ['api.example.com'] } } },
    { ...same, details: { internet_access: true, network: { allow_out: [] } } },
  ]);
});

test('clients that know a closed list of operations do not meet changes of policies', async () => {
  const id = await server.createSandbox();
  await change(id, { deny_out: ['1.1.1.1'] });
  const operations = async (path: string) =>
    (await server.call('GET', path)).body.events.map(({ operation }: { operation: string }) => operation);
  assert.deepEqual(await operations(`/v1/sandboxes/${id}/lifecycle`), ['create', 'create']);
  assert.deepEqual(await operations(`/v1/lifecycle/events?sandbox_id=${id}`), ['create', 'create']);
});

test('a change that the host refuses is neither on record nor told', async () => {
  const id = await server.createSandbox();
  server.host.onAnswer = (name) => {
    if (name === 'setNetworkPolicy') throw new Error('the packet filter is gone');
  };
  assert.ok((await change(id, { deny_out: ['1.1.1.1'] })).status >= 500);
  assert.equal((await server.call('GET', `/v1/sandboxes/${id}`)).body.network, null);
  assert.deepEqual(await eventsOf(id, '&operation=network_updated'), []);
});

test('of a policy that is too long for an event it says only whether there is internet', async () => {
  const id = await server.createSandbox();
  const allow_out = Array.from({ length: 60 }, (_, index) => `host-${index}.${'a'.repeat(60)}.example.com`);
  assert.equal((await change(id, { allow_out })).status, 200);
  const [event] = await eventsOf(id, '&operation=network_updated');
  assert.deepEqual(event.details, { internet_access: true });
});
