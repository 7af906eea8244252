import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import ssh2 from 'ssh2';
import { CERTIFICATE_SUFFIX, signCertificate } from '../../src/ssh/keys/certificate.ts';
import { OwnKey } from '../../src/ssh/keys/own-key.ts';
import { hashKey, parsePublicKey } from '../../src/ssh/keys/public-key.ts';
import { provesKey } from '../../src/ssh/keys/verify.ts';
import { string } from '../../src/ssh/keys/wire.ts';

describe('keys of SSH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-keys-'));
  after(() => rmSync(folder, { recursive: true }));
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8' });

  function make(type: string, ...more: string[]): { file: string; line: string } {
    const file = join(folder, `${type}-${randomBytes(4).toString('hex')}`);
    keygen('-q', '-t', type, ...more, '-N', '', '-C', 'a comment', '-f', file);
    return { file, line: readFileSync(`${file}.pub`, 'utf8') };
  }

  test('have the fingerprint that ssh-keygen shows', () => {
    for (const [type, ...more] of [
      ['ed25519'],
      ['ecdsa', '-b', '384'],
      ['ecdsa', '-b', '521'],
      ['rsa', '-b', '2048'],
    ]) {
      const { file, line } = make(type!, ...more);
      const key = parsePublicKey(line);
      assert.ok(keygen('-l', '-f', file).includes(`SHA256:${hashKey(key.data)}`), type);
    }
  });

  test('that are weak, cut, padded or of another type are refused by their field', () => {
    const good = make('ed25519').line.split(' ').slice(0, 2).join(' ');
    const [type, text] = good.split(' ') as [string, string];
    const longer = Buffer.concat([Buffer.from(text, 'base64'), Buffer.alloc(1)]).toString('base64');
    const weak = make('rsa', '-b', '1024').line;
    const bad = [
      ...['', 'ssh-ed25519', 'ssh-dss AAAA', `ssh-rsa ${text}`, `${type} ${text.slice(0, 40)}`],
      ...[`${type} ${longer}`, `${type} ${text}!`, `${good}\n${good}`, weak],
    ];
    for (const line of bad) {
      assert.throws(() => parsePublicKey(line), { code: 'invalid_request', message: /^public_key: / }, line);
    }
  });

  test('of the installation are read by OpenSSH and by the library', () => {
    const own = new OwnKey(randomBytes(32).toString('base64url'));
    const file = join(folder, 'own');
    writeFileSync(file, own.toOpenSsh(), { mode: 0o600 });
    assert.ok(keygen('-y', '-f', file).startsWith(own.line));
    const parsed = ssh2.utils.parseKey(own.toOpenSsh());
    assert.ok(!(parsed instanceof Error) && parsed.isPrivateKey());
    assert.deepEqual(parsed.getPublicSSH(), own.data);
  });

  test('get certificates that OpenSSH reads', () => {
    const authority = new OwnKey(randomBytes(32).toString('base64url'));
    const key = parsePublicKey(make('ecdsa').line);
    const createdAt = Date.UTC(2026, 0, 1);
    const facts = { id: 'ssh_1', names: ['root', 'sb_1'], createdAt, expiresAt: createdAt + 60_000 };
    const data = signCertificate(authority, key, facts);
    const file = join(folder, 'x-cert.pub');
    writeFileSync(file, `${key.type}${CERTIFICATE_SUFFIX} ${data.toString('base64')}\n`);
    const shown = execFileSync('ssh-keygen', ['-L', '-f', file], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    for (const part of [
      'user certificate',
      `SHA256:${hashKey(key.data)}`,
      `SHA256:${hashKey(authority.data)}`,
      'Key ID: "ssh_1"',
      'from 2025-12-31T23:55:00 to 2026-01-01T00:01:00',
      'permit-pty',
    ])
      assert.ok(shown.includes(part), `${part} in ${shown}`);
    assert.match(shown, /Principals:\s+root\s+sb_1/);
  });

  test('are proved by a signature of their own over just that, and RSA not by SHA-1', () => {
    const signed = randomBytes(100);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
    const line = `ssh-ed25519 ${Buffer.concat([string('ssh-ed25519'), string(raw)]).toString('base64')}`;
    const key = parsePublicKey(line);
    const signature = sign(null, signed, privateKey);
    const proof = { algorithm: 'ssh-ed25519', hash: undefined, signature, signed };
    assert.ok(provesKey(key, proof, false));
    assert.ok(!provesKey(key, { ...proof, signed: randomBytes(100) }, false));
    assert.ok(!provesKey(key, { ...proof, algorithm: 'ssh-rsa' }, false));
    const packed = Buffer.concat([string('ssh-ed25519'), string(signature)]);
    assert.ok(provesKey(key, { ...proof, signature: packed }, true));
    for (const bad of [packed.subarray(1), Buffer.concat([packed, Buffer.alloc(1)]), Buffer.alloc(0)])
      assert.ok(!provesKey(key, { ...proof, signature: bad }, true));

    const { file, line: rsaLine } = make('rsa', '-b', '2048', '-m', 'PEM');
    const rsa = parsePublicKey(rsaLine);
    const by = (hash: string) => ({
      algorithm: 'ssh-rsa',
      hash: hash === 'sha1' ? undefined : hash,
      signature: sign(hash, signed, readFileSync(file)),
      signed,
    });
    assert.ok(provesKey(rsa, by('sha512'), false));
    assert.ok(!provesKey(rsa, by('sha1'), false));
  });
});
