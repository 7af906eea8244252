import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { CliError } from '../../src/errors/cli-error.ts';
import { bringUp } from '../../src/services/bring-up.ts';
import type { ServiceDefinition } from '../../src/services/definition.ts';
import { isAlive } from '../../src/services/identity.ts';
import { readLiveRecord, readRecord, writeRecord } from '../../src/services/record.ts';
import { takeDown } from '../../src/services/take-down.ts';

let folder: string;
let folders: { runDir: string; logsDir: string };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nullspace-services-'));
  folders = { runDir: join(folder, 'run'), logsDir: join(folder, 'logs') };
  mkdirSync(folders.runDir);
  mkdirSync(folders.logsDir);
});

afterEach(async () => {
  await takeDown('fake', { runDir: folders.runDir, patienceMs: 200 });
  rmSync(folder, { recursive: true, force: true });
});

function define(behaviour: string, options: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    name: 'fake',
    program: {
      root: import.meta.dirname,
      entry: join(import.meta.dirname, 'fixtures/service.ts'),
      args: [behaviour, join(folder, 'events')],
    },
    fingerprint: 'one',
    cacheDir: join(folder, 'cache'),
    readyMs: 60_000,
    endMs: 60_000,
    ...options,
  };
}

const stopFake = (patienceMs = 60_000) => takeDown('fake', { runDir: folders.runDir, patienceMs });
const events = () => readFileSync(join(folder, 'events'), 'utf8').trim().split('\n');

test('starts, is left alone, restarts with other code, stops', async () => {
  const first = await bringUp(define('normal'), folders);
  assert.equal(first.outcome, 'started');
  assert.deepEqual(first.record.ready, { url: 'http://127.0.0.1:1' });

  const second = await bringUp(define('normal'), folders);
  assert.deepEqual([second.outcome, second.record.pid], ['running', first.record.pid]);

  const third = await bringUp(define('normal', { fingerprint: 'two' }), folders);
  assert.equal(third.outcome, 'restarted');
  assert.notEqual(third.record.pid, first.record.pid);
  assert.equal(isAlive(first.record), false);

  assert.equal((await stopFake()).outcome, 'stopped');
  assert.equal((await stopFake()).outcome, 'not_running');
  assert.equal(events().filter((event) => event === 'term').length, 2);
});

test('a service that ends while starting is reported with the end of its log', async () => {
  await assert.rejects(bringUp(define('fails'), folders), (error) => {
    assert.ok(error instanceof CliError);
    assert.match(error.message, /exit code 3[\s\S]*cannot go on: the disk is full/);
    assert.match(error.suggestedAction ?? '', /fake\.log/);
    return true;
  });
  assert.equal(readRecord(folders.runDir, 'fake'), undefined);
});

test('a service that is not ready in time is ended', async () => {
  await assert.rejects(bringUp(define('silent', { readyMs: 1 }), folders), /was not ready within/);
  assert.equal(readRecord(folders.runDir, 'fake'), undefined);
});

test('a service that does not end by itself is killed', async () => {
  await bringUp(define('stubborn'), folders);
  assert.equal((await stopFake(1)).outcome, 'killed');
});

test('a process that has taken over the id is never touched', async () => {
  const { record } = await bringUp(define('normal'), folders);
  writeRecord(folders.runDir, { ...record, startTicks: record.startTicks - 1 });
  assert.equal((await stopFake()).outcome, 'not_running');
  assert.equal(isAlive(record), true);
  writeRecord(folders.runDir, record);
  assert.equal((await stopFake()).outcome, 'stopped');
});

test('a service that died is started again', async () => {
  const { record } = await bringUp(define('normal'), folders);
  process.kill(record.pid, 'SIGKILL');
  while (isAlive(record)) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(readLiveRecord(folders.runDir, 'fake'), undefined);
  assert.equal((await bringUp(define('normal'), folders)).outcome, 'started');
});

test('a log that has grown is put aside at the next start', async () => {
  const log = join(folders.logsDir, 'fake.log');
  writeFileSync(log, Buffer.alloc(17 * 1024 * 1024, 'x'));
  await bringUp(define('normal'), folders);
  assert.ok(readFileSync(log).length < 1000);
  assert.ok(existsSync(`${log}.1`));
});

test('a service runs as its account, also from a folder that only root can enter', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async () => {
  mkdirSync(join(folder, 'closed'), { mode: 0o700 });
  const root = join(folder, 'closed/code');
  mkdirSync(root);
  const entry = join(root, 'service.ts');
  writeFileSync(entry, readFileSync(join(import.meta.dirname, 'fixtures/service.ts')));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'events'), '', { mode: 0o666 });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'events'), 0o666);
  const account = { name: 'nobody', uid: 65534, gid: 65534 };
  const program = { root, entry, args: ['normal', join(folder, 'events')] };
  await bringUp(define('normal', { account, program }), folders);
  assert.deepEqual(events(), ['start 65534']);

  chmodSync(root, 0o700);
  await assert.rejects(
    bringUp(define('normal', { account, program, fingerprint: 'two' }), folders),
    /may not read/,
  );
});
