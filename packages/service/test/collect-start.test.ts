import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeFlags } from '../src/index.ts';

const program = join(import.meta.dirname, 'fixtures/start-with-garbage.ts');
const run = (flags: readonly string[]) =>
  execFileSync(process.execPath, [...flags, program], { encoding: 'utf8' }).trim();

test('what a start left behind is collected once it is over', () => {
  assert.equal(run(nodeFlags), 'collected');
});

test('a process without the flags goes on as it is', () => {
  assert.equal(run([]), 'kept');
});
