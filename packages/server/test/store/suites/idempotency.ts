import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../../src/store/open-store.ts';
import type { IdempotencyClaim, Tenant } from '../../../src/store/records.ts';
import type { ClaimResult } from '../../../src/store/store.ts';
import { makeTenant, sandboxOf, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const response = { statusCode: 201, headers: { 'content-type': 'application/json' }, body: '{"id":"sb_1"}' };

export function testsOfIdempotency(database: TestDatabase): void {
  describeStore('idempotency keys', database, (opened) => {
    const requestOf = (tenant: Tenant, fields: { key?: string; path?: string } = {}) => ({
      tenantId: tenant.id,
      method: 'POST',
      path: '/v1/sandboxes',
      key: uniqueId('key'),
      bodyHash: 'a',
      now: 1000,
      expiresAt: 2000,
      ...fields,
    });

    test('replays the answer of the request that is done', async () => {
      const request = requestOf(await makeTenant(opened.store));
      const claim = claimed(await opened.store.claimIdempotencyKey(request));
      const running = await opened.store.claimIdempotencyKey(request);
      assert.deepEqual(running, { outcome: 'in_progress', sandboxId: null });
      assert.equal(await opened.store.finishIdempotencyKey(claim, response), true);
      const again = await opened.store.claimIdempotencyKey(request);
      assert.deepEqual(again, { outcome: 'done', sandboxId: null, response });
    });

    test('refuses the same key with another body', async () => {
      const request = requestOf(await makeTenant(opened.store));
      await opened.store.claimIdempotencyKey(request);
      const other = await opened.store.claimIdempotencyKey({ ...request, bodyHash: 'b' });
      assert.deepEqual(other, { outcome: 'conflict' });
    });

    test('keeps tenants, methods and paths apart', async () => {
      const request = requestOf(await makeTenant(opened.store));
      const other = await makeTenant(opened.store);
      claimed(await opened.store.claimIdempotencyKey(request));
      claimed(await opened.store.claimIdempotencyKey({ ...request, tenantId: other.id }));
      claimed(await opened.store.claimIdempotencyKey({ ...request, method: 'PUT' }));
      claimed(await opened.store.claimIdempotencyKey({ ...request, path: '/v1/other' }));
    });

    test('lets one of many callers claim', async () => {
      const request = requestOf(await makeTenant(opened.store));
      const second = await openStore(opened.settings);
      try {
        for (const round of [0, 1]) {
          // In the second round the key has expired and is claimed anew.
          const times = { now: 1000 + round * 5000, expiresAt: 2000 + round * 5000 };
          const claims = Array.from({ length: 20 }, (_, number) =>
            (number % 2 === 0 ? opened.store : second).claimIdempotencyKey({ ...request, ...times }),
          );
          const outcomes = (await Promise.all(claims)).map(({ outcome }) => outcome);
          assert.equal(outcomes.filter((outcome) => outcome === 'claimed').length, 1);
          assert.equal(outcomes.filter((outcome) => outcome === 'in_progress').length, 19);
        }
      } finally {
        await second.close();
      }
    });

    test('is free again after a release', async () => {
      const request = requestOf(await makeTenant(opened.store));
      const claim = claimed(await opened.store.claimIdempotencyKey(request));
      assert.equal(await opened.store.releaseIdempotencyKey(claim), true);
      assert.equal(await opened.store.releaseIdempotencyKey(claim), false);
      claimed(await opened.store.claimIdempotencyKey(request));
    });

    test('takes nothing from who lost the claim', async () => {
      const request = requestOf(await makeTenant(opened.store));
      const lost = claimed(await opened.store.claimIdempotencyKey(request));
      const later = { ...request, now: 3000, expiresAt: 4000 };
      const held = claimed(await opened.store.claimIdempotencyKey(later));
      assert.equal(await opened.store.finishIdempotencyKey(lost, response), false);
      assert.equal(await opened.store.releaseIdempotencyKey(lost), false);
      assert.equal(await opened.store.finishIdempotencyKey(held, response), true);
      assert.equal(await opened.store.releaseIdempotencyKey(held), false);
    });

    test('remembers the sandbox from its insert on', async () => {
      const tenant = await makeTenant(opened.store);
      const request = requestOf(tenant);
      const claim = claimed(await opened.store.claimIdempotencyKey(request));
      const sandbox = sandboxOf(tenant);
      await opened.store.insertSandbox(sandbox, { maxLive: 1, claim });
      const expected = { outcome: 'in_progress', sandboxId: sandbox.id };
      assert.deepEqual(await opened.store.claimIdempotencyKey(request), expected);
      const unfinished = await opened.store.listUnfinishedClaims();
      const mine = unfinished.find(({ claimId }) => claimId === claim.claimId);
      assert.deepEqual(mine, { ...claim, sandboxId: sandbox.id, claimedAt: 1000 });
    });

    test('inserts nothing for a claim that was lost', async () => {
      const tenant = await makeTenant(opened.store);
      const claim = claimed(await opened.store.claimIdempotencyKey(requestOf(tenant)));
      await opened.store.releaseIdempotencyKey(claim);
      const sandbox = sandboxOf(tenant);
      await assert.rejects(opened.store.insertSandbox(sandbox, { maxLive: 1, claim }), { code: 'conflict' });
      assert.equal(await opened.store.findSandbox(sandbox.id), undefined);
    });
  });
}

function claimed(result: ClaimResult): IdempotencyClaim {
  assert.ok(result.outcome === 'claimed', `outcome is ${result.outcome}`);
  return result.claim;
}
