import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { admit } from '../../src/ssh/admit.ts';
import { CERTIFICATE_SUFFIX } from '../../src/ssh/keys/certificate.ts';
import { OwnKey } from '../../src/ssh/keys/own-key.ts';
import { hashKey } from '../../src/ssh/keys/public-key.ts';
import type { SshAccess } from '../../src/store/ssh/ssh-access.ts';
import type { Store } from '../../src/store/store.ts';

const own = new OwnKey(randomBytes(32).toString('base64url'));
const certificates = { a: Buffer.from('certificate a'), b: Buffer.from('certificate b') };

const access = (name: 'a' | 'b', account: string) =>
  ({
    id: `ssh_${name}`,
    sandboxId: `sb_${name}`,
    account,
    publicKey: own.line,
    keyHash: hashKey(own.data),
    certificateHash: hashKey(certificates[name]),
  }) as SshAccess;

/** Two accesses of one key, to two sandboxes. */
const all = [access('a', 'root'), access('b', 'root')];
const store = {
  findSshAccessesByHash: async ({ hash }: { hash: string }) =>
    all.filter(({ keyHash, certificateHash }) => hash === keyHash || hash === certificateHash),
} as unknown as Store;

const claim = async (user: string, data: Buffer, algorithm: string) =>
  (await admit({ store }, { user, data, algorithm }))?.id;

test('a key is let in under the name of a sandbox or an access, never of an account', async () => {
  const byKey = (user: string) => claim(user, own.data, 'ssh-ed25519');
  assert.equal(await byKey('sb_a'), 'ssh_a');
  assert.equal(await byKey('ssh_b'), 'ssh_b');
  assert.equal(await byKey('root'), undefined);
  assert.equal(await byKey('sb_c'), undefined);
});

test('a certificate is let into its own sandbox alone', async () => {
  const algorithm = `ssh-ed25519${CERTIFICATE_SUFFIX}`;
  assert.equal(await claim('root', certificates.b, algorithm), 'ssh_b');
  assert.equal(await claim('sb_b', certificates.b, algorithm), 'ssh_b');
  assert.equal(await claim('sb_a', certificates.b, algorithm), undefined);
  assert.equal(await claim('dev', certificates.b, algorithm), undefined);
  assert.equal(await claim('root', Buffer.from('made up'), algorithm), undefined);
  assert.equal(await claim('sb_a', own.data, algorithm), undefined);
});

test('a signature that is not of the key is refused', async () => {
  const proof = {
    algorithm: 'ssh-ed25519',
    hash: undefined,
    signature: randomBytes(64),
    signed: randomBytes(9),
  };
  assert.equal(
    await admit({ store }, { user: 'sb_a', data: own.data, algorithm: 'ssh-ed25519', proof }),
    undefined,
  );
});
