import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyVerifier } from '../../src/keys/key-verifier.ts';
import { hashKey, makeKey } from '../../src/keys/make-key.ts';
import type { ApiKey } from '../../src/store/records.ts';

function setUp() {
  const key = makeKey();
  const stored: ApiKey = {
    id: 'key_1',
    tenantId: 'ten_1',
    name: '',
    prefix: '',
    hash: hashKey(key),
    createdAt: 0,
    lastUsedAt: null,
    revokedAt: null,
  };
  const clock = { now: 1000 };
  let lookUps = 0;
  const store = {
    async findKeyByHash(hash: string) {
      lookUps++;
      return hash === stored.hash ? stored : undefined;
    },
    async markKeyUsed() {},
  };
  return { key, stored, clock, verifier: new KeyVerifier(store, () => clock.now), lookUps: () => lookUps };
}

test('a key has 256 random bits', () => {
  assert.match(makeKey(), /^ns_live_[A-Za-z0-9_-]{43}$/);
  assert.notEqual(makeKey(), makeKey());
});

test('a found key is trusted for two seconds, then looked up again', async () => {
  const { key, verifier, clock, lookUps } = setUp();
  assert.deepEqual(await verifier.verify(key), { tenantId: 'ten_1', keyId: 'key_1' });
  await verifier.verify(key);
  assert.equal(lookUps(), 1);
  clock.now += 2001;
  await verifier.verify(key);
  assert.equal(lookUps(), 2);
});

test('a revoked key is refused once the trust is over', async () => {
  const { key, stored, verifier, clock } = setUp();
  await verifier.verify(key);
  stored.revokedAt = 1;
  clock.now += 2001;
  assert.equal(await verifier.verify(key), undefined);
});

test('what cannot be a key never reaches the store', async () => {
  const { verifier, lookUps } = setUp();
  for (const text of ['', 'x', 'ns_test_abc', `ns_live_${'x'.repeat(300)}`]) {
    assert.equal(await verifier.verify(text), undefined);
  }
  assert.equal(lookUps(), 0);
});
