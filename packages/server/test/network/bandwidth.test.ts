import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { changePolicy } from '../../src/network/bandwidth.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({ max_upload_mbps: 50 });
});
after(() => server.close());

const bad: [name: string, bandwidth: unknown, mentions: RegExp[]][] = [
  ['none at all', { upload_mbps: 0 }, [/bandwidth\.upload_mbps/, /1/]],
  ['less than none', { download_mbps: -1 }, [/bandwidth\.download_mbps/, /1/]],
  ['a part of one', { download_mbps: 1.5 }, [/bandwidth\.download_mbps/]],
  ['more than there is', { download_mbps: 100_001 }, [/bandwidth\.download_mbps/, /100000/]],
  ['more than the operator gives', { upload_mbps: 51 }, [/bandwidth\.upload_mbps/, /50/]],
  ['a word', { upload_mbps: '10' }, [/bandwidth\.upload_mbps/]],
  ['another unit', { upload_kbps: 10 }, [/upload_kbps/]],
  ['a number', 10, [/bandwidth/]],
];
for (const [name, bandwidth, mentions] of bad) {
  test(`a limit of ${name} is refused by its field and bound`, async () => {
    const id = await server.createSandbox();
    const created = await server.call('POST', '/v1/sandboxes', { network: { bandwidth } });
    expectError(created, 'invalid_request', mentions);
    const changed = await server.call('PATCH', `/v1/sandboxes/${id}/network`, { bandwidth });
    expectError(changed, 'invalid_request', mentions);
    assert.equal((await server.call('GET', `/v1/sandboxes/${id}`)).body.network, null);
  });
}

test('limits are changed one by one, shown, and gone when they are null', async () => {
  const network = { bandwidth: { upload_mbps: 5, download_mbps: null }, deny_out: ['1.1.1.1'] };
  const { body } = await server.call('POST', '/v1/sandboxes', { network });
  assert.deepEqual(body.network, { bandwidth: { upload_mbps: 5 }, deny_out: ['1.1.1.1'] });
  const change = async (bandwidth: unknown) =>
    (await server.call('PATCH', `/v1/sandboxes/${body.id}/network`, { bandwidth })).body.network;
  const deny_out = ['1.1.1.1'];
  assert.deepEqual(await change({ download_mbps: 9 }), {
    deny_out,
    bandwidth: { upload_mbps: 5, download_mbps: 9 },
  });
  assert.deepEqual(await change({ upload_mbps: null }), { deny_out, bandwidth: { download_mbps: 9 } });
  assert.deepEqual(await change({}), { deny_out, bandwidth: { download_mbps: 9 } });
  assert.deepEqual(await change(null), { deny_out });
  assert.deepEqual((await server.call('GET', `/v1/sandboxes/${body.id}`)).body.network, { deny_out });
});

test('a change of other rules leaves limits alone', () => {
  const before = { allow_out: ['a.test'], bandwidth: { upload_mbps: 3 } };
  assert.deepEqual(changePolicy(before, { allow_out: [] }), { allow_out: [], bandwidth: { upload_mbps: 3 } });
});
