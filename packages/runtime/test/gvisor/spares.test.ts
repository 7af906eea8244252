import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../../test/harness/until.ts';
import { Spares } from '../../src/gvisor/spares.ts';
import { identify } from '../../src/processes/identity.ts';

/** A spare takes its words and ends with status 7; a process of its own ends with 3. */
const takes = 'read -r line <&3 || exit 0; echo "took $line" >> "$0.log"; echo taken >&3; exit 7';
const options = { timeoutMs: 60_000 };

let folder: string;
let runsc: string;
let spares: Spares;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nullspace-spares-'));
  runsc = join(folder, 'runsc');
  program(takes);
});
afterEach(async () => {
  await spares.close();
  rmSync(folder, { recursive: true });
});

function program(asSpare: string): void {
  const script = `#!/bin/sh\necho "$$ $1" >> "$0.log"\n[ "$1" = await ] || exit 3\n${asSpare}\n`;
  writeFileSync(runsc, script, { mode: 0o755 });
}

async function open(count = 1, canAwait = async () => true): Promise<number[]> {
  spares = new Spares({ runsc, count, canAwait });
  spares.open();
  return await waiting(count);
}

const log = () => readFileSync(`${runsc}.log`, { encoding: 'utf8', flag: 'a+' }).trim().split('\n');

const startedAhead = () => log().flatMap((line) => (/^\d+ await$/.test(line) ? [parseInt(line, 10)] : []));

/** Numbers of all that were started ahead, once there are so many. */
async function waiting(count: number): Promise<number[]> {
  await until(() => startedAhead().length >= count, `${count} that wait`);
  return startedAhead();
}

test('a spare takes the words, its status is that of the command, and another one follows', async () => {
  await open();
  const outcome = await spares.run(['run', 'a "word"'], options);
  assert.deepEqual(outcome, { status: 7, killedBy: null });
  assert.ok(log().includes('took ["run","a \\"word\\""]'));
  await waiting(2);
  assert.equal((await spares.run(['run'], options)).status, 7);
});

test('no more than the number wait, and each is used once', async () => {
  await open(2);
  const ran = await Promise.all([1, 2, 3].map(() => spares.run(['run'], options)));
  assert.deepEqual(ran.map(({ status }) => status).sort(), [3, 7, 7]);
  assert.equal((await waiting(4)).length, 4);
});

test('none is started while a command runs', async () => {
  program('read -r line <&3; echo taken >&3; exec sleep 60');
  await open();
  const abort = new AbortController();
  const held = spares.run(['run'], { ...options, signal: abort.signal });
  await sleep(300);
  assert.equal(startedAhead().length, 1);
  abort.abort();
  assert.deepEqual(await held, { status: null, killedBy: 'SIGKILL' });
  await waiting(2);
});

test('a spare that was killed is replaced by a process of its own', async () => {
  const [pid] = await open();
  process.kill(pid ?? 0, 'SIGKILL');
  assert.equal((await spares.run(['run'], options)).status, 3);
});

test('a spare that ends without having taken the words is replaced by a process of its own', async () => {
  program('read -r line <&3; exit 7');
  await open();
  assert.equal((await spares.run(['run'], options)).status, 3);
});

test('a spare of a program that was replaced is ended unused', async () => {
  const [pid] = await open();
  program(takes.replace('exit 7', 'exit 8'));
  assert.equal((await spares.run(['run'], options)).status, 3);
  await until(() => identify(pid ?? 0) === undefined, 'the end of the old one');
  await waiting(2);
  assert.equal((await spares.run(['run'], options)).status, 8);
});

test('a program that is gone is reported', async () => {
  await open();
  rmSync(runsc);
  await assert.rejects(spares.run(['run'], options), { code: 'ENOENT' });
});

test('an abort ends a spare that has not taken its words, and nothing else is started', async () => {
  program('read -r line <&3; exec sleep 60');
  await open();
  const signal = AbortSignal.abort();
  assert.deepEqual(await spares.run(['run'], { ...options, signal }), { status: null, killedBy: 'SIGKILL' });
  assert.ok(log().every((line) => !line.endsWith(' run')));
});

test('one that has taken its words is ended in time', async () => {
  program('read -r line <&3; echo taken >&3; exec sleep 60');
  await open();
  assert.equal((await spares.run(['run'], { timeoutMs: 200 })).killedBy, 'SIGKILL');
});

test('none is started of a program that cannot wait, nor after the end', async () => {
  await open(0, async () => false);
  assert.equal((await spares.run(['run'], options)).status, 3);
  await spares.close();
  const [pid] = await open();
  await spares.close();
  assert.equal(identify(pid ?? 0), undefined);
  assert.equal((await spares.run(['run'], options)).status, 3);
});
