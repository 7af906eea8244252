import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeTenant } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../fixtures/insert-until-full.ts', import.meta.url));
const maxLive = 60;

export function testsOfTwoProcesses(database: TestDatabase): void {
  describeStore('two processes at once', database, (opened) => {
    test('share a quota, and neither fails', async () => {
      const tenant = await makeTenant(opened.store);
      const order = JSON.stringify({ settings: opened.settings, tenant, maxLive });
      const outputs = await Promise.all([0, 1].map(() => run(process.execPath, [program, order])));
      const inserted = outputs.map(({ stdout }) => Number(stdout));
      assert.equal(inserted[0]! + inserted[1]!, maxLive);
      assert.equal(await opened.store.countLive({ tenantId: tenant.id }), maxLive);
    });
  });
}
