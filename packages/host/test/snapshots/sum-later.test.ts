import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { makeSite, order, pauseIdOf } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

test('checksums of a pause are made behind it, anew by the next host, and not of what is removed', async (t) => {
  const site = await makeSite(t);
  const asked: { folder: string; signal: AbortSignal }[] = [];
  const openEngine = site.machine.engine.bind(site.machine);
  site.machine.engine = () => ({
    ...openEngine(),
    // Never done by itself.
    async sumSnapshot(folder, signal = AbortSignal.timeout(60_000)) {
      asked.push({ folder, signal });
      await once(signal, 'abort');
      throw signal.reason;
    },
  });
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  await first.client.pauseInstance({ sandboxId: 'sb_1', reason: 'manual' });
  const folder = first.context.snapshots.filesOf(pauseIdOf('sb_1'));
  assert.deepEqual(
    asked.map((each) => each.folder),
    [folder],
  );
  await first.crash();
  const second = await site.open();
  assert.deepEqual(
    asked.map((each) => each.folder),
    [folder, folder],
  );
  await second.client.killInstance({ sandboxId: 'sb_1' });
  await until(() => asked[1]?.signal.aborted === true);
  await until(() => second.context.snapshots.find(pauseIdOf('sb_1')) === undefined);
});
