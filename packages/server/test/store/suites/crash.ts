import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const victim = fileURLToPath(new URL('../fixtures/crash-in-transaction.ts', import.meta.url));

export function testsOfCrashes(database: TestDatabase): void {
  describeStore('a process killed in a transaction', database, (opened) => {
    test('leaves what it had committed, nothing half, and no lock', async () => {
      const child = spawn(process.execPath, [victim, JSON.stringify(opened.settings)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      try {
        const [output] = await Promise.race([once(child.stdout, 'data'), exited]);
        assert.equal(String(output), 'half way\n');
      } finally {
        child.kill('SIGKILL');
        await exited;
      }
      // Waits for the lock of the dead, should it still be there.
      await opened.store.createTenant({ id: 'ten_half', name: 'half', createdAt: 2 });
      const tenants = await opened.store.listTenants();
      assert.deepEqual(
        tenants.map(({ id, createdAt }) => [id, createdAt]),
        [
          ['ten_whole', 1],
          ['ten_half', 2],
        ],
      );
    });
  });
}
