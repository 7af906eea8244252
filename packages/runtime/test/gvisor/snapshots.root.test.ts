import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { testSnapshots } from '../conformance/snapshots.ts';
import { openMachine } from '../fixtures/machine.ts';
import { openSnapshotBench } from './snapshot-bench.ts';

testSnapshots('gvisor', openSnapshotBench);

it('saves an idle guest in at most 16 MiB', { timeout: 120_000 }, async (test) => {
  const machine = await openMachine();
  test.after(() => machine.close());
  await machine.boot('idle');
  const { manifest } = await machine.engine.saveSnapshot('idle', join(machine.folder, 'snapshot'), {
    kind: 'memory',
    afterwards: 'run',
    imageDigest: 'x',
  });
  assert.ok(manifest.sizeBytes <= 16 * 1024 * 1024, `${manifest.sizeBytes} bytes`);
});
