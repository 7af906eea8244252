import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Refusals } from '@nullspace/runtime';
import { makeSite, type OpenedHost, order } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

const seen = (count: number): Refusals => ({
  total: count,
  latest: [
    {
      protocol: 'tcp',
      address: '1.1.1.1',
      port: 22,
      name: '',
      reason: 'not_allowed',
      count,
      firstUnixMs: 1,
      lastUnixMs: 2,
    },
  ],
});
const timing = { refusalsMs: 10 };
const denied = async (host: OpenedHost) =>
  Number((await host.client.listRefusals({ sandboxId: 'sb_1' })).total);

test('what was refused is known after the host was killed, and after it was closed', async (t) => {
  const site = await makeSite(t);
  const first = await site.open({ timing });
  await first.client.createInstance(order('sb_1'));
  const { folder, slot } = first.context.registry.get('sb_1');
  const file = join(folder, 'refusals.json');
  site.machine.refusals.set(slot!.index, seen(3));
  await until(async () => (await readdir(folder)).includes('refusals.json'));
  await until(async () => JSON.parse(await readFile(file, 'utf8')).total === 3);
  await first.crash();
  site.machine.refusals.clear();

  const second = await site.open({ timing: { refusalsMs: 3_600_000 } });
  assert.equal(await denied(second), 3);
  const [refusal] = (await second.client.listRefusals({ sandboxId: 'sb_1' })).refusals;
  assert.deepEqual(
    [refusal?.address, refusal?.port, refusal?.count, refusal?.reason],
    ['1.1.1.1', 22, 3n, 'not_allowed'],
  );
  // What came last comes to the disk with the end of the process.
  site.machine.refusals.set(slot!.index, seen(5));
  await second.close();
  site.machine.refusals.clear();
  const third = await site.open({ timing });
  assert.equal(await denied(third), 5);
  await third.client.killInstance({ sandboxId: 'sb_1' });
  await until(() => third.context.registry.get('sb_1').published?.clean);
  assert.ok(!(await readdir(folder).catch(() => [] as string[])).includes('refusals.json'));
});

test('a log that cannot be read begins anew, and ends nothing', async (t) => {
  const site = await makeSite(t);
  const first = await site.open({ timing });
  await first.client.createInstance(order('sb_1'));
  const { folder } = first.context.registry.get('sb_1');
  const file = join(folder, 'refusals.json');
  await first.crash();
  for (const text of ['', '{', '[]', '{"total":-1,"latest":[]}', JSON.stringify({ ...seen(1), more: 1 })]) {
    await writeFile(file, text);
    const next = await site.open({ timing });
    assert.equal(await denied(next), 0, text);
    assert.equal(next.context.registry.get('sb_1').record.state, 'running');
    await next.crash();
  }
});

test('a folder that cannot be written is tried again', async (t) => {
  const site = await makeSite(t);
  const host = await site.open({ timing });
  await host.client.createInstance(order('sb_1'));
  const { folder, slot } = host.context.registry.get('sb_1');
  const file = join(folder, 'refusals.json');
  // In the way of the new file.
  await mkdir(`${file}.new`);
  site.machine.refusals.set(slot!.index, seen(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await assert.rejects(readFile(file));
  await rm(`${file}.new`, { recursive: true, force: true });
  await until(async () => (await readdir(folder)).includes('refusals.json'));
});
