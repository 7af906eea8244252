import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNetwork } from '../../src/index.ts';
import { testNetwork } from '../conformance/network.ts';
import { chooseInstallation } from '../fixtures/machine.ts';

const { installation, range } = chooseInstallation();
const small = range.replace(/24$/, '28');

testNetwork('of this machine', () => createNetwork({ range: small, installation, preparedSlots: 1 }));

test('a process that cleans makes no slots in place of those that it removes', async (t) => {
  const options = { range, installation, preparedSlots: 24 };
  const former = createNetwork(options);
  t.after(() => createNetwork(options).clean(new Set()));
  const namespaces = async () =>
    (await readdir('/run/netns')).filter((name) => name.startsWith(`ns-${installation}-`));
  await former.setUp();
  while ((await namespaces()).length < 24) await sleep(20);
  await former.close();
  const errors: Error[] = [];
  await createNetwork({ ...options, onError: (error) => errors.push(error) }).clean(new Set());
  assert.deepEqual(await namespaces(), []);
  await sleep(400);
  assert.deepEqual(await namespaces(), []);
  assert.deepEqual(errors, []);
});
