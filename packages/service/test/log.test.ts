import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

let folder: string;
const cleanups: (() => void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nullspace-log-'));
});
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
  rmSync(folder, { recursive: true });
});

/** Starts the fixture as services are started: its log on descriptor 1, the older half on 3. */
function startLogger(
  logs: string,
  options: { lines: number; burst: number; largestBytes: number; older?: boolean },
): ChildProcess {
  const { lines, burst, largestBytes, older = true } = options;
  const flags = constants.O_RDWR | constants.O_CREAT;
  const log = openSync(join(logs, 'log'), flags | constants.O_APPEND);
  const second = openSync(join(logs, 'log.1'), flags);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'fixtures/logger.ts'), ...[lines, burst, largestBytes].map(String)],
    { stdio: ['pipe', log, 'pipe', older ? second : 'ignore'] },
  );
  for (const descriptor of [log, second]) closeSync(descriptor);
  cleanups.push(() => child.kill('SIGKILL'));
  return child;
}

const numbersIn = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { number: number }).number);

async function ends(child: ChildProcess): Promise<void> {
  child.stdin!.end();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
}

test('a log is cut while it is written, and no line of its newest ones is lost', async () => {
  const largestBytes = 512 * 1024;
  const lines = 40_000;
  await ends(startLogger(folder, { lines, burst: 100, largestBytes }));
  const [log, older] = [join(folder, 'log'), join(folder, 'log.1')];
  const most = largestBytes + 512 * 1024;
  assert.ok(statSync(log).size < most && statSync(older).size < most, 'both halves are bounded');
  const kept = [...numbersIn(older), ...numbersIn(log)];
  assert.ok(numbersIn(older).length > 1000);
  assert.deepEqual(
    kept,
    Array.from({ length: kept.length }, (_, index) => lines - kept.length + index),
  );
});

test('a log that was large already is cut with the first lines', async () => {
  writeFileSync(join(folder, 'log'), 'old\n'.repeat(300_000));
  await ends(startLogger(folder, { lines: 1000, burst: 1, largestBytes: 512 * 1024 }));
  assert.ok(statSync(join(folder, 'log')).size < 512 * 1024);
  assert.ok(readFileSync(join(folder, 'log.1'), 'utf8').startsWith('old\n'));
});

test('without a place for the older half the log is bounded all the same', async () => {
  await ends(startLogger(folder, { lines: 40_000, burst: 100, largestBytes: 256 * 1024, older: false }));
  assert.ok(statSync(join(folder, 'log')).size < 768 * 1024);
});

test('a full disk costs lines, and the service goes on', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async () => {
  const small = join(folder, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', small]);
  cleanups.unshift(() => execFileSync('umount', ['--lazy', small]));
  const child = startLogger(small, { lines: 400_000, burst: 200, largestBytes: 64 * 1024 * 1024 });
  // A line is 100 bytes and more: the disk and the lines that wait take 20,000 at the most, the rest are lost.
  while ((await logged(child)) < 40_000);
  execFileSync('mount', ['-o', 'remount,size=256m', small]);
  while (!readFileSync(join(small, 'log'), 'utf8').includes('"lost":')) await logged(child);
});

/** How many lines the fixture has logged; rejects when it does not answer. */
async function logged(child: ChildProcess): Promise<number> {
  child.stdin!.write('?\n');
  const [chunk] = (await once(child.stderr!, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
  return Number(chunk.toString());
}
