import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadSettings } from '@nullspace/configuration';
import { readCertificate } from '../../src/services/certificate.ts';
import { identify } from '../../src/services/identity.ts';
import { describeInstallation } from '../../src/services/installation.ts';
import { writeRecord } from '../../src/services/record.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'nullspace-certificate-'));
after(() => rmSync(dataDir, { recursive: true }));

const acme = {
  NULLSPACE_PREVIEW_ACME: 'true',
  NULLSPACE_PREVIEW_DOMAIN: 'p.example',
  NULLSPACE_PREVIEW_ACME_TERMS_AGREED: 'true',
  NULLSPACE_PREVIEW_ACME_HOOK: '/hook',
};

function read(state?: object | string, env: Record<string, string> = acme) {
  const folder = join(dataDir, 'server/acme');
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'state.json'), { force: true });
  if (state)
    writeFileSync(join(folder, 'state.json'), typeof state === 'string' ? state : JSON.stringify(state));
  return readCertificate(describeInstallation(loadSettings({ argv: ['--data-dir', dataDir], env })));
}

test('the state of a certificate by ACME is told from what the server has noted', () => {
  const later = new Date(Date.now() + 86_400_000).toISOString();
  const valid = { domain: 'p.example', expires_at: later, renew_at: later, failures: 0 };
  const failing = { failures: 2, last_error: { message: 'no such zone' }, next_attempt_at: later };
  assert.equal(read(valid, {}), undefined);
  assert.equal(read(valid)?.state, 'valid');
  assert.equal(read({ ...valid, ...failing })?.state, 'failing');
  assert.match(
    read({ ...valid, ...failing })!.message,
    /; 2 attempts failed, the next is due at .*: no such zone$/,
  );
  assert.equal(read({ ...valid, expires_at: new Date(Date.now() - 1000).toISOString() })?.state, 'expired');
  assert.equal(read({ ...valid, domain: 'q.example' })?.state, 'missing');
  assert.match(
    read({ domain: 'p.example', expires_at: null, ...failing })!.message,
    /^there is none .*no such zone$/,
  );
  for (const nothing of [undefined, '{"domain":']) assert.equal(read(nothing)?.state, 'missing');
});

test('nullspace status shows it beside the server', () => {
  const later = new Date(Date.now() + 86_400_000).toISOString();
  read({ domain: 'p.example', expires_at: later, renew_at: later, failures: 0 });
  const runDir = join(dataDir, 'run');
  mkdirSync(runDir);
  const about = { fingerprint: '', startedAt: later, logFile: '/dev/null', ready: {} };
  writeRecord(runDir, { name: 'server', ...about, ...identify(process.pid)! });
  const program = join(import.meta.dirname, '../../bin/nullspace.js');
  const status = (...args: string[]) =>
    spawnSync(process.execPath, [program, 'status', '--data-dir', dataDir, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...acme },
    }).stdout;
  assert.match(status(), /\nCertificate of previews: \*\.p\.example until /);
  const services = JSON.parse(status('--json')) as { name: string; certificate?: { state: string } }[];
  assert.deepEqual(
    services.map(({ name, certificate }) => [name, certificate?.state]),
    [
      ['host', undefined],
      ['server', 'valid'],
    ],
  );
});
