import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, beforeEach, describe, test } from 'node:test';
import { type Authority, startAuthority } from '../harness/acme/authority.ts';
import { freePorts } from '../harness/acme/free-ports.ts';
import { shakeHands } from '../harness/acme/handshake.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { readLines } from '../harness/read-lines.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const DOMAIN = 'previews.example';

interface State {
  expires_at: string | null;
  failures: number;
  last_error: { reason: string; message: string } | null;
  next_attempt_at: string | null;
}

describe('a certificate by ACME, when something fails', () => {
  const context = suite();
  let authority: Authority;
  let installation: Installation;
  let folder: string;
  let port: number;
  const count = (path: string) => authority.doorway.served.filter((served) => served === path).length;

  before(async () => {
    authority = await startAuthority(context);
    port = (await freePorts(1))[0]!;
    installation = await startInstallation(context, {
      settings: {
        ...authority.settings,
        preview_domain: DOMAIN,
        preview_port: String(port),
        preview_acme_retry_ms: '100',
        preview_acme_hook_timeout_ms: '4000',
      },
    });
    folder = join(installation.dataDir, 'server/acme');
  });

  /** Each test begins without a certificate, with the server stopped. */
  beforeEach(async () => {
    await installation.server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    authority.setMode('');
    authority.doorway.instead = () => undefined;
    authority.doorway.served.length = 0;
  });

  const state = () => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as State;
  const issued = () => until(() => state().expires_at !== null, 'a certificate is issued');
  const failed = (reason: string, message: RegExp) =>
    until(() => state().last_error?.reason === reason && message.test(state().last_error!.message), reason);

  test('a hook that fails, hangs or publishes something else is told, and tried again', async () => {
    authority.setMode('fail');
    await installation.startServer();
    await failed('hook', /hook present ended with 3: no such zone$/);
    authority.setMode('hang');
    await failed('hook', /hook present did not end within 4000 ms$/);
    const processes = authority.lines('hanging').join(' ').split(' ').map(Number);
    await until(() => processes.every(isGone), 'nothing of the hook is left');
    authority.setMode('wrong');
    await failed('refused', /the proof by _acme-challenge\.previews\.example\.: Correct value not found/);
    authority.setMode('');
    await issued();
    assert.deepEqual([state().failures, state().last_error, state().next_attempt_at], [0, null, null]);
  });

  test('a server that is killed in the middle of an order goes on with it', async () => {
    authority.setMode('hang');
    const before = authority.calls().length;
    const started = authority.lines('hanging').length;
    await installation.startServer({ NULLSPACE_PREVIEW_ACME_HOOK_TIMEOUT_MS: '600000' });
    await until(() => authority.lines('hanging').length > started, 'the hook hangs');
    const processes = authority.lines('hanging').at(-1)!.split(' ').map(Number);
    await installation.server.kill('SIGKILL');
    await until(() => processes.every(isGone), 'nothing of the attempt outlives the server');
    authority.setMode('');
    await installation.startServer();
    await issued();
    assert.equal(count('order-plz'), 1);
    const [present, ...others] = authority.calls().slice(before);
    const removed = present!.replace('present', 'cleanup');
    assert.deepEqual(others, [removed, present, removed]);
  });

  test('an authority that is away, or wants to be left alone, is not hurried', async () => {
    authority.doorway.instead = () => 'hang up';
    await installation.startServer();
    await failed('unreachable', /^the account: /);
    assert.equal((await fetch(`${installation.url}/healthz`)).status, 200);
    await assert.rejects(shakeHands(`1-a.${DOMAIN}:${port}`, ''), /handshake failure/);
    const limited = JSON.stringify({
      type: 'urn:ietf:params:acme:error:rateLimited',
      detail: 'too many orders',
    });
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '7200' };
    authority.doorway.instead = (path) =>
      path === '/order-plz' ? { status: 429, headers, body: limited } : undefined;
    await failed('rate_limited', /^the order: the authority answered 429 rateLimited too many orders$/);
    const waitMs = Date.parse(state().next_attempt_at!) - Date.now();
    assert.ok(waitMs > 7190_000 && waitMs < 8641_000, `${waitMs} ms`);

    // Nor by a server that is started again, unless something else is tried.
    await installation.server.kill('SIGKILL');
    authority.doorway.instead = () => undefined;
    const served = authority.doorway.served.length;
    await installation.startServer();
    assert.equal(state().last_error?.reason, 'rate_limited');
    assert.equal(authority.doorway.served.length, served);
    await installation.server.kill('SIGTERM');
    const now = new Date();
    utimesSync(authority.settings.preview_acme_hook!, now, now);
    await installation.startServer();
    await issued();
  });

  test('a certificate that a full disk did not take is fetched again, not issued again', async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'nullspace-test', folder]);
    const rest = join(folder, 'rest');
    try {
      authority.doorway.instead = (path) => {
        if (path.startsWith('/certZ/') && !existsSync(rest)) fill(rest);
        return undefined;
      };
      await installation.startServer();
      await until(() => readLog().includes('"reason":"storage"'), 'the disk is full');
      assert.match(readLog(), /the data folder cannot be written: ENOSPC/);
      assert.equal(existsSync(join(folder, 'certificate.pem')), false);
      authority.doorway.instead = () => undefined;
      rmSync(rest);
      await issued();
      assert.deepEqual([count('order-plz'), count('finalize-order')], [1, 1]);
    } finally {
      await installation.server.kill('SIGTERM');
      execFileSync('umount', [folder]);
    }
  });

  test('what a crash or a wrong clock has left in the folder is not believed', async () => {
    const next_attempt_at = '2999-01-01T00:00:00.000Z';
    writeFileSync(join(folder, 'certificate.pem'), '-----BEGIN PRIVATE KEY-----\nMIGH');
    writeFileSync(join(folder, 'account.json'), '{"directory":');
    writeFileSync(join(folder, 'order.json'), JSON.stringify({ directory: 'x', domain: 'y', key: 'z' }));
    await installation.startServer();
    await issued();
    await installation.server.kill('SIGTERM');
    const left = { ...state(), failures: 9, next_attempt_at };
    writeFileSync(join(folder, 'state.json'), JSON.stringify(left));
    rmSync(join(folder, 'certificate.pem'));
    await installation.startServer();
    await until(() => existsSync(join(folder, 'certificate.pem')), 'a certificate is issued');
  });

  test('a hook that cannot be run is refused at the start', async () => {
    await assert.rejects(installation.startServer({ NULLSPACE_PREVIEW_ACME_HOOK: '/etc/passwd' }));
    const said = readLines(join(installation.dataDir, 'server.log'), 0).join('\n');
    assert.match(
      said,
      /preview_acme_hook \(\/etc\/passwd\): must be a program that the server's account may execute/,
    );
  });

  const readLog = () => readLines(join(installation.dataDir, 'server.log'), 0).join('\n');
});

function isGone(pid: number): boolean {
  try {
    // A zombie has ended.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

function fill(file: string): void {
  const { bavail, bsize } = statfsSync(join(file, '..'));
  writeFileSync(file, Buffer.alloc(bavail * bsize));
}
