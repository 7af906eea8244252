import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Change } from '../../src/changes.ts';
import type { GuardKill } from '../../src/guard/guard-kill.ts';
import { makeSite, order, type TestSite } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

const soon = { guardDelayMs: 1, guardRetryMs: 1 };

function kill(guard: GuardKill['guard'], atUnixMs = Date.now() + 1000): GuardKill {
  return { guard, pid: 7, command: 'hog', atUnixMs };
}

/** Runs one instance whose agent tells these kills on its first connection, and collects those that are told on. */
async function runWith(t: TestContext, tell: (connection: number) => Iterable<GuardKill>) {
  const site: TestSite = await makeSite(t);
  let connections = 0;
  site.agents.onWatchGuard = async function* (signal) {
    yield* tell(++connections);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  };
  const host = await site.open({ timing: soon });
  const told: Change[] = [];
  const subscription = host.context.changes.subscribe();
  const reading = new AbortController();
  t.after(() => reading.abort());
  void (async () => {
    while (!reading.signal.aborted) {
      const change = await subscription.next({ waitMs: 60_000, signal: reading.signal });
      if (change && 'kill' in change) told.push(change);
    }
  })();
  const { instance } = await host.client.createInstance(order('sb_1'));
  return { site, host, told, instanceId: instance!.instanceId, connections: () => connections };
}

for (const [guard, reason] of [
  ['processes', 'process_limit'],
  ['memory', 'out_of_memory'],
] as const) {
  test(`a kill by the guard of ${guard} is told on, and explains the end of the guest`, async (t) => {
    const { site, host, told, instanceId } = await runWith(t, () => [kill(guard)]);
    await until(() => told.length === 1);
    assert.deepEqual(
      told.map((change) => 'kill' in change && change.kill.guard),
      [guard],
    );
    site.machine.end(instanceId, { cause: 'crash', message: 'gone' });
    await until(() => host.context.registry.get('sb_1').published?.clean);
    const { instance } = await host.client.getInstance({ sandboxId: 'sb_1' });
    assert.equal(instance?.reason, reason);
    assert.match(instance.message, /: gone$/);
  });
}

test('kills in the guest that a copy was made of, and those heard before, are not told', async (t) => {
  const at = Date.now() + 1000;
  const { told, connections } = await runWith(t, function* (connection) {
    yield kill('memory', 1000);
    yield kill('memory', at);
    if (connection < 3) throw new Error('broken off');
    yield kill('processes', at + 1);
  });
  await until(() => connections() === 3 && told.length >= 2);
  assert.deepEqual(
    told.map((change) => 'kill' in change && change.kill.guard),
    ['memory', 'processes'],
  );
});

test('a flood of kills is read no faster than honest agents send', async (t) => {
  let sent = 0;
  const { told } = await runWith(t, function* () {
    for (;;) {
      sent += 1;
      yield kill('memory');
    }
  });
  await until(() => told.length >= 100);
  assert.ok(sent <= 102, `${sent} were taken`);
});
