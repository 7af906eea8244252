import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createVersionReader } from '../../src/gvisor/read-version.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nullspace-version-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(version: string): string {
  const file = join(folder, 'program');
  writeFileSync(file, `#!/bin/sh\necho asked >> ${folder}/asked\necho ${version}\necho more\n`, {
    mode: 0o755,
  });
  return file;
}

const asked = () => readFileSync(join(folder, 'asked'), 'utf8').split('\n').length - 1;

test('a program is asked once for its version', async () => {
  const read = createVersionReader(program('v1'));
  assert.deepEqual(await Promise.all([read(), read()]), ['v1', 'v1']);
  assert.equal(await read(), 'v1');
  assert.equal(asked(), 1);
});

test('a program that was replaced is asked again', async () => {
  const file = program('v1');
  const read = createVersionReader(file);
  await read();
  program('v2-longer');
  assert.equal(await read(), 'v2-longer');
});

test('a failed question is asked again', async () => {
  const file = program('v1');
  writeFileSync(file, '#!/bin/sh\n[ -e "$0.fixed" ] && echo v1\n');
  const read = createVersionReader(file);
  await assert.rejects(read());
  appendFileSync(`${file}.fixed`, '');
  assert.equal(await read(), 'v1');
});
