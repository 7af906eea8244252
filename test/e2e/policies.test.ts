import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { Sandbox } from 'nullspace';
import { allows, listedRules, listedVerdict } from '../../packages/runtime/test/fixtures/policy-model.ts';
import { standingLimits } from '../../packages/runtime/test/fixtures/standing-limits.ts';
import { startInstallation } from '../harness/installation.ts';
import { addressOfGuest } from '../harness/leftovers.ts';
import { propertyRun } from '../harness/property-run.ts';
import { until } from '../harness/until.ts';

const COUNT = 3;
/** Device and namespace of a guest. */
const slotOf = (guest: string) =>
  / dev (\S+) /.exec(execFileSync('ip', ['route', 'get', guest], { encoding: 'utf8' }))![1]!;
const victims = [['host'], ['server'], ['server', 'host']] as const;

const address = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }))
  .map((parts) => `45.67.${parts.join('.')}`);
const entry = fc.oneof(
  address,
  fc.tuple(address, fc.integer({ min: 20, max: 31 })).map((parts) => parts.join('/')),
  fc.constant('0.0.0.0/0'),
);
const list = fc.array(entry, { maxLength: 5 });
const mbps = fc.constantFrom(null, 1, 40);
const bandwidth = fc.record({ uploadMbps: mbps, downloadMbps: mbps });
const policy = fc.record({ internetAccess: fc.boolean(), allowOut: list, denyOut: list, bandwidth });

test('policies of sandboxes are in force after kill -9 of host and server, within changes too', async (t) => {
  const { seed, numRuns } = propertyRun(t, { short: 6, long: 60 });
  const installation = await startInstallation(t);
  const connection = () => installation.connection;
  const sandboxes: Sandbox[] = [];
  for (let count = 0; count < COUNT; count++) {
    const sandbox = await Sandbox.create({ ...connection(), timeout: 3600 });
    t.after(() =>
      Sandbox.connect(sandbox.id, connection())
        .then((one) => one.kill())
        .catch(() => undefined),
    );
    sandboxes.push(sandbox);
  }
  const guests = sandboxes.map(({ id }) => addressOfGuest(installation, id));
  const table = `nullspace_${/^ns-(\w+)-/.exec(slotOf(guests[0]!))![1]}`;
  const probes = fc.sample(address, { seed, numRuns: 60 });
  const policies = fc.sample(policy, { seed, numRuns: numRuns * COUNT });

  for (let round = 0; round < numRuns; round++) {
    const wanted = policies.slice(round * COUNT, (round + 1) * COUNT);
    const set = async (place: number) => {
      const sandbox = await Sandbox.connect(sandboxes[place]!.id, connection());
      await sandbox.setNetwork(wanted[place]!);
    };
    // The last change is cut off, somewhere.
    for (let place = 0; place < COUNT - 1; place++) await set(place);
    const cut = set(COUNT - 1).catch(() => undefined);
    const victim = victims[round % victims.length]!;
    for (const name of victim) await installation[name].kill('SIGKILL');
    await cut;
    if (victim.some((name) => name === 'host')) await installation.startHost();
    if (victim.some((name) => name === 'server')) await installation.startServer();
    // Its client asks again until it knows.
    await until(
      () =>
        set(COUNT - 1).then(
          () => true,
          () => false,
        ),
      'the change is made',
    );

    const rules = await listedRules(table);
    for (const [place, guest] of guests.entries()) {
      for (const probe of probes) {
        const what = `round ${round}: ${JSON.stringify(wanted[place])} for ${probe}`;
        assert.equal(listedVerdict(rules, guest, probe), allows(wanted[place]!, probe), what);
      }
    }
    for (const [place, guest] of guests.entries()) {
      const { uploadMbps, downloadMbps } = wanted[place]!.bandwidth;
      const expected = { uploadMbps: uploadMbps ?? 0, downloadMbps: downloadMbps ?? 0 };
      assert.deepEqual(await standingLimits(slotOf(guest)), expected, `round ${round}`);
    }
    const known = new Set(guests);
    assert.deepEqual(
      [...rules.guests].filter((guest) => !known.has(guest)),
      [],
    );
  }
});
