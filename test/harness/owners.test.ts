import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeAbandoned, writeOwner } from './owners.ts';

const skip = process.getuid?.() !== 0 && 'needs root';

test('what a dead process has left is taken over by one of those who look', { skip }, (t) => {
  const prefix = `nullspace-owners-${process.pid}-`;
  const make = () => {
    const folder = mkdtempSync(join(tmpdir(), prefix));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  };
  const [ours, left, half] = [make(), make(), make()];
  writeOwner(ours, '10.224.0.0/22');
  const { pid } = spawnSync('true');
  writeFileSync(join(left, 'owner.json'), JSON.stringify({ pid, guestRange: '10.224.4.0/22' }));
  writeFileSync(join(half, 'owner.json'), '{"pid":');
  mkdirSync(join(tmpdir(), `${prefix}none`));
  t.after(() => rmSync(join(tmpdir(), `${prefix}none`), { recursive: true, force: true }));

  assert.deepEqual(takeAbandoned(prefix), [{ dataDir: left, guestRange: '10.224.4.0/22' }]);
  const script = `import { takeAbandoned } from ${JSON.stringify(import.meta.resolve('./owners.ts'))};
console.log(takeAbandoned(${JSON.stringify(prefix)}).length);`;
  const args = ['--input-type=module-typescript', '--eval', script];
  assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }), '0\n');
});
